package attr

import (
	"strings"
	"testing"

	"github.com/statordb/stator/internal/coral"
)

// TestValuesMax holds that a body cannot make a Decoder keep more values of lists than it may, be they
// in one list or in several.
func TestValuesMax(t *testing.T) {
	list := func(elements int) string { return "[" + strings.TrimSuffix(strings.Repeat("{},", elements), ",") + "]" }
	var d Decoder
	for range 2 { // the second body begins at none again
		d.Reset()
		read := func(elements int) error {
			var r coral.Reader
			r.Reset([]byte(list(elements)))
			vs, _ := d.Values(&r)
			if len(vs) > valuesMax {
				t.Errorf("%d values are kept", len(vs))
			}
			return r.End()
		}
		if err := read(valuesMax / 2); err != nil {
			t.Error(err)
		}
		if err := read(valuesMax / 2); err != nil {
			t.Error(err)
		}
		if err := read(1); err == nil {
			t.Error("one more is read")
		}
	}
	d.Reset()
	var r coral.Reader
	r.Reset([]byte(list(16 << 20 / 3)))
	if vs, _ := d.Values(&r); cap(vs) > 2*valuesMax {
		t.Errorf("there is room for %d values", cap(vs))
	}
}
