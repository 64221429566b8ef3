package streams

import (
	"fmt"
	"testing"

	"github.com/statordb/stator/test/statortest"
)

// compare holds what writers sent against what a replica got to know: everything that was done is there,
// nothing that was refused, no half of what is whole, and nothing that nobody sent.
func compare(writers []*writer, r *replica) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	sent := map[version]bool{}
	for _, w := range writers {
		for _, q := range w.requests {
			seen, makes := 0, 0
			for _, c := range q.changes {
				if c.made.op != "" {
					sent[c.made], makes = true, makes+1
				}
				if r.made[c.made] {
					seen++
				}
				if q.outcome == done && c.removed.op != "" && !r.removed[c.removed] {
					return fmt.Errorf("%s was deleted when it was %s, and no record says so", c.removed.key, c.removed.op)
				}
			}
			if err := q.judge(seen, makes); err != nil {
				return err
			}
		}
	}
	for v := range r.made {
		if !sent[v] {
			return fmt.Errorf("a record shows %s as %q left it, and nobody wrote that", v.key, v.op)
		}
	}
	return nil
}

// judge says whether records may show so many of the versions that a request makes.
func (q *request) judge(seen, makes int) error {
	switch {
	case q.outcome == done && seen != makes:
		return fmt.Errorf("%v was acknowledged, and %d of %d changes have no record", q.changes, makes-seen, makes)
	case q.outcome == refused && seen > 0:
		return fmt.Errorf("%v was refused, and %d changes have records", q.changes, seen)
	case q.outcome == unanswered && q.whole && seen != 0 && seen != makes:
		return fmt.Errorf("%v is whole, and %d of %d changes have records", q.changes, seen, makes)
	}
	return nil
}

func TestCompare(t *testing.T) {
	a, b := version{"a", "1.1"}, version{"b", "1.1"}
	both := []change{{made: a}, {made: b}}
	for _, c := range []struct {
		name    string
		request request
		made    []version
		ok      bool
	}{
		{"all of what was done", request{changes: both, whole: true, outcome: done}, []version{a, b}, true},
		{"half of what was done", request{changes: both, outcome: done}, []version{a}, false},
		{"nothing of what was done", request{changes: both, outcome: done}, nil, false},
		{"nothing of what was refused", request{changes: both, outcome: refused}, nil, true},
		{"half of what was refused", request{changes: both, outcome: refused}, []version{b}, false},
		{"nothing of what is uncertain", request{changes: both, whole: true}, nil, true},
		{"all of what is uncertain", request{changes: both, whole: true}, []version{a, b}, true},
		{"half of what is uncertain", request{changes: both, whole: true}, []version{a}, false},
		{"half of a batch that is uncertain", request{changes: both}, []version{a}, true},
		{"something else", request{changes: both, outcome: done}, []version{a, b, {"c", "1.1"}}, false},
		{"no deletion", request{changes: []change{{removed: a}}, outcome: done}, nil, false},
		{"a deletion of nothing", request{changes: []change{{}}, whole: true, outcome: done}, nil, true},
	} {
		r := newReplica()
		for _, v := range c.made {
			r.made[v] = true
		}
		if err := compare([]*writer{{requests: []*request{&c.request}}}, r); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestOwnItem follows what a writer knows of an item.
func TestOwnItem(t *testing.T) {
	o := &own{sure: true}
	item := statortest.Item{"op": statortest.S("1")}
	o.settle(done, item, "1")
	o.settle(refused, nil, "2")
	if !o.sure || o.op != "1" || o.item == nil {
		t.Errorf("after a refusal: %+v", o)
	}
	if o.settle(unanswered, item, "3"); o.sure || o.item != nil || deletion(o) != (change{}) {
		t.Errorf("without an answer: %+v", o)
	}
	if o.settle(done, nil, ""); !o.sure || o.op != "" {
		t.Errorf("after a deletion: %+v", o)
	}
}
