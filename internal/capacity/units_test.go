package capacity

import "testing"

// TestUnits holds the rows of behaviour §6.
func TestUnits(t *testing.T) {
	for _, c := range []struct {
		size             int
		eventual, strong float64
	}{{0, 0.5, 1}, {1, 0.5, 1}, {4096, 0.5, 1}, {4097, 1, 2}, {9 * 1024, 1.5, 3}, {409600, 50, 100}} {
		if e, s := Read(c.size, false), Read(c.size, true); e != c.eventual || s != c.strong {
			t.Errorf("reading %d bytes: %g eventual, %g strong", c.size, e, s)
		}
	}
	for _, c := range []struct {
		before, after int
		want          float64
	}{{0, 0, 1}, {0, 1, 1}, {0, 1024, 1}, {0, 1025, 2}, {3000, 100, 3}, {100, 3073, 4}, {3000, 0, 3}} {
		if got := Write(c.before, c.after); got != c.want {
			t.Errorf("writing %d over %d bytes: %g", c.after, c.before, got)
		}
	}
	for _, c := range []struct {
		before, after int
		moves         bool
		want          float64
	}{
		{0, 18, false, 1}, {18, 0, false, 1}, {1025, 18, false, 2}, {18, 1025, false, 2}, {18, 18, true, 2}, {1025, 2049, true, 5},
	} {
		if got := IndexWrite(c.before, c.after, c.moves); got != c.want {
			t.Errorf("an entry from %d to %d bytes, moves %v: %g", c.before, c.after, c.moves, got)
		}
	}
}
