package op

import (
	"encoding/binary"
	"slices"
	"strings"

	"github.com/cespare/xxhash/v2"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/store"
)

// token is the ClientRequestToken, or nil if there is none. It stands for the actions alone, not for
// what the response is to say.
func (t *transactWrite) token(s *Service) *store.Token {
	if !t.in.ClientRequestToken.Set {
		return nil
	}
	d := newDigest()
	for i := range t.actions {
		t.actions[i].digest(&d)
	}
	t.used = store.Token{Operation: store.TransactWriteItems, Text: t.in.ClientRequestToken.V, Digest: d.hash.Sum64(), Now: s.now()}
	return &t.used
}

// digest adds what a is to d.
func (a *action) digest(d *digest) {
	d.text(a.name)
	d.text(a.tableName.V)
	d.bytes(a.attributes.Item)
	d.option(a.update)
	d.option(a.condition)
	d.text(a.returnOnFailure.Or(none))
	d.bytes(a.values.Item)
	names := slices.Clone(a.names)
	slices.SortFunc(names, func(x, y api.Entry[string]) int { return strings.Compare(x.Key, y.Key) })
	d.length(len(names))
	for _, n := range names {
		d.text(n.Key)
		d.text(n.V)
	}
}

// digest is a hash of texts, each with its length, so that no two lists of texts are one. It need not withstand an
// attack: whoever finds two requests with one digest, and sends them with one token, has his second one taken for the
// first.
type digest struct{ hash xxhash.Digest } // writing to it never fails

func newDigest() (d digest) {
	d.hash.Reset()
	return d
}

func (d *digest) length(n int) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n)) //nolint:gosec // never negative
	_, _ = d.hash.Write(b[:])
}

func (d *digest) bytes(b []byte) {
	d.length(len(b))
	_, _ = d.hash.Write(b)
}

func (d *digest) text(s string) {
	d.length(len(s))
	_, _ = d.hash.WriteString(s)
}

// option adds a text that may be absent, which is not the same as empty.
func (d *digest) option(s api.Opt[string]) {
	if !s.Set {
		d.length(0)
		return
	}
	d.length(1)
	d.text(s.V)
}
