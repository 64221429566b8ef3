// Package op is about the operations of DynamoDB: what each checks, in which order, and what it answers.
// It promises DynamoDB's rules and texts, and that a refused request has changed nothing.
//
// There is one file for each operation, named after it, and one table of routes. What is true of a
// value, an expression, a description of a table or an item stands in the packages below.
package op

import (
	"context"
	"time"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/expr"
	"github.com/statordb/stator/internal/partiql"
	"github.com/statordb/stator/internal/store"
	"github.com/statordb/stator/internal/stream"
)

// Options are the parts that a Service works with.
type Options struct {
	Catalog *catalog.Catalog
	Store   *store.Store
	Streams *stream.Log
	Now     func() time.Time
	Address string // host and port at which clients reach the store, for DescribeEndpoints; may be empty
	// SettleWait is how long UpdateTimeToLive waits at most for a worker to carry the change out; 0: not at all.
	SettleWait time.Duration
}

// Service carries out operations. All its methods may be called concurrently.
type Service struct {
	catalog *catalog.Catalog
	store   *store.Store
	streams *stream.Log
	now     func() time.Time
	address string

	settleWait time.Duration

	parsed    expr.Cache // expressions and statements
	tokens    *partiql.Tokens
	iterators *catalog.Sealer
}

// New returns a Service.
func New(o Options) *Service {
	return &Service{
		catalog: o.Catalog, store: o.Store, streams: o.Streams, now: o.Now, address: o.Address,
		settleWait: o.SettleWait,
		tokens:     partiql.NewTokens(o.Catalog.Sealer("NextToken")),
		iterators:  o.Catalog.Sealer("ShardIterator"),
	}
}

// Serve carries out one operation: it reads the input, which is of the operation's own type, and
// appends the body of the response to dst. An *apierr.Error is for the client, any other is not.
type Serve func(ctx context.Context, in api.Request, dst []byte) ([]byte, error)

// Route is an operation and how it is carried out.
type Route struct {
	Name  string // as in X-Amz-Target, without the prefix
	Serve Serve
}

// tableName returns the name that a TableName parameter means: names are taken as they are, ARNs of
// this store's tables give theirs.
func (s *Service) tableName(given string) (string, *apierr.Error) {
	if !catalog.IsARN(given) {
		return given, nil
	}
	return s.catalog.TableName(given)
}

// itemTable returns the table that an operation on items names, or the refusal that there is none.
func (s *Service) itemTable(given string) (*catalog.Table, *apierr.Error) {
	name, err := s.tableName(given)
	if err != nil {
		return nil, err
	}
	t := s.catalog.Table(name)
	if t == nil {
		return nil, apierr.NoItemTable()
	}
	return t, nil
}
