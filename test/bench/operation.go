package main

import (
	"bytes"
	"fmt"
)

// operation is one row of the table below: how its requests are made and its answers judged.
type operation struct {
	name      string // as --ops names it
	title     string // as the tables name it
	action    string // what X-Amz-Target says behind the dot
	yardstick string // the bare handler it is held against
	counts    bool   // what it was acknowledged for is compared in the end with what hot items counted
	// index says which item the request with this serial is about. Serials never repeat on a target.
	index func(s *shape, serial uint64) uint64
	// body appends the request's body.
	body func(b []byte, s *shape, index, serial uint64) []byte
	// check judges the body of a 200 answer. It runs on a sample of the answers.
	check func(s *shape, index uint64, body []byte) error
}

// allOperations is every operation that can be measured. A new one is a row here; what it answers is
// captured, and bare-get replays it, without further change.
var allOperations = []*operation{
	{
		name: "get", title: "GetItem, strong", action: "GetItem", yardstick: bareGet,
		index: (*shape).known, body: getBody(true), check: (*shape).checkItem,
	},
	{
		name: "get-eventual", title: "GetItem, eventual", action: "GetItem", yardstick: bareGet,
		index: (*shape).known, body: getBody(false), check: (*shape).checkItem,
	},
	{
		name: "put", title: "PutItem, distinct keys", action: "PutItem", yardstick: barePut,
		index: (*shape).fresh, body: putBody, check: checkEmpty,
	},
	{
		name: "put-overwrite", title: "PutItem, overwriting", action: "PutItem", yardstick: barePut,
		index: (*shape).known, body: putBody, check: checkEmpty,
	},
	{
		name: "put-hot", title: "PutItem, one hot item", action: "PutItem", yardstick: barePut,
		index: (*shape).first, body: putBody, check: checkEmpty,
	},
	{
		name: updateHot, title: "UpdateItem ADD, one hot item", action: "UpdateItem", yardstick: barePut,
		counts: true, index: (*shape).hot, body: updateBody, check: checkEmpty,
	},
	{
		name: "update-spread", title: "UpdateItem ADD, spread items", action: "UpdateItem", yardstick: barePut,
		index: (*shape).known, body: updateBody, check: checkEmpty,
	},
}

// updateHot is an operation whose effect is counted: after a run the hot item's tally must be the number of
// its acknowledged updates.
const updateHot = "update-hot"

func findOperation(name string) *operation {
	for _, o := range allOperations {
		if o.name == name {
			return o
		}
	}
	return nil
}

func getBody(strong bool) func(b []byte, s *shape, index, serial uint64) []byte {
	return func(b []byte, s *shape, index, _ uint64) []byte {
		b = append(b, `{"TableName":"`+s.table+`","Key":`...)
		b = s.appendKey(b, index)
		if strong {
			b = append(b, `,"ConsistentRead":true`...)
		}
		return append(b, '}')
	}
}

// putBody writes a tally of at most three digits, so that the item keeps its size.
func putBody(b []byte, s *shape, index, serial uint64) []byte {
	b = append(b, `{"TableName":"`+s.table+`","Item":`...)
	b = s.appendItem(b, index, serial%1000)
	return append(b, '}')
}

func updateBody(b []byte, s *shape, index, _ uint64) []byte {
	b = append(b, `{"TableName":"`+s.table+`","Key":`...)
	b = s.appendKey(b, index)
	return append(b, `,"UpdateExpression":"ADD tally :one","ExpressionAttributeValues":{":one":{"N":"1"}}}`...)
}

// checkEmpty accepts the answer of a write that returns no values.
func checkEmpty(_ *shape, _ uint64, body []byte) error {
	if !bytes.Equal(body, []byte("{}")) {
		return fmt.Errorf("the answer to a write is %.100q, not {}", body)
	}
	return nil
}
