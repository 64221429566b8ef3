package op

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"slices"
	"strings"
	"sync"

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
	defer d.done()
	for i := range t.actions {
		t.actions[i].digest(d)
	}
	t.used = store.Token{Operation: store.TransactWriteItems, Text: t.in.ClientRequestToken.V, Now: s.now()}
	d.hash.Sum(t.used.Digest[:0])
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

// digest is a hash of texts, each with its length, so that no two lists of texts are one. It is pooled.
type digest struct {
	hash    hash.Hash // never fails
	scratch [digestScratchBytes]byte
}

// digestScratchBytes is how much of a text is hashed at once: most are shorter.
const digestScratchBytes = 128

var digests = sync.Pool{New: func() any { return &digest{hash: sha256.New()} }}

// newDigest returns the digest of nothing; done gives it back.
func newDigest() *digest { return digests.Get().(*digest) } //nolint:errcheck,forcetypeassert // nothing else is put in

func (d *digest) done() {
	d.hash.Reset()
	digests.Put(d)
}

func (d *digest) length(n int) {
	b := binary.BigEndian.AppendUint64(d.scratch[:0], uint64(n)) //nolint:gosec // never negative
	_, _ = d.hash.Write(b)
}

func (d *digest) bytes(b []byte) {
	d.length(len(b))
	_, _ = d.hash.Write(b)
}

func (d *digest) text(s string) {
	d.length(len(s))
	for len(s) > 0 {
		n := copy(d.scratch[:], s)
		_, _ = d.hash.Write(d.scratch[:n])
		s = s[n:]
	}
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
