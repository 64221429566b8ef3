package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"

	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/keyspace"
)

// CollectionBytesMax is how large the items of one partition key may become, together with their
// entries in local indexes, in a table that has such indexes ("Item collections in Local Secondary
// Indexes", DynamoDB Developer Guide).
const CollectionBytesMax = 10 << 30

// collection is an item collection as the writes of one transaction see it.
//
// Its size is the sum of shares. A share has the slot of a tally and is written by whoever holds that
// tally, so writers of one collection do not wait for one another. The sum of the others' shares is
// read before the transaction: writers at the same time may go beyond the limit by what they write.
// The share that is written is read in it, where no read lags.
type collection struct {
	pk     []byte
	key    []byte // of the share
	known  bool   // the share has been read
	share  int64  // as it is stored
	others int64  // the sum of the other shares
	local  int64  // by how much the share changes
	max    int64
}

// shareVersion is the first byte of a stored share; its bytes follow as a signed varint.
const shareVersion = 0x01

// collection reads the size of the collection with the partition key pk, save the share of slot.
func (s *Store) collection(ctx context.Context, t *catalog.Table, pk []byte, slot uint32) (*collection, error) {
	c := &collection{pk: pk, key: t.ID.Share(nil, pk, slot), max: s.collectionBytesMax}
	r, err := s.engine.Read(ctx, engine.Eventual)
	if err != nil {
		return nil, catalog.Visible(err)
	}
	defer r.Close()
	prefix := t.ID.Shares(nil, pk)
	cursor := r.Scan(ctx, engine.Range{Lo: prefix, Hi: keyspace.End(prefix)}, engine.ScanOpt{})
	for cursor.Next() {
		if bytes.Equal(cursor.Key(), c.key) {
			continue
		}
		n, err := parseShare(cursor.Value())
		if err != nil {
			_ = cursor.Close() // the first error is the one to tell
			return nil, fmt.Errorf("cannot read the size of an item collection of table %q: %w", t.Name, err)
		}
		c.others += n
	}
	if err := cursor.Close(); err != nil {
		return nil, catalog.Visible(err)
	}
	return c, nil
}

// read reads the share, once. Nobody else writes it.
func (c *collection) read(ctx context.Context, txn engine.Txn) (err error) {
	if c.known {
		return nil
	}
	var v engine.Value
	if err := txn.Get(ctx, c.key, &v); err != nil {
		return err
	}
	defer v.Release()
	if c.share = 0; v.Exists {
		c.share, err = parseShare(v.B)
	}
	c.known = err == nil
	return err
}

// change takes in what r says of the item and its entries in local indexes. It refuses a write that
// makes the collection larger than it may be.
func (c *collection) change(r *Result) error {
	grows := int64(r.NewSize - r.OldSize)
	for _, ix := range r.Indexes {
		if ix.Index.Local {
			grows += int64(ix.NewSize - ix.OldSize)
		}
	}
	c.local += grows
	r.Collection = c.others + c.share + c.local
	if grows > 0 && r.Collection > c.max {
		return ErrCollectionFull
	}
	return nil
}

// write puts the share as it becomes into the transaction.
func (c *collection) write(txn engine.Txn) {
	switch share := c.share + c.local; {
	case c.local == 0:
	case share == 0:
		txn.Delete(c.key)
	default:
		var room [16]byte
		txn.Set(c.key, binary.AppendVarint(append(room[:0], shareVersion), share))
	}
}

func parseShare(b []byte) (int64, error) {
	if len(b) < 2 || b[0] != shareVersion {
		return 0, fmt.Errorf("share % x is malformed", b)
	}
	n, w := binary.Varint(b[1:])
	if w != len(b)-1 {
		return 0, fmt.Errorf("share % x is malformed", b)
	}
	return n, nil
}
