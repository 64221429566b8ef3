package api_test

import (
	"encoding/json"
	"testing"

	"github.com/statordb/stator/internal/api"
)

// FuzzDecodeRequest reads any body as the input of any operation. What is accepted must be JSON, as
// the standard library sees it, be read the same way again, and be safe to check.
func FuzzDecodeRequest(f *testing.F) {
	for i := range api.Shapes {
		f.Add(uint8(i), []byte(`{"TableName":"t","Key":{"a":{"S":"x"}}}`))
	}
	for _, body := range seeds {
		i, _ := api.Lookup("DynamoDB_20120810." + body[0])
		f.Add(uint8(i), []byte(body[1]))
	}
	var d api.Decoder
	var c api.Constraints
	f.Fuzz(func(t *testing.T, operation uint8, body []byte) {
		s := &api.Shapes[int(operation)%len(api.Shapes)]
		in := s.NewInput()
		d.Reset(body)
		err := api.DecodeRequest(&d, in)
		first := memberErrors(&c, in)
		if err != nil {
			return
		}
		if !json.Valid(body) {
			t.Fatalf("accepted what is no JSON: %q", body)
		}
		d.Reset(body)
		if err := api.DecodeRequest(&d, in); err != nil {
			t.Fatalf("the second time: %v", err)
		}
		if again := memberErrors(&c, in); again != first {
			t.Fatalf("member errors were\n%s\nthe second time\n%s", first, again)
		}
	})
}

// seeds are bodies that reach all kinds of members.
var seeds = [][2]string{
	{"PutItem", `{"TableName":"t","Item":{"a":{"L":[{"M":{"b":{"NS":["1","2"]}}},{"BOOL":"t"}]}},"Expected":{"a":{"Exists":"no","AttributeValueList":[{"S":"x"}]}}}`},
	{"UpdateItem", `{"TableName":"t","Key":{"a":{"N":"1e5"}},"AttributeUpdates":{"b":{"Action":"ADD","Value":{"SS":["x"]}}},"ExpressionAttributeNames":{"#a":"a"}}`},
	{"BatchWriteItem", `{"RequestItems":{"t":[{"PutRequest":{"Item":{"a":{"B":"AAAA"}}}},{"DeleteRequest":{"Key":{}}}],"u":[]}}`},
	{"BatchGetItem", `{"RequestItems":{"t":{"Keys":[{"a":{"S":"x"}},null],"ConsistentRead":"y"}}}`},
	{"TransactWriteItems", `{"TransactItems":[{"Put":{"Item":{},"TableName":"t"}},{}],"ClientRequestToken":"x"}`},
	{"CreateTable", `{"TableName":"t","KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],"GlobalSecondaryIndexes":[{"Projection":{"NonKeyAttributes":["x"]}}],"Tags":[{"Key":"k","Value":""}]}`},
	{"Scan", `{"TableName":"t","Limit":1.5,"Segment":99999999999,"ScanFilter":{"":{}}}`},
	{"ExportTableToPointInTime", `{"TableArn":"a","S3Bucket":"b","ExportTime":1.5e9,"IncrementalExportSpecification":{"ExportFromTime":1}}`},
	{"SearchVectors", `{"TopK":5,"SearchVector":[{"N":"1"},{"N":"-1"}]}`},
}
