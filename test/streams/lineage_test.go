package streams

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

// shard is what is known of a shard.
type shard struct {
	id, parent    string
	from, to      string // its range of sequence numbers; to is "" while it is open
	first, latest string // sequence numbers of records that were read
}

// lineage is every shard that a stream ever had, by what its descriptions said.
type lineage struct {
	mu     sync.Mutex
	shards map[string]*shard
}

func newLineage() *lineage { return &lineage{shards: map[string]*shard{}} }

// describe takes in a description of all shards. What was said before must still hold.
func (l *lineage) describe(shards []streamtypes.Shard) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	listed := map[string]bool{}
	for i := range shards {
		s := &shards[i]
		id := aws.ToString(s.ShardId)
		if listed[id] {
			return fmt.Errorf("shard %s is listed twice", id)
		}
		listed[id] = true
		now := &shard{id: id, parent: aws.ToString(s.ParentShardId)}
		if r := s.SequenceNumberRange; r != nil {
			now.from, now.to = aws.ToString(r.StartingSequenceNumber), aws.ToString(r.EndingSequenceNumber)
		}
		if now.from == "" {
			return fmt.Errorf("shard %s does not say where it starts", id)
		}
		old := l.shards[id]
		if old == nil {
			l.shards[id] = now
			continue
		}
		if old.parent != now.parent || old.from != now.from || old.to != "" && old.to != now.to {
			return fmt.Errorf("shard %s was %+v and is %+v", id, *old, *now)
		}
		old.to = now.to
	}
	for id := range l.shards {
		if !listed[id] {
			return fmt.Errorf("shard %s is listed no more", id)
		}
	}
	return nil
}

// read takes in the sequence number of a record that was read from a shard.
func (l *lineage) read(id, sequence string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.shards[id]
	if !later(sequence, s.latest) {
		return fmt.Errorf("%s was read after %s", sequence, s.latest)
	}
	if s.first == "" {
		s.first = sequence
	}
	s.latest = sequence
	return nil
}

// children are the shards whose parent is the one called id, sorted.
func (l *lineage) children(id string) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.childrenOf(id)
}

func (l *lineage) childrenOf(id string) []string {
	var children []string
	for _, s := range l.shards {
		if s.parent == id {
			children = append(children, s.id)
		}
	}
	slices.Sort(children)
	return children
}

// splits is how many shards have two children.
func (l *lineage) splits() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := 0
	for id := range l.shards {
		if len(l.childrenOf(id)) == 2 {
			n++
		}
	}
	return n
}

// check judges the whole of an ended stream: its shards are a forest that begins with the given number of
// roots, children follow their parents, and records lie in the ranges of their shards.
func (l *lineage) check(roots int) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	var problems []string
	complain := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	for _, s := range l.shards {
		switch parent := l.shards[s.parent]; {
		case s.parent == "":
			roots--
		case parent == nil:
			complain("the parent of %s is not listed", s.id)
		case parent.to == "" || !later(s.from, parent.to):
			complain("shard %s begins with %s, its parent %s ends with %s", s.id, s.from, parent.id, parent.to)
		case l.circular(s):
			complain("shard %s is its own ancestor", s.id)
		}
		if n := len(l.childrenOf(s.id)); n > 2 {
			complain("shard %s has %d children", s.id, n)
		}
		if s.to == "" || later(s.from, s.to) {
			complain("shard %s spans %s to %s", s.id, s.from, s.to)
		}
		if s.first != "" && (later(s.from, s.first) || later(s.latest, s.to)) {
			complain("shard %s spans %s to %s, its records %s to %s", s.id, s.from, s.to, s.first, s.latest)
		}
	}
	if roots != 0 {
		complain("there are %d roots less than there should be", roots)
	}
	if problems != nil {
		slices.Sort(problems)
		return fmt.Errorf("%s", strings.Join(problems, "\n"))
	}
	return nil
}

func (l *lineage) circular(s *shard) bool {
	at := s
	for range len(l.shards) {
		if at = l.shards[at.parent]; at == nil {
			return false
		}
	}
	return true
}

// TestLineage judges right and wrong descriptions.
func TestLineage(t *testing.T) {
	listed := func(id, parent, from, to string) streamtypes.Shard {
		s := streamtypes.Shard{ShardId: &id, SequenceNumberRange: &streamtypes.SequenceNumberRange{StartingSequenceNumber: &from}}
		if parent != "" {
			s.ParentShardId = &parent
		}
		if to != "" {
			s.SequenceNumberRange.EndingSequenceNumber = &to
		}
		return s
	}
	split := []streamtypes.Shard{listed("a", "", "10", "19"), listed("b", "a", "20", "30"), listed("c", "a", "20", "30")}
	for _, c := range []struct {
		name   string
		shards []streamtypes.Shard
		read   string // from shard b
		ok     bool
	}{
		{"a split", split, "25", true},
		{"a record before its shard", split, "19", false},
		{"a record behind its shard", split, "31", false},
		{"two roots", append([]streamtypes.Shard{listed("d", "", "10", "30")}, split...), "25", false},
		{"an open shard", append([]streamtypes.Shard{listed("d", "b", "31", "")}, split...), "25", false},
		{"three children", append([]streamtypes.Shard{listed("d", "a", "20", "30")}, split...), "25", false},
		{"a child that begins before its parent ends", []streamtypes.Shard{split[0], listed("b", "a", "19", "30"), split[2]}, "25", false},
		{"no parent", []streamtypes.Shard{split[0], split[1], listed("c", "z", "20", "30")}, "25", false},
		{"a circle", []streamtypes.Shard{split[0], listed("b", "c", "40", "50"), listed("c", "b", "40", "50")}, "45", false},
	} {
		l := newLineage()
		if err := l.describe(c.shards); err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if err := l.read("b", c.read); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if err := l.check(1); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		}
		if c.ok && (l.splits() != 1 || !slices.Equal(l.children("a"), []string{"b", "c"})) {
			t.Errorf("%s: %d splits, the children of a are %v", c.name, l.splits(), l.children("a"))
		}
	}
	l := newLineage()
	if err := l.describe(split); err != nil {
		t.Fatal(err)
	}
	if l.describe(split[:2]) == nil || l.describe([]streamtypes.Shard{split[0], split[1], listed("c", "a", "20", "31")}) == nil ||
		l.describe(append(split, split[0])) == nil {
		t.Error("a description may contradict an earlier one, or itself")
	}
	if l.read("b", "25") != nil || l.read("b", "25") == nil || l.read("b", "24") == nil {
		t.Error("records may come again, or in another order")
	}
}
