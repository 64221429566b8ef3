package stream

import (
	"errors"
	"fmt"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/keyspace"
)

// Check reports what is wrong with the record that is stored under k as b in the stream s. It trusts
// nothing that it reads.
func Check(s *catalog.Stream, k keyspace.RecordKey, b []byte) error {
	var v value
	if err := v.parse(b); err != nil {
		return err
	}
	for _, p := range v.parts[:v.n] {
		if err := p.item.Check(); err != nil {
			return err
		}
		if size := p.item.Size(); size != p.size {
			return fmt.Errorf("record says that an item is %d bytes, which has %d", p.size, size)
		}
	}
	if k.N >= RecordsMax {
		return fmt.Errorf("record is number %d of its transaction", k.N)
	}
	var r Record
	if err := r.decode(s, k, b); err != nil {
		return err
	}
	if want := images(s.View, r.Event); v.flags&(flagNew|flagOld) != want {
		return fmt.Errorf("record of a change %s has the flags %#x, which the view %s does not show so", r.Event, v.flags, s.View)
	}
	if err := checkKeys(s, r.Keys); err != nil {
		return err
	}
	if slot := keyspace.Slot(r.Keys.Get(s.Key[0].Name).Bytes()); slot != k.Slot {
		return fmt.Errorf("record lies in slot %d, its item belongs to slot %d", k.Slot, slot)
	}
	return checkSpan(s, k.Seq)
}

func checkKeys(s *catalog.Stream, keys attr.Item) error {
	if keys.Len() != len(s.Key) {
		return fmt.Errorf("record has %d key attributes", keys.Len())
	}
	for _, a := range s.Key {
		if t := keys.Get(a.Name).Type(); t != a.Type {
			return fmt.Errorf("record has the key attribute %q of type %q, not %q", a.Name, t, a.Type)
		}
	}
	return nil
}

// checkSpan checks that a stream that was never trimmed had begun. What is below the trimmed part is on its
// way out; what is behind the end of a stream was written by those who did not know yet that it had ended.
func checkSpan(s *catalog.Stream, seq uint64) error {
	if s.Trimmed > 0 || len(s.Shards) == 0 {
		return nil
	}
	first := s.Shards[0].From
	for i := range s.Shards {
		first = min(first, s.Shards[i].From)
	}
	if seq < first {
		return errors.New("record is older than its stream")
	}
	return nil
}
