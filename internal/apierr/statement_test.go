package apierr

import "testing"

// TestStatementConditionFailed holds that the body of the refusal has its text under another name once
// it has an item.
func TestStatementConditionFailed(t *testing.T) {
	const begin = `{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",`
	for _, c := range []struct {
		err  *Error
		want string
	}{
		{StatementConditionFailed(nil), begin + `"message":"The conditional request failed"}`},
		{StatementConditionFailed(pk()), begin + `"Message":"The conditional request failed","Item":{"PK":{"S":"a"}}}`},
	} {
		if got := string(c.err.AppendJSON(nil)); got != c.want {
			t.Errorf("got %s\nwant %s", got, c.want)
		}
	}
}
