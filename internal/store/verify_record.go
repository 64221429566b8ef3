package store

import (
	"fmt"

	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/keyspace"
	"github.com/statordb/stator/internal/stream"
)

// isRecord reports whether key is that of a change record.
func isRecord(key []byte) bool {
	lo, hi := keyspace.Logs()
	return engine.Range{Lo: lo, Hi: hi}.Contains(key)
}

// record judges a change record: it must be of a stream that there is, be read, and lie where readers of
// its item look.
func (v *verifying) record(key, value []byte) {
	k, err := keyspace.ParseRecord(key)
	if err == nil {
		s := v.content.Streams[k.ID]
		if s == nil {
			err = fmt.Errorf("it is of stream %s, which does not exist", k.ID)
		} else {
			err = stream.Check(s, k, value)
		}
	}
	if err != nil {
		v.report(fmt.Sprintf("the key %s: %v", shown(key), err))
		return
	}
	v.sum.Records++
}
