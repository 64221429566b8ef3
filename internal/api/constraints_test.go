package api_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
)

const failed = " failed to satisfy constraint: "

func TestConstraints(t *testing.T) {
	f := func(note func(c *api.Constraints), want ...string) {
		t.Helper()
		var c api.Constraints
		note(&c)
		if got := c.Texts(); !slices.Equal(got, want) {
			t.Errorf("got %q\nwant %q", got, want)
		}
	}
	f(func(c *api.Constraints) { c.NotNull("key") }, "Value null at 'key'"+failed+"Member must not be null")
	f(func(c *api.Constraints) { c.Require("key", true) })
	f(func(c *api.Constraints) { c.Require("key", false) }, "Value null at 'key'"+failed+"Member must not be null")
	f(func(c *api.Constraints) { c.Enum("select", "COUNT", api.EnumSelect) })
	f(func(c *api.Constraints) {
		c.Enum("returnItemCollectionMetrics", "", api.EnumReturnItemCollectionMetrics)
	},
		"Value '' at 'returnItemCollectionMetrics'"+failed+"Member must satisfy enum value set: [SIZE, NONE]")
	f(func(c *api.Constraints) { c.Length("a", "ab", 2, 2) })
	f(func(c *api.Constraints) { c.Length("a", "a", 2, 2) }, "Value 'a' at 'a'"+failed+"Member must have length greater than or equal to 2")
	f(func(c *api.Constraints) { c.Length("a", "😀", 0, 1) }, "Value '😀' at 'a'"+failed+"Member must have length less than or equal to 1")
	f(func(c *api.Constraints) { c.Range("limit", 0, 1, 5) }, "Value '0' at 'limit'"+failed+"Member must have value greater than or equal to 1")
	f(func(c *api.Constraints) { c.Range("limit", 6, 1, 5) }, "Value '6' at 'limit'"+failed+"Member must have value less than or equal to 5")
	f(func(c *api.Constraints) { c.NewerRange("Limit", 0, 1, 5) }, "Value at 'Limit'"+failed+"Member must have value greater than or equal to 1")
	f(func(c *api.Constraints) { c.NewerRange("Limit", 1, 1, 5) })
	f(func(c *api.Constraints) { c.NewerLength("TableName", api.JavaLength(""), 1, 255) },
		"Value at 'TableName'"+failed+"Member must have length greater than or equal to 1")
	f(func(c *api.Constraints) { c.Add("ReturnValues can only be ALL_OLD or NONE") }, "ReturnValues can only be ALL_OLD or NONE")
}

// TestTableName has the rules of captures-items §4.1 and captures-tables §1.1.
func TestTableName(t *testing.T) {
	const short, long, bad = "short", "long", "pattern"
	tails := map[string]string{
		short: "Member must have length greater than or equal to 3",
		long:  "Member must have length less than or equal to 255",
		bad:   "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
	}
	f := func(name string, order api.NameOrder, broken ...string) {
		t.Helper()
		var c api.Constraints
		c.TableName("tableName", name, order)
		var want []string
		for _, b := range broken {
			want = append(want, "Value '"+name+"' at 'tableName'"+failed+tails[b])
		}
		if got := c.Texts(); !slices.Equal(got, want) {
			t.Errorf("%s: got %q\nwant %q", name, got, want)
		}
	}
	for _, order := range []api.NameOrder{api.OneOfName, api.PatternFirst, api.LengthFirst} {
		f("abc", order)
		f("Az09_.-", order)
		f(strings.Repeat("a", 255), order)
		f("arn:aws:dynamodb:us-east-1:000000000000:table/t", order)
		f("ab", order, short)
		f(strings.Repeat("a", 256), order, long)
		f("abc;", order, bad)
		f("naïve", order, bad)
	}
	f("a!", api.OneOfName, short)
	f("a!", api.PatternFirst, bad, short)
	f("a!", api.LengthFirst, short, bad)
	f("", api.PatternFirst, bad, short)
}

// TestKeptTexts notes more errors than AWS reports, and uses the memory again.
func TestKeptTexts(t *testing.T) {
	var c api.Constraints
	for range 3 {
		for range 100 {
			c.NotNull("a")
		}
		if n := len(c.Texts()); n != 10 {
			t.Errorf("%d texts are kept", n)
		}
		if err := apierr.Members(c.Texts()); !strings.HasPrefix(err.Message, "10 validation errors detected: Value null at 'a'") {
			t.Errorf("got %v", err)
		}
		c.Reset()
		if len(c.Texts()) != 0 {
			t.Error("texts after Reset")
		}
	}
}

// TestEcho has values as AWS printed them: captures-tables §3.1, §5 and §6.2.
func TestEcho(t *testing.T) {
	f := func(in api.Request, body, want string) {
		t.Helper()
		if err := decode(t, in, body); err != nil {
			t.Fatal(err)
		}
		var c api.Constraints
		if got := memberErrors(&c, in); !strings.HasPrefix(got, "Value '"+want) {
			t.Errorf("got %.1000s\nwant %s", got, want)
		}
	}
	many := func(element string, n int) string { return strings.TrimSuffix(strings.Repeat(element+",", n), ",") }
	f(new(api.BatchWriteItemInput), `{"RequestItems":{"ab":[`+many(`{"DeleteRequest":{"Key":{"pk":{"S":"a"}}}}`, 26)+`]}}`,
		`{ab=[WriteRequest(putRequest=null, deleteRequest=DeleteRequest(key={pk=AttributeValue(s=a, n=null, b=null, `+
			`iNT=null, dECIMAL=null, dOUBLE=null, sS=null, nS=null, bS=null, iNTSET=null, dECIMALSET=null, dOUBLESET=null, `+
			`m=null, l=null, nULL=null, bOOL=null)}, workloadProfileName=null)), WriteRequest(`)
	f(new(api.TransactGetItemsInput), `{"TransactItems":[`+many(`{"Get":{"TableName":"t","Key":{},"ExpressionAttributeNames":{"#a":"a"}}}`, 101)+`]}`,
		`[TransactGetItem(get=Get(key={}, tableName=t, projectionExpression=null, expressionAttributeNames={#a=a}, workloadProfileName=null)), `)
	f(new(api.TransactWriteItemsInput), `{"TransactItems":[`+many(`{"Put":{"TableName":"t","Item":{"a":{"SS":[]}}}}`, 101)+`]}`,
		`[TransactWriteItem(conditionCheck=null, put=Put(item={…}, tableName=t, `)
	f(new(api.BatchExecuteStatementInput), `{"Statements":[`+many(`{"Statement":"s","Parameters":[{"L":[{"NS":["2","10"]},{"BOOL":false}]},{"B":"AAAA"},{"NULL":true}],"ConsistentRead":true}`, 26)+`]}`,
		`[BatchStatementRequest(statement=s, parameters=[AttributeValue(s=null, `)
}

func TestListLength(t *testing.T) {
	in := new(api.CreateTableInput)
	if err := decode(t, in, `{"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"},{}]}`); err != nil {
		t.Fatal(err)
	}
	var c api.Constraints
	api.ListLength(&c, "keySchema", in.KeySchema, 1, 2)
	want := "Value '[KeySchemaElement(attributeName=pk, keyType=HASH), KeySchemaElement(attributeName=sk, keyType=RANGE), " +
		"KeySchemaElement(attributeName=null, keyType=null)]' at 'keySchema'" + failed + "Member must have length less than or equal to 2"
	if got := c.Texts(); len(got) != 1 || got[0] != want {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

// TestEchoIsBounded refuses values that are megabytes long.
func TestEchoIsBounded(t *testing.T) {
	long := strings.Repeat("é", 1<<20)
	var c api.Constraints
	c.Length("statement", long, 1, 8192)
	in := new(api.PutItemInput)
	if err := decode(t, in, `{"TableName":"t","Item":{},"ExpressionAttributeNames":{"#a":"`+long+`"}}`); err != nil {
		t.Fatal(err)
	}
	in.Constrain(&c)
	filter := new(api.ScanInput)
	if err := decode(t, filter, `{"TableName":"t","ScanFilter":{"`+long[:1000]+`":{}}}`); err != nil {
		t.Fatal(err)
	}
	filter.ScanFilter[0].Key = long
	filter.Constrain(&c)
	if len(c.Texts()) != 4 {
		t.Fatalf("%d texts", len(c.Texts()))
	}
	for _, text := range c.Texts() {
		if len(text) > 20_000 {
			t.Errorf("a text has %d bytes", len(text))
		}
	}
}

// TestHashOrder has lists that AWS printed in the order of its hash tables: captures-tables §3.1.
func TestHashOrder(t *testing.T) {
	f := func(buckets int, want ...string) {
		t.Helper()
		sorted := slices.Sorted(slices.Values(want))
		var got []string
		for _, i := range api.HashOrder(sorted, buckets) {
			got = append(got, sorted[i])
		}
		if !slices.Equal(got, want) {
			t.Errorf("got %v, AWS prints %v", got, want)
		}
	}
	f(api.SizedBuckets(4), "h", "a", "unused", "PK")
	f(16, "a", "h", "PK")
	f(api.SizedBuckets(4), "sk", "pk", "l1", "spare")
	f(16, "l1", "sk", "pk")
}
