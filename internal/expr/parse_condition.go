package expr

import "github.com/statordb/stator/internal/apierr"

// conditionKeywords are the words that are never names in a condition.
var conditionKeywords = []string{"AND", "OR", "NOT", "BETWEEN", "IN"}

// ParseCondition reads a condition, filter or key condition. What is wrong with it and does not
// depend on placeholders is refused, but for the number of operands: that comes after undefined
// placeholders (dynamodb-validation V.3).
func ParseCondition(k Kind, text string) (*Condition, *apierr.Error) {
	p, err := newParser(k, text, conditionKeywords)
	if err != nil {
		return nil, err
	}
	root := p.asCondition(p.disjunction(false))
	if err := p.finish(conditionFaults); err != nil {
		return nil, err
	}
	return &Condition{kind: k, root: root, refs: p.refs}, nil
}

// term is a piece of a condition of which it is not known yet what it is part of. In brackets, and
// before an operator, conditions and operands look alike.
type term struct {
	kind    termKind
	node    node    // of a condition
	operand operand // of an operand
	name    string  // of a call
	grouped bool    // it stands in parentheses
}

type termKind uint8

const (
	termCondition termKind = iota
	termOperand            // a path or value
	termCall               // a function: a condition, or an operand if it is size
)

// sizeFunction is the one function that is an operand.
const sizeFunction = "size"

// disjunction reads conditions joined by OR. If bare, an operand that a closing parenthesis follows
// will do as well.
func (p *parser) disjunction(bare bool) term {
	return p.chain(opOr, p.conjunction, bare)
}

func (p *parser) conjunction(bare bool) term {
	return p.chain(opAnd, p.negation, bare)
}

func (p *parser) chain(o op, part func(bare bool) term, bare bool) term {
	first := part(bare)
	if !p.atKeyword(opNames[o]) {
		return first
	}
	n := node{op: o, branches: []node{p.asCondition(first)}}
	for p.atKeyword(opNames[o]) {
		p.operator()
		n.branches = append(n.branches, p.asCondition(part(false)))
	}
	return term{node: n}
}

func (p *parser) negation(bare bool) term {
	if !p.atKeyword("NOT") {
		return p.predicate(bare)
	}
	p.operator()
	return term{node: node{op: opNot, branches: []node{p.asCondition(p.predicate(false))}}}
}

// operator moves over an operator or the name of a function and counts it.
func (p *parser) operator() {
	p.operators++
	p.advance()
}

// predicate reads a comparison, a function or a condition in parentheses.
func (p *parser) predicate(bare bool) term {
	t := p.term(true)
	if t.kind == termCondition {
		return t
	}
	if o, ok := comparator(p.word()); ok && p.here.kind == tokenSymbol {
		p.operator()
		return p.leaf(o, p.asOperand(t), p.operand())
	}
	switch {
	case p.atKeyword("BETWEEN"):
		return p.between(t)
	case p.atKeyword("IN"):
		return p.in(t)
	case t.kind == termOperand && !(bare && p.at(")")):
		p.syntaxError()
	}
	return t
}

func (p *parser) leaf(o op, operands ...operand) term {
	return term{node: node{op: o, operands: operands, refsEnd: len(p.refs)}}
}

func (p *parser) between(t term) term {
	p.operator()
	low := p.operand()
	if !p.atKeyword("AND") {
		p.syntaxError()
	}
	p.advance()
	return p.leaf(opBetween, p.asOperand(t), low, p.operand())
}

func (p *parser) in(t term) term {
	p.operator()
	p.take("(")
	operands := []operand{p.asOperand(t), p.operand()}
	for p.takeIf(",") {
		operands = append(operands, p.operand())
	}
	p.take(")")
	return p.leaf(opIn, operands...)
}

// term reads a path, a value, a function, or any of these in parentheses; a whole condition in
// parentheses too, where one may stand.
func (p *parser) term(condition bool) term {
	switch {
	case p.at("("):
		return p.group(condition)
	case p.atCall():
		return p.call()
	case p.here.kind == tokenValue:
		return term{kind: termOperand, operand: operand{ref: p.value()}}
	}
	return term{kind: termOperand, operand: operand{ref: p.path()}}
}

func (p *parser) group(condition bool) term {
	p.enter()
	p.take("(")
	var t term
	if condition {
		t = p.disjunction(true)
	} else {
		t = p.term(false)
	}
	p.take(")")
	p.leave()
	if t.grouped {
		p.redundantParens()
	}
	t.grouped = true
	return t
}

// call reads a function with its operands.
func (p *parser) call() term {
	name := p.word()
	p.operator()
	p.enter()
	p.take("(")
	operands := []operand{p.operand()}
	for p.takeIf(",") {
		operands = append(operands, p.operand())
	}
	p.take(")")
	p.leave()
	t := term{kind: termCall, name: name}
	if name == sizeFunction {
		t.operand = operands[0]
		t.operand.sizes++
		if len(operands) != 1 {
			t.operand.count = len(operands)
		}
		return t
	}
	o, known := conditionFunction(name)
	switch {
	case known > 0:
	case isUpdateFunction(name):
		p.fault(faultFunction, "The function is not allowed in a condition expression; function: "+name)
	default:
		p.fault(faultFunction, "Invalid function name; function: "+name)
	}
	t.node = node{op: o, operands: operands, refsEnd: len(p.refs)}
	return t
}

// operand reads an operand.
func (p *parser) operand() operand { return p.asOperand(p.term(false)) }

func (p *parser) asOperand(t term) operand {
	if t.kind == termCall && t.name != sizeFunction {
		p.misplaced(t.name)
	}
	return t.operand
}

func (p *parser) asCondition(t term) node {
	if t.kind == termCall && t.name == sizeFunction {
		p.misplaced(t.name)
	}
	return t.node
}

func (p *parser) misplaced(function string) {
	p.fault(faultPlace, "The function is not allowed to be used this way in an expression; function: "+function)
}
