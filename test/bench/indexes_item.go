package main

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
)

// groupDigits follow the name of a group.
const groupDigits = keyDigits

// indexLoad is a load of the subcommand.
type indexLoad struct{ name, title string }

// indexLoads is every load, as a table without indexes calls it.
var indexLoads = []indexLoad{
	{"put", "PutItem, distinct keys"},
	{"put-move", "PutItem, overwriting, every index key changes"},
	{"query", "Query of a partition, ten items"},
	{"query-index", "Query of an index, about ten items"},
}

// operation returns a load as an operation on t, always the same one; nil if t has no index to query.
func (t *indexedTable) operation(name string) *operation {
	if o, ok := t.operations[name]; ok {
		return o
	}
	if t.operations == nil {
		t.operations = map[string]*operation{}
	}
	t.operations[name] = t.newOperation(name)
	return t.operations[name]
}

func (t *indexedTable) newOperation(name string) *operation {
	o := &operation{name: name}
	for _, l := range indexLoads {
		if l.name == name {
			o.title = l.title
		}
	}
	known := func(_ *shape, serial uint64) uint64 { return mix(t.shape.seed^serial<<1) % t.items }
	switch name {
	case "put":
		o.action, o.check = "PutItem", checkEmpty
		o.index = func(_ *shape, serial uint64) uint64 { return t.items + serial }
		o.body = func(b []byte, _ *shape, index, _ uint64) []byte { return t.putBody(b, index, 0) }
	case "put-move":
		o.action, o.check, o.index = "PutItem", checkEmpty, known
		o.body = func(b []byte, _ *shape, index, serial uint64) []byte { return t.putBody(b, index, 1+serial) }
	case "query":
		o.action, o.check, o.index, o.body = "Query", t.checkPartition, known, t.partitionBody
	case "query-index":
		if t.indexes == 0 {
			return nil
		}
		o.action, o.check, o.body = "Query", t.checkGroup, t.groupBody
		// A number from which the index and the group follow.
		o.index = func(_ *shape, serial uint64) uint64 { return mix(t.shape.seed ^ serial<<1) }
	}
	return o
}

// indexedOverhead is what an item costs beside its texts.
func indexedOverhead(attributes int) int {
	return len("pk") + keyBytes + len("sk") + keyBytes + len("tally") + tallyBytes +
		indexesMost*(len("g0")+len("g0-")+groupDigits) + attributes*len("a00")
}

// groups is how many groups there are in an index.
func (t *indexedTable) groups() uint64 { return max(1, t.items/itemsPerPage) }

// appendGroup appends the name of a group of an index.
func appendGroup(b []byte, index int, group uint64) []byte {
	b = append(b, 'g', byte('0'+index), '-')
	return appendDigits(b, group)
}

// appendItem appends a whole item. Its groups follow from the version; all items have the same size.
func (t *indexedTable) appendItem(b []byte, index, version uint64) []byte {
	b = append(b, `{"pk":{"S":"`...)
	b = appendName(b, index/itemsPerPage)
	b = append(b, `"},"sk":{"S":"`...)
	b = appendName(b, index)
	b = append(b, `"},"tally":{"N":"`...)
	b = strconv.AppendUint(b, version%1000, 10)
	b = append(b, `"}`...)
	for i := range indexesMost {
		b = append(b, `,"g`...)
		b = append(b, byte('0'+i))
		b = append(b, `":{"S":"`...)
		b = appendGroup(b, i, mix(mix(index)^version<<8^uint64(i))%t.groups())
		b = append(b, `"}`...)
	}
	n := (t.shape.itemBytes - indexedOverhead(t.shape.attributes)) / t.shape.attributes
	for i := range t.shape.attributes {
		b = append(b, `,"a`...)
		b = append(b, byte('0'+i/10), byte('0'+i%10))
		b = append(b, `":{"S":"`...)
		b = append(b, t.shape.pool[mix(index*attributesMax+uint64(i))%textPoolBytes:][:n]...)
		b = append(b, `"}`...)
	}
	return append(b, '}')
}

func (t *indexedTable) putBody(b []byte, index, version uint64) []byte {
	b = append(b, `{"TableName":"`+t.shape.table+`","Item":`...)
	b = t.appendItem(b, index, version)
	return append(b, '}')
}

func (t *indexedTable) partitionBody(b []byte, _ *shape, index, _ uint64) []byte {
	b = append(b, `{"TableName":"`+t.shape.table+`","KeyConditionExpression":"pk = :k","ExpressionAttributeValues":{":k":{"S":"`...)
	b = appendName(b, index/itemsPerPage)
	return append(b, `"}}}`...)
}

// checkPartition tells whether the answer has every item of the partition.
func (t *indexedTable) checkPartition(_ *shape, index uint64, body []byte) error {
	first := index - index%itemsPerPage
	for i := first; i < min(first+itemsPerPage, t.items); i++ {
		if !bytes.Contains(body, append(appendName([]byte(`"sk":{"S":"`), i), '"')) {
			return fmt.Errorf("the answer lacks item %d: %.200s", i, body)
		}
	}
	return nil
}

// asked is the index and the group that a number of query-index stands for.
func (t *indexedTable) asked(number uint64) (index int, group uint64) {
	return int(number>>32) % t.indexes, mix(number) % t.groups()
}

func (t *indexedTable) groupBody(b []byte, _ *shape, number, _ uint64) []byte {
	index, group := t.asked(number)
	b = append(b, `{"TableName":"`+t.shape.table+`","IndexName":"by-g`...)
	b = append(b, byte('0'+index))
	b = append(b, `","KeyConditionExpression":"g`...)
	b = append(b, byte('0'+index))
	b = append(b, ` = :k","ExpressionAttributeValues":{":k":{"S":"`...)
	b = appendGroup(b, index, group)
	return append(b, `"}}}`...)
}

// withoutLastKey returns what a body has around its LastEvaluatedKey, if the page was full.
func withoutLastKey(body []byte) []byte {
	before, key, found := bytes.Cut(body, []byte(`"LastEvaluatedKey":`))
	if !found {
		return body
	}
	_, after, _ := bytes.Cut(key, []byte("}}"))
	return slices.Concat(before, after)
}

// checkGroup tells whether the answer has only items of the group, as many as it says. Which ones these are
// depends on what was moved.
func (t *indexedTable) checkGroup(_ *shape, number uint64, body []byte) error {
	index, group := t.asked(number)
	body = withoutLastKey(body)
	n := bytes.Count(body, appendGroup(nil, index, group))
	if !bytes.Contains(body, []byte(`"Count":`+strconv.Itoa(n)+`,`)) || bytes.Count(body, []byte(`"pk":`)) != n {
		return fmt.Errorf("not all of the answer is of %s: %.200s", appendGroup(nil, index, group), body)
	}
	return nil
}
