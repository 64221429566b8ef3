package op

import (
	"strings"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/catalog"
)

// errInvalidStreamARN is the refusal of what is no ARN of a stream in this region. The text is the one
// that AWS's own client for JavaScript is tested with.
var errInvalidStreamARN = apierr.Validation("Invalid StreamArn")

// parseStreamARN takes the ARN of a stream apart: the name of its table, and its label.
func (s *Service) parseStreamARN(arn string) (table, label string, refused *apierr.Error) {
	rest, ok := strings.CutPrefix(arn, "arn:aws:dynamodb:"+s.catalog.Region+":")
	if !ok {
		return "", "", errInvalidStreamARN
	}
	account, resource, _ := strings.Cut(rest, ":")
	path, ok := strings.CutPrefix(resource, "table/")
	table, label, named := strings.Cut(path, "/stream/")
	if !ok || !named || table == "" || label == "" || strings.Contains(table, "/") || strings.Contains(label, "/") {
		return "", "", errInvalidStreamARN
	}
	if account != s.catalog.Account {
		return "", "", apierr.AccessDenied("Access is denied")
	}
	return table, label, nil
}

// streamOf returns the stream that has the ARN.
func (s *Service) streamOf(arn string) (*catalog.Stream, *apierr.Error) {
	table, label, refused := s.parseStreamARN(arn)
	if refused != nil {
		return nil, refused
	}
	found := s.catalog.Stream(table, label)
	if found == nil {
		return nil, noStream(arn)
	}
	return found, nil
}

// arnOf returns the ARN of a stream.
func (s *Service) arnOf(stream *catalog.Stream) string {
	return s.catalog.StreamARN(stream.Table, stream.Label)
}

func noStream(arn string) *apierr.Error {
	return apierr.ResourceNotFound("Requested resource not found: Stream: " + arn + " not found")
}

// errNoShard says that a stream has no such shard, or has it no more.
var errNoShard = apierr.ResourceNotFound("Requested resource not found: Shard does not exist")
