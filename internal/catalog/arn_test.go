package catalog_test

import "testing"

func TestTableName(t *testing.T) {
	if got := realm.TableARN("music"); got != "arn:aws:dynamodb:us-east-1:000000000000:table/music" {
		t.Errorf("TableARN: %s", got)
	}
	for _, test := range []struct{ arn, name, refusal string }{
		{"arn:aws:dynamodb:us-east-1:000000000000:table/music", "music", ""},
		{"arn:aws:dynamodb:us-east-1:000000000000:table/x:y", "x:y", ""}, // no name, but the ARN of none
		{"arn:aws:dynamodb:eu-west-1:000000000000:table/music", "", "ValidationException: 1 validation error detected: Invalid AWS region in 'arn:aws:dynamodb:eu-west-1:000000000000:table/music'"},
		{"arn:aws-cn:dynamodb:us-east-1:000000000000:table/music", "", "ValidationException: 1 validation error detected: Invalid AWS partition in 'arn:aws-cn:dynamodb:us-east-1:000000000000:table/music'"},
		{"arn:aws:dynamodb:us-east-1:111111111111:table/music", "", "AccessDeniedException: Access is denied"},
		{"arn:aws:dynamodb:us-east-1:000000000000:table/music/index/i", "", "ValidationException: 1 validation error detected: Invalid resource type in 'arn:aws:dynamodb:us-east-1:000000000000:table/music/index/i'"},
		{"arn:aws:dynamodb:us-east-1:000000000000:global/music", "", "ValidationException: 1 validation error detected: Invalid resource type in 'arn:aws:dynamodb:us-east-1:000000000000:global/music'"},
		{"arn:aws:s3:::bucket", "", "ValidationException: Invalid TableArn: arn:aws:s3:::bucket"},
		{"arn:aws", "", "ValidationException: Invalid TableArn: arn:aws"},
	} {
		name, err := realm.TableName(test.arn)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if name != test.name || got != test.refusal {
			t.Errorf("TableName(%s) = %q, %s; want %q, %s", test.arn, name, got, test.name, test.refusal)
		}
	}
}
