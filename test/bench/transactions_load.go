package main

import (
	"bytes"
	"errors"
	"fmt"
)

// transactionItems is how many items a transaction or batch has that has more than one.
const transactionItems = 4

// transactionLoad is a load of the subcommand.
type transactionLoad struct {
	name, title string
	action      string
	against     string  // the load whose latency this one's is divided by; empty: none
	aim         float64 // what the ratio shall not exceed; 0: nothing is aimed at
	make        func(*operation, *transactionConfig)
}

const contention = "contention"

// transactionLoads is every load. Puts overwrite items of the table, all equally likely.
var transactionLoads = []*transactionLoad{
	{name: "put", title: "PutItem", action: "PutItem", make: plainPut},
	{
		name: "transact-put-1", title: "TransactWriteItems, 1 put", action: "TransactWriteItems",
		against: "put", aim: 1.15, make: transactPuts(1),
	},
	{
		name: "transact-put-4", title: "TransactWriteItems, 4 puts", action: "TransactWriteItems",
		against: "put", aim: 1.5, make: transactPuts(transactionItems),
	},
	{
		name: "batch-put-4", title: "BatchWriteItem, 4 puts", action: "BatchWriteItem",
		against: "put", make: batchPuts,
	},
	{name: "batch-get-4", title: "BatchGetItem, 4 strong reads", action: "BatchGetItem", make: batchGets},
	{
		name: "transact-get-4", title: "TransactGetItems, 4 reads", action: "TransactGetItems",
		against: "batch-get-4", aim: 1.3, make: transactGets,
	},
	{
		name: contention, title: "TransactWriteItems, 2 updates, one of a hot item", action: "TransactWriteItems",
		against: "put", make: contend,
	},
}

func findTransactionLoad(name string) *transactionLoad {
	for _, l := range transactionLoads {
		if l.name == name {
			return l
		}
	}
	return nil
}

func (l *transactionLoad) operation(c *transactionConfig) *operation {
	o := &operation{name: l.name, title: l.title, action: l.action}
	l.make(o, c)
	return o
}

// errCancelled says that a transaction was cancelled because another one was in its way.
var errCancelled = errors.New("cancelled: another transaction is in the way")

// isConflict tells whether a refusal is a cancellation, and conflicts are the only reasons.
func isConflict(body []byte) bool {
	conflicts := bytes.Count(body, []byte(`"Code":"TransactionConflict"`))
	others := bytes.Count(body, []byte(`"Code":"`)) - conflicts - bytes.Count(body, []byte(`"Code":"None"`))
	return bytes.Contains(body, []byte(`#TransactionCanceledException"`)) && conflicts > 0 && others == 0
}

// several is the index function of loads with more than one item: a number from which all items follow.
func several(s *shape, serial uint64) uint64 { return mix(s.seed ^ serial<<1) }

// item is the i-th of the items that a number stands for: loaded ones, no two of which are the same if there
// are at least transactionItems of them.
func (s *shape) item(number uint64, i int) uint64 {
	step := 1 + number>>32%((s.keys-1)/(transactionItems-1))
	return 1 + (number+uint64(i)*step)%s.keys
}

func plainPut(o *operation, _ *transactionConfig) {
	o.index, o.body, o.check = (*shape).known, putBody, checkEmpty
}

// transactPuts makes a load of transactions of n puts, with tokens if they are asked for.
func transactPuts(n int) func(*operation, *transactionConfig) {
	return func(o *operation, c *transactionConfig) {
		o.index, o.check = several, checkEmpty
		o.body = func(b []byte, s *shape, number, serial uint64) []byte {
			b = append(b, `{"TransactItems":[`...)
			for i := range n {
				b = append(b, `{"Put":`...)
				b = putBody(b, s, s.item(number, i), serial)
				b = append(b, "},"...)
			}
			b[len(b)-1] = ']'
			if c.tokens {
				b = append(b, `,"ClientRequestToken":"stator-bench-token-`...)
				b = appendDigits(b, serial)
				b = append(b, '"')
			}
			return append(b, '}')
		}
	}
}

func batchPuts(o *operation, _ *transactionConfig) {
	o.index = several
	o.body = func(b []byte, s *shape, number, serial uint64) []byte {
		b = append(b, `{"RequestItems":{"`+s.table+`":[`...)
		for i := range transactionItems {
			b = append(b, `{"PutRequest":{"Item":`...)
			b = s.appendItem(b, s.item(number, i), serial%1000)
			b = append(b, "}},"...)
		}
		b[len(b)-1] = ']'
		return append(b, "}}"...)
	}
	o.check = func(_ *shape, _ uint64, body []byte) error {
		if !bytes.Equal(body, []byte(`{"UnprocessedItems":{}}`)) {
			return fmt.Errorf("not all of a batch was done: %.100q", body)
		}
		return nil
	}
}

func batchGets(o *operation, _ *transactionConfig) {
	o.index, o.check = several, checkItems
	o.body = func(b []byte, s *shape, number, _ uint64) []byte {
		b = append(b, `{"RequestItems":{"`+s.table+`":{"ConsistentRead":true,"Keys":[`...)
		for i := range transactionItems {
			b = s.appendKey(b, s.item(number, i))
			b = append(b, ',')
		}
		b[len(b)-1] = ']'
		return append(b, "}}}"...)
	}
}

func transactGets(o *operation, _ *transactionConfig) {
	o.index, o.check = several, checkItems
	o.body = func(b []byte, s *shape, number, _ uint64) []byte {
		b = append(b, `{"TransactItems":[`...)
		for i := range transactionItems {
			b = append(b, `{"Get":{"TableName":"`+s.table+`","Key":`...)
			b = s.appendKey(b, s.item(number, i))
			b = append(b, "}},"...)
		}
		b[len(b)-1] = ']'
		return append(b, '}')
	}
}

// checkItems tells whether body holds all items that a number stands for.
func checkItems(s *shape, number uint64, body []byte) error {
	for i := range transactionItems {
		if err := s.checkItem(s.item(number, i), body); err != nil {
			return err
		}
	}
	return nil
}
