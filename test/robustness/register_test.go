package robustness

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
)

// cell is the state of an item: the number it holds, or that there is none.
type cell struct {
	exists bool
	n      int64
}

func (c cell) String() string {
	if !c.exists {
		return "–"
	}
	return fmt.Sprint(c.n)
}

// kind is what a client asked for.
type kind uint8

const (
	get         kind = iota
	put              // the item holds n; the answer tells what it held before
	putAbsent        // if there is no item, it holds n
	putMatching      // if it holds expected, it holds n
	add              // n is added to it; the answer tells the sum
	remove           // there is no item; the answer tells what it held
	kinds
)

var kindNames = [kinds]string{"get", "put", "put if absent", "put if", "add", "delete"}

// request is one operation on one item.
type request struct {
	item     int
	kind     kind
	n        int64
	expected int64
}

// answer is what came back. What cell means depends on the kind; of a refusal it is the item as it is.
type answer struct {
	unknown bool // nothing came back
	refused bool // the condition did not hold
	cell    cell
}

// carryOut is what an item does with a request: the state it is in afterwards and the answer.
func carryOut(before cell, q request) (cell, answer) {
	wanted := cell{exists: true, n: q.n}
	switch q.kind {
	case get:
		return before, answer{cell: before}
	case put:
		return wanted, answer{cell: before}
	case putAbsent:
		if before.exists {
			return before, answer{refused: true, cell: before}
		}
		return wanted, answer{}
	case putMatching:
		if before != (cell{exists: true, n: q.expected}) {
			return before, answer{refused: true, cell: before}
		}
		return wanted, answer{cell: before}
	case add:
		sum := cell{exists: true, n: before.n + q.n} // without an item n is 0
		return sum, answer{cell: sum}
	default:
		return cell{}, answer{cell: before}
	}
}

// register is an item as a client may take it: operations happen at some moment between request and
// answer. Of an operation without an answer it is not known whether it happened.
var register = porcupine.NondeterministicModel{
	Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
		byItem := map[int][]porcupine.Operation{}
		for _, o := range history {
			item := o.Input.(request).item //nolint:forcetypeassert // only what record put in
			byItem[item] = append(byItem[item], o)
		}
		var parts [][]porcupine.Operation
		for _, part := range byItem {
			parts = append(parts, part)
		}
		return parts
	},
	Init: func() []any { return []any{cell{}} },
	Step: func(state, input, output any) []any {
		before := state.(cell)                           //nolint:forcetypeassert // only what Init and Step put in
		after, want := carryOut(before, input.(request)) //nolint:forcetypeassert // only what record put in
		got := output.(answer)                           //nolint:forcetypeassert // only what record put in
		switch {
		case got.unknown:
			return []any{before, after}
		case got == want:
			return []any{after}
		}
		return nil
	},
	Equal: func(a, b any) bool { return a == b },
	DescribeOperation: func(input, output any) string {
		return fmt.Sprintf("%v → %v", input, output)
	},
}

func (q request) String() string {
	switch q.kind {
	case get, remove:
		return kindNames[q.kind]
	case putMatching:
		return fmt.Sprintf("%s %d: %d", kindNames[q.kind], q.expected, q.n)
	}
	return fmt.Sprintf("%s %d", kindNames[q.kind], q.n)
}

func (a answer) String() string {
	switch {
	case a.unknown:
		return "?"
	case a.refused:
		return "refused, " + a.cell.String()
	}
	return a.cell.String()
}

// TestRegister shows that the model accepts what is right and refuses what is wrong.
func TestRegister(t *testing.T) {
	const forever = math.MaxInt64
	one, two := cell{exists: true, n: 1}, cell{exists: true, n: 2}
	op := func(client int, from, to int64, q request, a answer) porcupine.Operation {
		return porcupine.Operation{ClientId: client, Call: from, Return: to, Input: q, Output: a}
	}
	putOne := op(0, 0, 10, request{kind: put, n: 1}, answer{})
	for _, c := range []struct {
		name    string
		want    porcupine.CheckResult
		history []porcupine.Operation
	}{
		{"a read after a write", porcupine.Ok, []porcupine.Operation{
			putOne, op(1, 20, 30, request{}, answer{cell: one}),
		}},
		{"a stale read", porcupine.Illegal, []porcupine.Operation{
			putOne, op(1, 20, 30, request{}, answer{}),
		}},
		{"a read during a write", porcupine.Ok, []porcupine.Operation{
			putOne, op(1, 5, 30, request{}, answer{}),
		}},
		{"a lost update", porcupine.Illegal, []porcupine.Operation{
			op(0, 0, 10, request{kind: add, n: 1}, answer{cell: one}),
			op(1, 0, 10, request{kind: add, n: 1}, answer{cell: one}),
		}},
		{"two updates", porcupine.Ok, []porcupine.Operation{
			op(0, 0, 10, request{kind: add, n: 1}, answer{cell: two}),
			op(1, 0, 10, request{kind: add, n: 1}, answer{cell: one}),
		}},
		{"both create", porcupine.Illegal, []porcupine.Operation{
			op(0, 0, 10, request{kind: putAbsent, n: 1}, answer{}),
			op(1, 0, 10, request{kind: putAbsent, n: 2}, answer{}),
		}},
		{"a refusal for no reason", porcupine.Illegal, []porcupine.Operation{
			putOne, op(1, 20, 30, request{kind: putMatching, n: 2, expected: 1}, answer{refused: true, cell: one}),
		}},
		{"an unanswered write that happened", porcupine.Ok, []porcupine.Operation{
			op(0, 0, 10, request{kind: put, n: 1}, answer{unknown: true}), op(1, 20, 30, request{}, answer{cell: one}),
		}},
		{"an unanswered write that did not happen", porcupine.Ok, []porcupine.Operation{
			op(0, 0, 10, request{kind: put, n: 1}, answer{unknown: true}), op(1, 20, 30, request{}, answer{}),
		}},
		{"an unanswered write that happens after the death of the server", porcupine.Illegal, []porcupine.Operation{
			op(0, 0, 10, request{kind: put, n: 1}, answer{unknown: true}), op(1, 20, 30, request{}, answer{}),
			op(1, 40, forever, request{}, answer{cell: one}),
		}},
		{"items of their own", porcupine.Ok, []porcupine.Operation{
			putOne, op(1, 20, 30, request{item: 1}, answer{}),
		}},
	} {
		if got := porcupine.CheckOperationsTimeout(register.ToModel(), c.history, time.Minute); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
