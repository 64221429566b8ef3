package catalog_test

import (
	"bytes"
	"encoding/base64"
	"testing"

	"github.com/statordb/stator/internal/catalog"
)

// TestSeal holds that what was sealed comes back, and that nothing else is taken for it.
func TestSeal(t *testing.T) {
	sealer := catalog.NewSealer([]byte("secret"), "pages")
	for _, body := range [][]byte{nil, []byte("x"), bytes.Repeat([]byte("body"), 100)} {
		sealed := sealer.Seal(body)
		if got, ok := sealer.Unseal(sealed); !ok || !bytes.Equal(got, body) {
			t.Errorf("%q comes back as %q, %v", body, got, ok)
		}
		for i := range sealed {
			sealed[i] ^= 1
			if _, ok := sealer.Unseal(sealed); ok {
				t.Errorf("%q with byte %d changed is taken", body, i)
			}
			sealed[i] ^= 1
			if _, ok := sealer.Unseal(sealed[:i]); ok {
				t.Errorf("the first %d bytes of %q are taken", i, body)
			}
		}
		if _, ok := sealer.Unseal(append(sealed, 0)); ok {
			t.Errorf("%q with a byte more is taken", body)
		}
		for _, e := range []*base64.Encoding{base64.StdEncoding, base64.RawURLEncoding} {
			text := sealer.SealText(e, body)
			if got, ok := sealer.UnsealText(e, text); !ok || !bytes.Equal(got, body) {
				t.Errorf("%q comes back as %q, %v", body, got, ok)
			}
			for _, more := range []string{"\n", "\r", "=", "A", " "} {
				if _, ok := sealer.UnsealText(e, text+more); ok {
					t.Errorf("%q with %q behind it is taken", text, more)
				}
			}
		}
		for name, other := range map[string]*catalog.Sealer{
			"purpose": catalog.NewSealer([]byte("secret"), "shards"), "secret": catalog.NewSealer([]byte("other"), "pages"),
		} {
			if _, ok := other.Unseal(sealed); ok {
				t.Errorf("%q is taken by a sealer of another %s", body, name)
			}
		}
	}
}
