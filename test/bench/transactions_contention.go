package main

import (
	"context"
	"fmt"
)

// counted is an item of those that contention counts on. They lie behind the loaded ones, and nothing else
// writes them; the first ones are hot.
func (s *shape) counted(i uint64) uint64 { return s.keys + 1 + i }

// contend makes the load that sets transactions against each other. Its requests have no token, so that one
// that is sent again counts again.
func contend(o *operation, c *transactionConfig) {
	o.counts, o.index, o.check = true, several, checkEmpty
	hot, cold := uint64(c.hot), uint64(c.spread-c.hot)
	o.body = func(b []byte, s *shape, number, serial uint64) []byte {
		b = append(b, `{"TransactItems":[{"Update":`...)
		b = updateBody(b, s, s.counted(number%hot), serial)
		b = append(b, `},{"Update":`...)
		b = updateBody(b, s, s.counted(hot+number>>32%cold), serial)
		return append(b, "}]}"...)
	}
}

// compareCounts compares what the items of contention counted with what was acknowledged: as many updates of
// hot items as of others, since each transaction is one of both, and no acknowledged one is missing.
func (b *transactionBench) compareCounts(ctx context.Context) error {
	t := b.server()
	if t.hotKnown == 0 {
		return nil
	}
	var hot, cold int64
	for i := range b.cfg.spread {
		n, err := t.tallyOf(ctx, b.shape, b.shape.counted(uint64(i)))
		if err != nil {
			return fmt.Errorf("cannot count the updates: %w", err)
		}
		if i < b.cfg.hot {
			hot += n
		} else {
			cold += n
		}
	}
	note, ok := judgeCounts(hot, cold, t.hotKnown, t.hotUnknown)
	b.notes = append(b.notes, note)
	if !ok {
		b.hotFailed++
	}
	return nil
}

// judgeCounts says whether updates of hot and other items are those of known transactions that were
// acknowledged, and of unknown ones that may have been done, each of them as a whole.
func judgeCounts(hot, cold, known, unknown int64) (note string, ok bool) {
	switch {
	case hot != cold:
		return fmt.Sprintf("hot items counted %d updates and the others %d: some transaction was done by half", hot, cold), false
	case hot < known || hot > known+unknown:
		return fmt.Sprintf("the hot items counted %d updates, but %d transactions were acknowledged and %d uncertain", hot, known, unknown), false
	}
	return fmt.Sprintf("The items of contention counted %s transactions, every acknowledged one and no half of one.", thousands(float64(hot))), true
}
