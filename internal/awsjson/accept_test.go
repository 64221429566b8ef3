package awsjson

import "testing"

// Headers that were sent to AWS, and the encoding that its answers had (ScyllaDB's tests of Alternator run
// there, too).
func TestAccepted(t *testing.T) {
	f := func(header, want string) {
		t.Helper()
		got := ""
		if e := accepted(header); e != nil {
			got = e.name
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", header, got, want)
		}
	}
	for _, header := range []string{
		"identity", "", "br", "zstd", "x-gzip", "gzip ;q=0", "identity;q=0", "*;q=0", `"gzip"`, "gzip br", "gzip:q=1",
		"br;q=0.8,identity;q=0.5,*;q=0", "gzip;nq=1;q=0 ",
	} {
		f(header, "")
	}
	for _, header := range []string{
		"gzip, deflate", "GZIP, identity", "dog, gzip ,, cat", "gzip;q=0.8, deflate;q=0.5", "*", "*, deflate;q=0.5", "*, identity",
		"*;q=0.5,identity", "gzip;q=0.5,identity;q=0.8", "deflate;q=0.5, gzip;q=31", "gzip;q=31,deflate;q=51",
		"deflate;q=0.5, gzip;q=1;q=0.2", "deflate;q=0.5,gzip;q=0.x", "deflate;q=0.5,gzip;q=0.   x", "deflate;q=-0.5,gzip;q=0.2",
		"gzip;q=0, gzip;q=1, gzip;q=0", "br,identity;q=0.5,gzip;q=0.0001",
	} {
		f(header, "gzip")
	}
	for _, header := range []string{
		"br, identity, deflate, gzip", "br, gzip;q=0, deflate; q = 0.5 , identity;q=0", "*, deflate", "*, gzip;q=0.5",
		"deflate;q=0.5, gzip;q=0.2", "deflate;q=0.5,gzip;q=0.",
	} {
		f(header, "deflate")
	}
}
