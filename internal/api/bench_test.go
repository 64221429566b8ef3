package api_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/statordb/stator/internal/api"
)

// putItem is a PutItem request whose item has about so many bytes, in attributes of 100 bytes.
func putItem(itemBytes int) []byte {
	var b strings.Builder
	b.WriteString(`{"TableName":"ecommerce","ConditionExpression":"attribute_not_exists(#pk)","ExpressionAttributeNames":{"#pk":"PK"},` +
		`"ReturnConsumedCapacity":"TOTAL","Item":{"PK":{"S":"CUSTOMER#123"},"SK":{"S":"ORDER#456"},"total":{"N":"99.99"},"open":{"BOOL":true}`)
	for i := range itemBytes / 100 {
		fmt.Fprintf(&b, `,"a%04d":{"S":"%s"}`, i, strings.Repeat("x", 95))
	}
	b.WriteString(`}}`)
	return []byte(b.String())
}

func BenchmarkDecodePutItem(b *testing.B) {
	for _, size := range []struct {
		name  string
		bytes int
	}{{"1KB", 1 << 10}, {"100KB", 100 << 10}} {
		b.Run(size.name, func(b *testing.B) { benchmarkDecode(b, new(api.PutItemInput), putItem(size.bytes)) })
	}
}

func BenchmarkDecodeGetItem(b *testing.B) {
	benchmarkDecode(b, new(api.GetItemInput), []byte(`{"TableName":"ecommerce","Key":{"PK":{"S":"CUSTOMER#123"},"SK":{"S":"ORDER#456"}},"ReturnConsumedCapacity":"TOTAL"}`))
}

func BenchmarkDecodeUpdateItem(b *testing.B) {
	benchmarkDecode(b, new(api.UpdateItemInput), []byte(`{"TableName":"ecommerce","Key":{"PK":{"S":"CUSTOMER#123"},"SK":{"S":"ORDER#456"}},`+
		`"UpdateExpression":"SET #s = :s, n = n + :one","ConditionExpression":"#s = :old","ExpressionAttributeNames":{"#s":"status"},`+
		`"ExpressionAttributeValues":{":s":{"S":"shipped"},":old":{"S":"paid"},":one":{"N":"1"}},"ReturnValues":"ALL_NEW"}`))
}

func benchmarkDecode(b *testing.B, in api.Request, body []byte) {
	b.Helper()
	var d api.Decoder
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		d.Reset(body)
		if err := api.DecodeRequest(&d, in); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkConstrainUpdateItem(b *testing.B) {
	in := new(api.UpdateItemInput)
	var d api.Decoder
	d.Reset([]byte(`{"TableName":"ecommerce","Key":{},"ReturnValues":"ALL_NEW","ExpressionAttributeNames":{"#s":"status"}}`))
	if err := api.DecodeRequest(&d, in); err != nil {
		b.Fatal(err)
	}
	var c api.Constraints
	b.ReportAllocs()
	for b.Loop() {
		c.Reset()
		in.Constrain(&c)
	}
	if len(c.Texts()) > 0 {
		b.Fatal(c.Texts())
	}
}

func BenchmarkAppendGetItem(b *testing.B) {
	in := new(api.PutItemInput)
	var d api.Decoder
	d.Reset(putItem(1 << 10))
	if err := api.DecodeRequest(&d, in); err != nil {
		b.Fatal(err)
	}
	out := api.GetItemOutput{Item: in.Item, ConsumedCapacity: &api.ConsumedCapacity{TableName: in.TableName, CapacityUnits: api.Some(0.5)}}
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		dst = out.AppendJSON(dst[:0])
	}
	b.SetBytes(int64(len(dst)))
}
