package partiql

import (
	"strings"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/expr"
)

// Statement is a parsed statement. It does not change and may be used concurrently.
type Statement struct {
	text       string
	verb       verb
	exists     bool // an EXISTS around a SELECT: a condition beside the writes of a transaction
	table      string
	indexName  string // "": the table itself
	columns    []column
	chosen     *selection // of columns; nil: all that an item has
	where      *node
	order      []orderTerm
	inserts    *node // VALUE of INSERT
	changes    []change
	returning  *returning
	parameters int

	badColumn *apierr.Error // of a SELECT list; an index with a key of many attributes is refused first
}

// Parse reads a statement and refuses what follows from its text alone: that it is not well formed, and
// what is of class A (partiql.md §7).
func Parse(text string) (*Statement, *apierr.Error) {
	root, parameters, err := parse(text)
	if err != nil {
		return nil, err
	}
	s := &Statement{text: text, parameters: parameters}
	if root.form == formCall && root.text == "exists" && len(root.args) == 1 && root.args[0].form == formStatement {
		s.exists = true
		root = root.args[0]
	}
	if err := s.shape(root); err != nil {
		return nil, err
	}
	if err := s.checkTerms(); err != nil {
		return nil, err
	}
	return s, nil
}

// Cached is Parse for a text that may have been parsed before: c keeps statements that are not refused.
func Cached(c *expr.Cache, text string) (*Statement, *apierr.Error) {
	return expr.Cached(c, expr.StatementKind, text, Parse)
}

// shape takes over the clauses of root and refuses what DynamoDB has no place for.
func (s *Statement) shape(root *node) *apierr.Error {
	switch {
	case root.form == formOperator || root.form == formCall || root.form == formIs && root.not:
		return ErrExists
	case root.form != formStatement:
		return apierr.Validation("Unsupported operation: " + unsupported[root.form])
	}
	c := root.clause
	switch {
	case c.verb == noVerb || c.more && c.verb == selecting, s.exists && c.verb != selecting:
		return errSingleTable
	case c.alias:
		return errAlias
	case c.more:
		return malformed("Expected VALUE keyword")
	}
	s.verb, s.where, s.order, s.inserts, s.changes, s.returning = c.verb, c.where, c.order, c.value, c.changes, c.returning
	if err := s.source(c.from); err != nil {
		return err
	}
	if c.extra != nil {
		return at(s.text, c.extra.start, c.extra.end, "Unsupported clause: "+strings.ToUpper(c.extra.text))
	}
	if r := s.returning; r != nil && s.verb == deleting && *r != (returning{}) {
		return apierr.Validation("Invalid returning clause: " + r.String() +
			". Only RETURNING ALL OLD * is allowed in DELETE statements.")
	}
	if s.verb == selecting {
		s.selectList(c.list)
		s.chosen = selectionOf(s.columns)
	}
	return nil
}

// source finds the names of the table and the index.
func (s *Statement) source(from *node) *apierr.Error {
	names := []*node{from}
	if from.form == formPath {
		names = from.args
	}
	for i, n := range names {
		if i == 0 && n.form != formName || i > 0 && n.form != formStep {
			return errSingleTable
		}
	}
	switch {
	case len(names) > 1 && s.verb == inserting:
		return s.at(from,
			"FROM clause may only contain a single table name in data manipulation statements")
	case len(names) > 2:
		return errComponents
	}
	for _, n := range names {
		if n.text == "" {
			return errEmptyComponent
		}
	}
	s.table = names[0].text
	if len(names) == 1 {
		return nil
	}
	s.indexName = names[1].text
	if s.verb != selecting {
		return errOnIndex
	}
	return nil
}

// Reads reports whether s is a SELECT.
func (s *Statement) Reads() bool { return s.verb == selecting && !s.exists }

// Exists reports whether s is an EXISTS, which only a transaction may have.
func (s *Statement) Exists() bool { return s.exists }

// Returns reports whether s has a RETURNING clause.
func (s *Statement) Returns() bool { return s.returning != nil }

// Table returns the name of the table as it is written.
func (s *Statement) Table() string { return s.table }
