package partiql

import (
	"github.com/statordb/stator/internal/apierr"
)

// nestingMax is how deep brackets, calls and statements may stand in one another. AWS breaks down at
// some thousands; nothing that it accepts is a tenth as deep.
const nestingMax = 500

// parser reads one statement. At the first error it goes to the end and stays there: what it returns
// from then on is of no use, and it never fails twice.
//
// The grammar is that of the PartiQL reference parser, which AWS runs: a statement is an expression
// whose terms may be SELECT, INSERT and so on, so that what is wrong with anything is what is wrong
// with it as an expression (partiql.md §5).
type parser struct {
	text       string
	tokens     []token
	at         int
	depth      int
	parameters int
	err        *apierr.Error
}

// parse reads a statement.
func parse(text string) (*node, int, *apierr.Error) {
	tokens, err := lex(text)
	if err != nil {
		return nil, 0, err
	}
	p := &parser{text: text, tokens: tokens}
	root := p.expression(lowest)
	switch {
	case p.here().is(";") && p.next().kind != tokenEnd:
		p.fail("Unexpected token after semicolon. (Only one query is allowed.)")
	case p.here().kind != tokenEnd && !p.here().is(";"):
		p.fail("Unexpected token after expression")
	}
	return root, p.parameters, p.err
}

func (p *parser) here() *token { return &p.tokens[p.at] }

// next returns the token behind the one that is here.
func (p *parser) next() *token { return &p.tokens[min(p.at+1, len(p.tokens)-1)] }

// advance moves on by one token and returns the one moved over.
func (p *parser) advance() *token {
	t := p.here()
	if p.at < len(p.tokens)-1 {
		p.at++
	}
	return t
}

// fail ends the reading.
func (p *parser) fail(what string) {
	if p.err == nil {
		p.err = malformed(what)
	}
	p.at = len(p.tokens) - 1
}

// takeIf moves over the symbol or keyword if it is here.
func (p *parser) takeIf(word string) bool {
	if !p.here().is(word) {
		return false
	}
	p.advance()
	return true
}

// take moves over the symbol or keyword, which must be here.
func (p *parser) take(word, otherwise string) {
	if !p.takeIf(word) {
		p.fail(otherwise)
	}
}

// ended reports whether nothing follows any more.
func (p *parser) ended() bool {
	return p.here().kind == tokenEnd || p.here().is(";") && p.next().kind == tokenEnd
}

// enter goes into something that can stand in itself; then leave must follow.
func (p *parser) enter() {
	if p.depth++; p.depth > nestingMax {
		p.fail("The statement is nested too deeply")
	}
}

func (p *parser) leave() { p.depth-- }

// precedences of operators, from the one that binds least. An operator goes on while it binds more
// than what is around it.
const (
	lowest = iota
	bindsOr
	bindsAnd
	bindsNot
	bindsEqual
	bindsOrder
	bindsSum
	bindsProduct
)

var precedences = map[string]int{
	"or": bindsOr, "and": bindsAnd,
	"=": bindsEqual, "<>": bindsEqual, "is": bindsEqual, "in": bindsEqual,
	"<": bindsOrder, "<=": bindsOrder, ">": bindsOrder, ">=": bindsOrder, "between": bindsOrder, "like": bindsOrder,
	"+": bindsSum, "-": bindsSum, "||": bindsSum,
	"*": bindsProduct, "/": bindsProduct, "%": bindsProduct,
}

// infix returns the operator that is here, with NOT before it, and how much it binds; lowest for none.
func (p *parser) infix() (operator *token, not bool, binds int) {
	t := p.here()
	if t.is("not") {
		if t = p.next(); !t.is("in") && !t.is("between") && !t.is("like") {
			return nil, false, lowest
		}
		not = true
	}
	if t.kind != tokenSymbol && t.kind != tokenKeyword {
		return nil, false, lowest
	}
	return t, not, precedences[t.text]
}

// expression reads terms and operators that bind more than around.
func (p *parser) expression(around int) *node {
	left := p.unary()
	for p.err == nil {
		operator, not, binds := p.infix()
		if binds <= around {
			break
		}
		if p.advance(); not {
			p.advance()
		}
		left = p.operation(left, operator, not, binds)
	}
	return left
}

// operation reads what follows an operator.
func (p *parser) operation(left *node, operator *token, not bool, binds int) *node {
	if operator.text == "is" {
		return p.is(left)
	}
	if p.ended() {
		p.fail("Missing right-hand side expression of infix operator")
	}
	n := &node{form: formOperator, text: operator.text, not: not, start: operator.start, end: operator.end}
	var right *node
	if operator.text == "in" && p.here().is("(") {
		right = p.list("(", ")", "RIGHT_PAREN", formList)
	} else {
		right = p.expression(binds)
	}
	if (operator.text == "and" || operator.text == "or") && left.form == formOperator && left.text == operator.text {
		left.args = append(left.args, right)
		return left
	}
	n.args = []*node{left, right}
	switch {
	case operator.text == "between":
		p.take("and", "Expected AND keyword")
		if p.ended() {
			p.fail("Expected expression after AND")
		}
		n.args = append(n.args, p.expression(binds))
	case operator.text == "like" && p.takeIf("escape"):
		n.args = append(n.args, p.expression(binds))
	}
	return n
}

// unary reads a term with the signs before it, or NOT and what it denies. Runs of either nest nothing.
func (p *parser) unary() *node {
	var n *node
	from := p.at
	switch {
	case p.takeIf("not"):
		for p.takeIf("not") {
		}
		to := p.at
		n = p.expression(bindsNot)
		return p.signed(from, to, n)
	case p.here().is("+") || p.here().is("-"):
		for p.here().is("+") || p.here().is("-") {
			p.advance()
		}
		to := p.at
		if p.here().is("not") {
			n = p.unary()
		} else {
			n = p.path()
		}
		return p.signed(from, to, n)
	}
	return p.path()
}

// signed puts the tokens from from to to before n.
func (p *parser) signed(from, to int, n *node) *node {
	for i := to - 1; i >= from && p.err == nil; i-- {
		n = sign(&p.tokens[i], n)
	}
	return n
}

// sign puts a sign or NOT before n. Numbers take their sign into themselves.
func sign(t *token, n *node) *node {
	if n.form != formNumber || t.text == "not" {
		return &node{form: formOperator, text: t.text, args: []*node{n}, start: t.start, end: t.end}
	}
	n.start = t.start
	switch {
	case t.text == "+":
	case n.text[0] == '-':
		n.text = n.text[1:]
	default:
		n.text = "-" + n.text
	}
	return n
}
