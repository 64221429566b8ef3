package partiql

import (
	"strconv"
	"strings"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/expr"
)

// operatorsMax is how many operators a WHERE clause may have.
const operatorsMax = 300

// checkTerms refuses what is of class A: in the WHERE clause, then in SET, then in VALUE.
func (s *Statement) checkTerms() *apierr.Error {
	c := checker{statement: s, encoder: encoder{text: s.text}}
	if s.where != nil {
		if err := c.condition(s.where); err != nil {
			return err
		}
		if c.operators > operatorsMax {
			return apierr.Validation("The expression contains too many operators; operator count: " + strconv.Itoa(operatorsMax+1))
		}
	}
	for i := range s.changes {
		if v := s.changes[i].value; v != nil {
			if err := c.assigned(v); err != nil {
				return err
			}
		}
	}
	if s.inserts == nil {
		return nil
	}
	return c.inserted(s.inserts)
}

// checker looks for what is of class A.
type checker struct {
	statement *Statement
	encoder   encoder
	operators int
}

func (c *checker) at(n *node, what string) *apierr.Error { return c.statement.at(n, what) }

// condition checks a condition or an operand of the WHERE clause.
func (c *checker) condition(n *node) *apierr.Error {
	switch n.form {
	case formMissing:
		return errMissing
	case formOperator:
		return c.operator(n)
	case formCall:
		c.operators++
		if n.text == "exists" && len(n.args) == 1 && n.args[0].form == formStatement {
			return c.condition(n.args[0])
		}
		if n.text != "size" && !expr.ConditionFunction(n.text) {
			return c.at(n, "Unrecognized function: "+n.text)
		}
		return c.all(n.args)
	case formStatement:
		return c.at(n, "Unsupported token in expression: "+strings.ToUpper(n.text))
	case formIs:
		return c.is(n)
	case formSimpleCase, formSearchedCase:
		return c.all(n.args)
	case formName, formPath, formAll:
		return nil
	default:
		return c.literal(n)
	}
}

func (c *checker) all(ns []*node) *apierr.Error {
	for _, n := range ns {
		if err := c.condition(n); err != nil {
			return err
		}
	}
	return nil
}

// operator counts an operator and checks its operands.
func (c *checker) operator(n *node) *apierr.Error {
	c.operators++
	switch {
	case n.text == "and" || n.text == "or":
		c.operators += len(n.args) - 2
	case n.not:
		c.operators++
	}
	if n.text == "in" && listed(n.args[1]) {
		if err := c.condition(n.args[0]); err != nil {
			return err
		}
		return c.all(n.args[1].args)
	}
	return c.all(n.args)
}

// listed reports whether n is a list of operands, as IN has.
func listed(n *node) bool { return n.form == formList || n.form == formBag }

func (c *checker) is(n *node) *apierr.Error {
	c.operators++
	if n.not {
		c.operators++
	}
	if unknown := typeTests[n.text].unknown; unknown != "" {
		return c.at(n, "Unsupported data type for IS operator: "+unknown+
			". Supported data types are [MISSING, NULL, BOOLEAN, BLOB, STRING, NUMERIC, STRUCT, TUPLE, LIST]")
	}
	return c.condition(n.args[0])
}

// literal checks a literal and keeps its value, unless it depends on parameters.
func (c *checker) literal(n *node) *apierr.Error {
	c.encoder.parameters = 0
	v, err := c.encoder.value(n)
	if err == nil && c.encoder.parameters == 0 {
		n.value = v
	}
	return err
}

// setFunctions are what may stand to the right of = in SET, besides operators and terms.
var setFunctions = map[string]bool{"list_append": true, setAdd: true, setDelete: true}

// Functions on sets, which must be a whole assignment.
const (
	setAdd    = "set_add"
	setDelete = "set_delete"
)

// assigned checks the right-hand side of an assignment, or an operand in it.
func (c *checker) assigned(n *node) *apierr.Error {
	switch n.form {
	case formName, formPath, formIs, formSimpleCase, formSearchedCase:
		return nil
	case formMissing:
		return errMissing
	case formStatement:
		return c.at(n, "Unsupported token in expression: "+strings.ToUpper(n.text))
	case formCall:
		if !setFunctions[n.text] {
			return c.at(n, "Unrecognized function: "+n.text)
		}
	case formOperator:
	default:
		return c.literal(n)
	}
	for _, o := range n.args {
		if err := c.assigned(o); err != nil {
			return err
		}
	}
	return nil
}

// inserted checks the VALUE of an INSERT, which is the item.
func (c *checker) inserted(n *node) *apierr.Error {
	if n.form != formMap {
		return c.at(n, "Unsupported data type: "+c.encoder.name(n)+" under key root")
	}
	c.encoder.parameters = 0
	it, err := c.encoder.item(n, true)
	if err == nil && c.encoder.parameters == 0 {
		n.value = attr.AppendM(nil, it)
	}
	return err
}
