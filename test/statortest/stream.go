package statortest

import (
	"context"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streams "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/aws/smithy-go/logging"
)

// Streams returns a client of the AWS SDK for reading streams. As that of Client it never sends a request
// twice, and its connections are its own.
func (s *Server) Streams(t testing.TB) *dynamodbstreams.Client {
	transport := &http.Transport{MaxIdleConns: connectionsMax, MaxIdleConnsPerHost: connectionsMax}
	t.Cleanup(transport.CloseIdleConnections)
	return dynamodbstreams.New(dynamodbstreams.Options{
		BaseEndpoint:     aws.String(s.URL()),
		Region:           region,
		Credentials:      credentials.NewStaticCredentialsProvider(accessKey, secretKey, ""),
		HTTPClient:       plainBodies{&http.Client{Transport: transport, Timeout: answerMax}},
		Retryer:          aws.NopRetryer{},
		RetryMaxAttempts: 1,
		Logger:           logging.Nop{},
	})
}

// StreamOn switches a stream on for a table and returns its ARN.
func StreamOn(ctx context.Context, t testing.TB, c *dynamodb.Client, table string, view types.StreamViewType) (arn string) {
	t.Helper()
	out, err := c.UpdateTable(ctx, &dynamodb.UpdateTableInput{
		TableName:           aws.String(table),
		StreamSpecification: &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: view},
	})
	if err != nil {
		t.Fatalf("cannot switch the stream of %s on: %v", table, err)
	}
	return aws.ToString(out.TableDescription.LatestStreamArn)
}

// Image is what a stream record shows of an item, in the types of the client that reads tables; nil if it
// shows nothing.
func Image(image map[string]streams.AttributeValue) Item {
	if image == nil {
		return nil
	}
	item := make(Item, len(image))
	for name, v := range image {
		item[name] = value(v)
	}
	return item
}

func value(v streams.AttributeValue) types.AttributeValue {
	switch v := v.(type) {
	case *streams.AttributeValueMemberS:
		return &types.AttributeValueMemberS{Value: v.Value}
	case *streams.AttributeValueMemberN:
		return &types.AttributeValueMemberN{Value: v.Value}
	case *streams.AttributeValueMemberB:
		return &types.AttributeValueMemberB{Value: v.Value}
	case *streams.AttributeValueMemberBOOL:
		return &types.AttributeValueMemberBOOL{Value: v.Value}
	case *streams.AttributeValueMemberNULL:
		return &types.AttributeValueMemberNULL{Value: v.Value}
	case *streams.AttributeValueMemberSS:
		return &types.AttributeValueMemberSS{Value: v.Value}
	case *streams.AttributeValueMemberNS:
		return &types.AttributeValueMemberNS{Value: v.Value}
	case *streams.AttributeValueMemberBS:
		return &types.AttributeValueMemberBS{Value: v.Value}
	case *streams.AttributeValueMemberM:
		return &types.AttributeValueMemberM{Value: Image(v.Value)}
	case *streams.AttributeValueMemberL:
		l := &types.AttributeValueMemberL{Value: make([]types.AttributeValue, len(v.Value))}
		for i, m := range v.Value {
			l.Value[i] = value(m)
		}
		return l
	}
	panic("statortest: a value of an unknown type in a stream record")
}
