package api_test

import (
	"strings"
	"testing"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
)

func decode(t *testing.T, in api.Request, body string) *apierr.Error {
	t.Helper()
	var d api.Decoder
	d.Reset([]byte(body))
	return api.DecodeRequest(&d, in)
}

func TestOrigin(t *testing.T) {
	f := func(in api.Request, origin *api.Origin, body string, want api.Origin) {
		t.Helper()
		if err := decode(t, in, body); err != nil {
			t.Errorf("%s: %v", body, err)
		}
		if *origin != want {
			t.Errorf("%s: got %+v, want %+v", body, *origin, want)
		}
	}
	put, get, scan := new(api.PutItemInput), new(api.GetItemInput), new(api.ScanInput)
	f(put, &put.Origin, `{"Item":{"a":{"S":"x"}}}`, api.Origin{})
	f(put, &put.Origin, `{"Item":{"a":{"BOOL":"true"}}}`, api.Origin{StringBool: true})
	f(put, &put.Origin, `{"Expected":{"a":{"Exists":"F"}}}`, api.Origin{StringBool: true})
	f(put, &put.Origin, `{"Item":{"a":{"S":"x","N":"1"}}}`, api.Origin{ManyTypes: true})
	f(put, &put.Origin, `{"Expected":{"a":{"Value":{"S":"x","N":"1"}}}}`, api.Origin{ManyTypes: true})
	f(put, &put.Origin, `{"Expected":{"a":{"AttributeValueList":[{"S":"x","N":"1"}]}}}`, api.Origin{ManyTypes: true})
	f(get, &get.Origin, `{"ConsistentRead":"Yes"}`, api.Origin{StringBool: true})
	f(get, &get.Origin, `{"ConsistentRead":true}`, api.Origin{})
	f(scan, &scan.Origin, `{"Limit":4294967296}`, api.Origin{Coerced: true})
	f(scan, &scan.Origin, `{"Segment":-0.5}`, api.Origin{Coerced: true})
	f(scan, &scan.Origin, `{"Limit":1e2}`, api.Origin{Coerced: true})
	f(scan, &scan.Origin, `{"Limit":10}`, api.Origin{})
}

// TestLastCounts reads members, map entries and lists that come twice.
func TestLastCounts(t *testing.T) {
	in := new(api.QueryInput)
	err := decode(t, in, `{"TableName":"a","AttributesToGet":["x","y"],"ExpressionAttributeNames":{"#a":"1","#b":"2","#a":"3"},
		"ExclusiveStartKey":{"k":{"S":"1"}},"KeyConditions":{"k":{"ComparisonOperator":"EQ"},"k":{}},
		"TableName":"b","AttributesToGet":["z"],"ExclusiveStartKey":{"l":{"S":"2"},"l":{"S":"3"}}}`)
	if err != nil {
		t.Fatal(err)
	}
	if in.TableName.V != "b" {
		t.Errorf("TableName is %q", in.TableName.V)
	}
	if got := strings.Join(in.AttributesToGet, ","); got != "z" {
		t.Errorf("AttributesToGet is %q", got)
	}
	if n := in.ExpressionAttributeNames; len(n) != 2 || n[0] != (api.Entry[string]{Key: "#a", V: "3"}) {
		t.Errorf("ExpressionAttributeNames is %v", n)
	}
	if k := in.KeyConditions; len(k) != 1 || k[0].V.ComparisonOperator.Set {
		t.Errorf("KeyConditions is %v", k)
	}
	if got := string(in.ExclusiveStartKey.AppendJSON(nil)); got != `{"l":{"S":"3"}}` {
		t.Errorf("ExclusiveStartKey is %s", got)
	}
}

// TestNothingOfTheBodyIsKept overwrites a body after it was read.
func TestNothingOfTheBodyIsKept(t *testing.T) {
	body := []byte(`{"TableName":"music","ReturnValues":"NONE","ConditionExpression":"a = :b","Item":{"key":{"S":"value"}},"ExpressionAttributeNames":{"#a":"b"}}`)
	in := new(api.PutItemInput)
	var d api.Decoder
	d.Reset(body)
	if err := api.DecodeRequest(&d, in); err != nil {
		t.Fatal(err)
	}
	for i := range body {
		body[i] = '!'
	}
	got := in.TableName.V + in.ReturnValues.V + in.ConditionExpression.V + string(in.Item.AppendJSON(nil)) +
		in.ExpressionAttributeNames[0].Key + in.ExpressionAttributeNames[0].V
	if want := `musicNONEa = :b{"key":{"S":"value"}}#ab`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestDeepBodies sends bodies that are nested half a million times: they are refused as soon as they
// are deeper than AWS reads, whoever has to read them.
func TestDeepBodies(t *testing.T) {
	const times = 500_000
	for _, part := range []string{`{"M":{"a":`, `{"L":[`, `[`, `{"a":`} {
		for _, member := range []string{"Item", "ExpressionAttributeValues", "Expected", "Unknown", "TableName"} {
			err := decode(t, new(api.PutItemInput), `{"`+member+`":{"a":`+strings.Repeat(part, times))
			if err == nil || err.Code != "SerializationException" {
				t.Errorf("%s in %s: got %v", part, member, err)
			}
		}
	}
}

// TestNesting reads values that AWS reads too, but does not store.
func TestNesting(t *testing.T) {
	in := new(api.PutItemInput)
	const levels = 1000
	if err := decode(t, in, `{"Item":{"deep":`+strings.Repeat(`{"M":{"a":`, levels)+`{"S":""}`+strings.Repeat(`}}`, levels)+`}}`); err != nil {
		t.Fatal(err)
	}
	if f := in.Item.Faults; !f.TooDeep() || f.DeepKey != "deep" || f.Levels != levels+1 {
		t.Errorf("got %+v", f)
	}
}

// TestElementsAreBounded sends lists and maps with more entries than any operation takes.
func TestElementsAreBounded(t *testing.T) {
	const most = 65536
	f := func(in api.Request, head, element, tail string) {
		t.Helper()
		for n, want := range map[int]bool{most: true, most + 1: false} {
			err := decode(t, in, head+strings.TrimSuffix(strings.Repeat(element+",", n), ",")+tail)
			if (err == nil) != want {
				t.Errorf("%d of %s: got %v", n, element, err)
			}
		}
	}
	f(new(api.UntagResourceInput), `{"TagKeys":[`, `"a"`, `]}`)
	f(new(api.CreateTableInput), `{"KeySchema":[`, `{}`, `]}`)
	f(new(api.GetItemInput), `{"ExpressionAttributeNames":{`, `"#a":"a"`, `}}`)
}

func TestLookup(t *testing.T) {
	for i := range api.Shapes {
		s := &api.Shapes[i]
		if got, ok := api.Lookup([]byte(s.Target())); !ok || got != i {
			t.Errorf("%s: got %d, %v", s.Target(), got, ok)
		}
		if i > 0 && api.Shapes[i-1].Name >= s.Name {
			t.Errorf("%s comes after %s", s.Name, api.Shapes[i-1].Name)
		}
	}
	if len(api.Shapes) != 66 {
		t.Errorf("there are %d operations", len(api.Shapes))
	}
	for _, target := range []string{"", "PutItem", "DynamoDBStreams_20120810.PutItem", "DynamoDB_20120810.GetRecords", "DynamoDB_20120810.putItem"} {
		if _, ok := api.Lookup(target); ok {
			t.Errorf("%q is an operation", target)
		}
	}
}
