package op

import (
	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/catalog"
)

// givenTable is the name of the table that an operation on tables gives, by name or by ARN. A name
// that no table can have is refused alone, before anything else is looked at.
func (s *Service) givenTable(given api.Opt[string]) (string, *apierr.Error) {
	if !given.Set {
		return "", apierr.Validation("The parameter 'TableName' is required but was not present in the request")
	}
	return s.tableNamed(given)
}

// requiredTable is givenTable for the operations that refuse a missing TableName as they do other members.
func (s *Service) requiredTable(given api.Opt[string]) (string, *apierr.Error) {
	if !given.Set {
		var m memberErrors
		m.Require("tableName", false)
		return "", m.refusal()
	}
	return s.tableNamed(given)
}

func (s *Service) tableNamed(given api.Opt[string]) (string, *apierr.Error) {
	name, err := s.tableName(given.V)
	if err != nil {
		return "", err
	}
	var m memberErrors
	m.TableName("tableName", name, api.LengthFirst)
	if err := m.refusal(); err != nil {
		return "", err
	}
	return name, nil
}

// namedTable returns the table that an operation on tables gives.
func (s *Service) namedTable(given api.Opt[string]) (*catalog.Table, *apierr.Error) {
	name, err := s.givenTable(given)
	if err != nil {
		return nil, err
	}
	t := s.catalog.Table(name)
	if t == nil {
		return nil, apierr.NoTable(name)
	}
	return t, nil
}
