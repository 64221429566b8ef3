package wire

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/statordb/stator/test/statortest"
)

// TestOrigin asks as a page in a browser does.
func TestOrigin(t *testing.T) {
	s := statortest.StartMemory(t)
	for _, origin := range []string{"", "https://example.com"} {
		want := ""
		header := "Origin:"
		if origin != "" {
			want, header = "*", "Origin: "+origin
		}
		for body, status := range map[string]int{`{}`: 200, `{`: 400} {
			a := s.Post(t, "ListTables", []byte(body), header)
			if got := a.Header.Get("Access-Control-Allow-Origin"); a.Status != status || got != want {
				t.Errorf("origin %q: %v with Access-Control-Allow-Origin %q", origin, a, got)
			}
			exposed := strings.Split(a.Header.Get("Access-Control-Expose-Headers"), ",")
			if origin != "" && !slices.Contains(exposed, "x-amz-crc32") {
				t.Errorf("the exposed headers are %v", exposed)
			}
		}
	}
}

// TestPreflight asks what a page may send.
func TestPreflight(t *testing.T) {
	s := statortest.StartMemory(t)
	status, header, body := ask(t, s, http.MethodOptions, "/", http.Header{
		"Origin":                         {"https://example.com"},
		"Access-Control-Request-Method":  {"POST"},
		"Access-Control-Request-Headers": {"x-amz-target,content-type,authorization"},
	})
	if status != http.StatusOK || body != "" {
		t.Errorf("answered with %d %q", status, body)
	}
	for name, want := range map[string]string{
		"Access-Control-Allow-Origin":  "*",
		"Access-Control-Allow-Methods": "POST",
		"Access-Control-Allow-Headers": "x-amz-target,content-type,authorization",
		"Access-Control-Max-Age":       "172800",
	} {
		if got := header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if status, _, _ := ask(t, s, http.MethodOptions, "/", nil); status != http.StatusNotFound {
		t.Errorf("without an origin it is answered with %d", status)
	}
}

// TestGet asks for the pages that need no operation.
func TestGet(t *testing.T) {
	s := statortest.StartMemory(t, "--region", "eu-central-1")
	for path, want := range map[string]string{
		"/":        "healthy: dynamodb.eu-central-1.amazonaws.com ",
		"/-/live":  "live\n",
		"/-/ready": "ready\n",
	} {
		if status, _, body := ask(t, s, http.MethodGet, path, nil); status != http.StatusOK || body != want {
			t.Errorf("GET %s is answered with %d %q", path, status, body)
		}
	}
	if status, _, body := ask(t, s, http.MethodGet, "/metrics", nil); status != http.StatusOK || !strings.Contains(body, "# HELP ") {
		t.Errorf("GET /metrics is answered with %d %.200q", status, body)
	}
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete} {
		if status, _, _ := ask(t, s, method, "/no/such/page", nil); status < 400 || status > 499 {
			t.Errorf("%s of an unknown page is answered with %d", method, status)
		}
	}
}

// ask makes a request without a body.
func ask(t *testing.T, s *statortest.Server, method, path string, header http.Header) (int, http.Header, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if header != nil {
		r.Header = header
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, answer.Header, string(body)
}
