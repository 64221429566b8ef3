package catalog

import (
	"context"
	"fmt"
	"slices"

	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/keyspace"
)

// streams reads the descriptions of streams and checks them, alone, beside one another, and beside those of
// tables, which have been read.
func (c *Content) streams(ctx context.Context, e engine.Engine, report func(problem string)) error {
	var all streams
	lo, hi := keyspace.Streams()
	err := scan(ctx, e, lo, hi, func(key, value []byte) error {
		s, err := decodeStream(value)
		if err != nil {
			report(fmt.Sprintf("the description of a stream under %q: %v", key, err))
			return nil
		}
		if string(key) != string(keyspace.Stream(s.ID)) {
			report(fmt.Sprintf("the description of stream %s is stored under %q", s.ID, key))
		}
		c.Streams[s.ID] = s
		all = append(all, s)
		return nil
	})
	slices.SortStableFunc(all, compareStreams)
	for i, s := range all {
		wrong := s.wrong(report)
		if i > 0 && compareStreams(all[i-1], s) == 0 {
			wrong("has the label of stream %s", all[i-1].ID)
		}
		s.verify(wrong)
		if t := c.Tables[s.TableID]; s.Ended.IsZero() && (t == nil || t.Log() == nil || t.Log().ID != s.ID) {
			wrong("is on, which the table does not know")
		}
	}
	for _, t := range c.Tables {
		c.verifyLog(t, report)
	}
	return err
}

// wrong returns what reports a problem of s.
func (s *Stream) wrong(report func(problem string)) func(format string, about ...any) {
	return func(format string, about ...any) {
		report(fmt.Sprintf("stream %s of table %q ", s.ID, s.Table) + fmt.Sprintf(format, about...))
	}
}

// verifyLog checks that there is the stream in which changes of t are recorded.
func (c *Content) verifyLog(t *Table, report func(problem string)) {
	log := t.Log()
	if log == nil {
		return
	}
	s := c.Streams[log.ID]
	if s == nil {
		report(fmt.Sprintf("table %q has stream %s, which does not exist", t.Name, log.ID))
		return
	}
	wrong := s.wrong(report)
	if !s.Ended.IsZero() {
		wrong("has ended, the table records changes in it")
	}
	key := make([]Attribute, len(t.Key))
	for i, name := range t.Key {
		key[i] = t.Attribute(name)
	}
	if s.TableID != t.ID || s.Table != t.Name || s.Label != log.Label || s.View != log.View || !slices.Equal(s.Key, key) {
		wrong("has another table, label, view or key than table %q says", t.Name)
	}
}

// verify checks what s says of itself.
func (s *Stream) verify(wrong func(format string, about ...any)) {
	if !slices.Contains([]string{ViewKeys, ViewNew, ViewOld, ViewNewOld}, s.View) {
		wrong("has the view %q", s.View)
	}
	for i := range s.Shards {
		s.verifyShard(i, wrong)
	}
	if !s.Begun() && s.Trimmed == 0 {
		return
	}
	for slot := range uint8(keyspace.Slots) {
		s.verifySlot(slot, wrong)
	}
}

// verifyShard checks the bounds of shard i and that it follows on its parent, which is an earlier one.
func (s *Stream) verifyShard(i int, wrong func(format string, about ...any)) {
	shard := &s.Shards[i]
	if shard.Slot >= shard.End || shard.End > keyspace.Slots || shard.From == 0 || !shard.Open() && shard.From >= shard.To {
		wrong("has the shard %s of the slots [%d, %d) and the sequences [%d, %d)", shard.ID, shard.Slot, shard.End, shard.From, shard.To)
	}
	if shard.Open() != shard.Closed.IsZero() {
		wrong("has the shard %s, which is both open and closed", shard.ID)
	}
	earlier := Stream{Shards: s.Shards[:i]}
	if earlier.Shard(shard.ID) != nil {
		wrong("has two shards %s", shard.ID)
	}
	parent := earlier.Shard(shard.Parent)
	switch {
	case shard.Parent == "":
		if first := s.Shards[0]; first.Parent == "" && shard.From != first.From {
			wrong("has the shard %s, which has no parent and does not begin with the stream", shard.ID)
		}
	case parent == nil:
		if shard.From > s.Trimmed {
			wrong("has the shard %s, whose parent %s is gone and has not been trimmed", shard.ID, shard.Parent)
		}
	case parent.To != shard.From || parent.Slot > shard.Slot || parent.End < shard.End:
		wrong("has the shard %s, which does not follow on its parent %s", shard.ID, shard.Parent)
	}
}

// verifySlot checks that every record of a slot that may be there or come belongs to exactly one shard.
func (s *Stream) verifySlot(slot uint8, wrong func(format string, about ...any)) {
	var next uint64 // where the next shard is to begin; 0: anywhere
	open := false
	for i := range s.Shards { // those of one slot stand in the order of their sequences
		shard := &s.Shards[i]
		if slot < shard.Slot || slot >= shard.End {
			continue
		}
		if open || next != 0 && shard.From != next {
			wrong("has the shard %s, which does not begin where the one before it in slot %d ends", shard.ID, slot)
		}
		next, open = shard.To, shard.Open()
	}
	switch ended := !s.Ended.IsZero(); {
	case !ended && !open:
		wrong("is on and has no open shard of slot %d", slot)
	case ended && open:
		wrong("has ended and has an open shard of slot %d", slot)
	}
}
