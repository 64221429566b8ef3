package op_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
)

// statementPages carries a SELECT out page after page and returns how many items each has.
func statementPages(t *testing.T, w *world, statement, limit string) (pages []int) {
	t.Helper()
	token := ""
	for {
		body, err := w.request("ExecuteStatement", fmt.Sprintf(`{"Statement": %q%s%s}`, statement, limit, token))
		if err != nil {
			t.Fatal(err)
		}
		var out struct {
			Items     []json.RawMessage
			NextToken string
		}
		if err := json.Unmarshal(body, &out); err != nil {
			t.Fatal(err)
		}
		if pages = append(pages, len(out.Items)); out.NextToken == "" {
			return pages
		}
		token = fmt.Sprintf(`, "NextToken": %q`, out.NextToken)
	}
}

// TestStatementPages holds that the pages of a SELECT have every item once, that Limit counts what is
// evaluated, and that a page is full at 1 MB.
func TestStatementPages(t *testing.T) {
	w := newPeople(t)
	const people = 9
	fill := strings.Repeat("x", 200_000)
	for i := range people {
		w.expect(t, "ExecuteStatement", fmt.Sprintf(`{"Statement": "INSERT INTO people VALUE {'i': 'p%d', 'odd': %t, 'fill': ?}", "Parameters": [{"S": %q}]}`,
			i, i%2 == 1, fill), "")
	}
	for _, c := range []struct {
		statement, limit string
		want             string
	}{
		{"SELECT i FROM people", "", "[6 3]"},
		{"SELECT i FROM people", `, "Limit": 4`, "[4 4 1]"},
		{"SELECT i FROM people WHERE i IN ['p3', 'p1', 'none', 'p2']", `, "Limit": 2`, "[2 1]"},
		{"SELECT i FROM people WHERE i = 'p1'", `, "Limit": 1`, "[1 0]"},
	} {
		if got := fmt.Sprint(statementPages(t, w, c.statement, c.limit)); got != c.want {
			t.Errorf("%s%s: pages of %s items, not %s", c.statement, c.limit, got, c.want)
		}
	}
	odd := 0
	for _, n := range statementPages(t, w, "SELECT i FROM people WHERE odd = TRUE", `, "Limit": 2`) {
		odd += n
	}
	if odd != people/2 {
		t.Errorf("%d people are odd, not %d", odd, people/2)
	}
}

// TestStatementLength holds that a statement has at most 8192 characters, whatever they are made of.
func TestStatementLength(t *testing.T) {
	w := newPeople(t)
	const charsMax = 8192
	for _, c := range []string{"x", "é", "😀"} {
		for n, long := range map[int]bool{charsMax: false, charsMax + 1: true} {
			text := "'" + strings.Repeat(c, n-2) + "'"
			_, err := w.request("ExecuteStatement", fmt.Sprintf(`{"Statement": %q}`, text))
			if err == nil || strings.Contains(err.Error(), "Member must have length less than or equal to 8192") != long {
				t.Errorf("%d times %s: %.100s", n, c, err)
			}
		}
	}
}

// TestStatementsAtOnce has clients send the same statements at once, each with parameters of its own, by all
// three operations: what a statement was parsed to is shared, and nobody may see the parameters of another.
func TestStatementsAtOnce(t *testing.T) {
	w := newPeople(t)
	const clients, times = 8, 20
	var all sync.WaitGroup
	for client := range clients {
		all.Go(func() {
			c := &world{Service: w.Service} // a decoder of its own
			me := fmt.Sprintf(`[{"S": "client-%d"}]`, client)
			for n := range times {
				for _, step := range [][3]string{
					{"BatchExecuteStatement", `{"Statements": [{"Statement": "INSERT INTO people VALUE {'i': ?, 'n': 1}", "Parameters": ` + me + `}]}`, `{"Responses":[{"TableName":"people"}]}`},
					{"ExecuteTransaction", `{"TransactStatements": [{"Statement": "UPDATE people SET n = n + 1 WHERE i = ? AND n = 1", "Parameters": ` + me + `}]}`, `{"Responses":[]}`},
					{"ExecuteStatement", `{"Statement": "SELECT i, n FROM people WHERE i = ?", "Parameters": ` + me + `}`, fmt.Sprintf(`{"Items":[{"i":{"S":"client-%d"},"n":{"N":"2"}}]}`, client)},
					{"ExecuteStatement", `{"Statement": "DELETE FROM people WHERE i = ? AND n = 2", "Parameters": ` + me + `}`, `{"Items":[]}`},
				} {
					if body, err := c.request(step[0], step[1]); err != nil || string(body) != step[2] {
						t.Errorf("round %d of %s: %s gives %s, %v", n, me, step[1], body, err)
					}
				}
			}
		})
	}
	all.Wait()
}
