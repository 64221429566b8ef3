package sigv4

import "testing"

type header map[string]string

func (h header) Get(name string) string { return h[name] }

func TestSigned(t *testing.T) {
	const (
		missing = "MissingAuthenticationTokenException: Request is missing Authentication Token"
		both    = "InvalidSignatureException: Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."
	)
	for _, c := range []struct{ authorization, query, want string }{
		{"AWS4-HMAC-SHA256 Credential=a/20261124/us-east-1/dynamodb/aws4_request, …", "", ""},
		{"  AWS4-HMAC-SHA256 Credential=a", "", ""},
		{"", "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=0", ""},
		{"", "a=%zz&X-Amz-Algorithm=AWS4-HMAC-SHA256", ""},
		{"AWS4-HMAC-SHA256 Credential=a", "a=b", ""},
		{"", "", missing},
		{"", "x-amz-algorithm=AWS4-HMAC-SHA256", missing},
		{"Basic YTpi", "", missing},
		{"AWS4-HMAC-SHA256 Credential=a", "X-Amz-Algorithm=AWS4-HMAC-SHA256", both},
		{"Basic YTpi", "X-Amz-Algorithm", both},
	} {
		got := ""
		if err := Signed(Request{Query: c.query, Header: header{"Authorization": c.authorization}}); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("authorization %q, query %q: got %q, want %q", c.authorization, c.query, got, c.want)
		}
	}
}
