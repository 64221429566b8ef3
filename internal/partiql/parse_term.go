package partiql

import "strconv"

// path reads a term and the steps behind it.
func (p *parser) path() *node {
	t := p.term()
	var steps []*node
	for p.err == nil {
		switch {
		case p.takeIf("."):
			steps = append(steps, p.step(true))
		case p.takeIf("["):
			p.enter()
			steps = append(steps, p.index(p.bracketed()))
			p.leave()
		default:
			return pathOf(t, steps)
		}
	}
	return t
}

// simplePath reads a path that begins with a name and has only names and literals in it.
func (p *parser) simplePath() *node {
	t := p.here()
	if !t.named() {
		p.fail("Expected identifier for simple path")
		return &node{}
	}
	p.advance()
	first, steps := named(t), []*node(nil)
	for p.err == nil {
		switch {
		case p.takeIf("."):
			steps = append(steps, p.step(false))
		case p.takeIf("["):
			i := p.index(p.bracketed())
			if f := i.args[0].form; f != formNumber && f != formString && p.err == nil {
				p.fail("Invalid path component for simple path")
			}
			steps = append(steps, i)
		default:
			return pathOf(first, steps)
		}
	}
	return first
}

func named(t *token) *node { return &node{form: formName, text: t.text, start: t.start, end: t.end} }

func pathOf(t *node, steps []*node) *node {
	if len(steps) == 0 {
		return t
	}
	return &node{form: formPath, args: append([]*node{t}, steps...), start: t.start, end: t.end}
}

// step reads the name behind a dot, or * if all may stand there.
func (p *parser) step(all bool) *node {
	t := p.advance()
	switch {
	case t.named():
		return &node{form: formStep, text: t.text, start: t.start, end: t.end}
	case all && t.is("*"):
		return &node{form: formAll, start: t.start, end: t.end}
	}
	p.fail("Invalid path dot component")
	return &node{}
}

// bracketed reads what stands in the brackets of a path.
func (p *parser) bracketed() *node {
	if t := p.here(); t.is("*") && p.next().is("]") {
		p.advance()
		return &node{form: formAll, start: t.start, end: t.end}
	}
	return p.expression(lowest)
}

func (p *parser) index(in *node) *node {
	p.take("]", "Expected RIGHT_BRACKET")
	return &node{form: formIndex, args: []*node{in}, start: in.start, end: in.end}
}

// callable are the keywords that are names of functions, if an opening parenthesis follows.
var callable = map[string]bool{
	"avg": true, "bit_length": true, "cast": true, "can_cast": true, "can_lossless_cast": true,
	"char_length": true, "character_length": true, "coalesce": true, "convert": true, "count": true,
	"date_add": true, "date_diff": true, "exists": true, "extract": true, "lower": true, "max": true,
	"min": true, "nullif": true, "octet_length": true, "position": true, "size": true, "substring": true,
	"sum": true, "translate": true, "trim": true, "upper": true,
}

// constants are the keywords that are values.
var constants = map[string]form{"true": formTrue, "false": formFalse, "null": formNull, "missing": formMissing}

// term reads what can stand on its own.
func (p *parser) term() *node {
	t := p.here()
	n := &node{text: t.text, start: t.start, end: t.end}
	switch t.kind {
	case tokenName, tokenQuoted:
		if p.next().is("(") {
			return p.call()
		}
		n.form = formName
	case tokenString:
		n.form = formString
	case tokenNumber:
		n.form = formNumber
	case tokenIon:
		n.form = formIon
		kind := ionKind(t.text)
		if kind == "" {
			p.fail("")
		}
		n.text = kind
	case tokenKeyword:
		return p.keyword()
	case tokenSymbol:
		return p.symbol()
	case tokenEnd:
		p.fail("Unexpected term")
		return n
	}
	p.advance()
	return n
}

func (p *parser) symbol() *node {
	t := p.here()
	switch t.text {
	case "(":
		return p.group()
	case "[":
		return p.list("[", "]", "RIGHT_BRACKET", formList)
	case "<<":
		return p.list("<<", ">>", "RIGHT_DOUBLE_ANGLE_BRACKET", formBag)
	case "{":
		return p.structure()
	case "?":
		p.advance()
		n := &node{form: formParameter, number: p.parameters, start: t.start, end: t.end}
		p.parameters++
		return n
	}
	what := "Unexpected term"
	if precedences[t.text] != lowest && t.text != "*" {
		what = "Unexpected operator"
	}
	p.fail(what)
	return &node{}
}

func (p *parser) keyword() *node {
	t := p.here()
	if f, ok := constants[t.text]; ok {
		p.advance()
		return &node{form: f, text: t.text, start: t.start, end: t.end}
	}
	if callable[t.text] && p.next().is("(") {
		return p.call()
	}
	if t.text == "case" {
		return p.choice()
	}
	if n := p.statement(); n != nil {
		return n
	}
	what := "Unexpected keyword"
	if precedences[t.text] != lowest {
		what = "Unexpected operator"
	}
	p.fail(what)
	return &node{}
}

// group reads terms in parentheses: one is just that, several are a list.
func (p *parser) group() *node {
	l := p.list("(", ")", "RIGHT_PAREN", formList)
	if len(l.args) == 1 {
		return l.args[0]
	}
	if len(l.args) == 0 {
		p.fail("Unexpected term")
	}
	return l
}

// list reads terms in brackets, with commas between them.
func (p *parser) list(opening, closing, name string, f form) *node {
	t := p.here()
	n := &node{form: f, start: t.start, end: t.end}
	p.take(opening, "Unexpected term")
	p.enter()
	defer p.leave()
	if p.takeIf(closing) {
		return n
	}
	n.args = append(n.args, p.expression(lowest))
	for p.takeIf(",") {
		n.args = append(n.args, p.expression(lowest))
	}
	p.take(closing, "Expected "+name)
	return n
}

// structure reads a map.
func (p *parser) structure() *node {
	t := p.advance()
	n := &node{form: formMap, start: t.start, end: t.end}
	p.enter()
	defer p.leave()
	if p.takeIf("}") {
		return n
	}
	for {
		n.args = append(n.args, p.expression(lowest))
		p.take(":", "Expected COLON")
		n.args = append(n.args, p.expression(lowest))
		if !p.takeIf(",") {
			break
		}
	}
	p.take("}", "Expected RIGHT_CURLY")
	return n
}

// call reads a function with its operands.
func (p *parser) call() *node {
	t := p.advance()
	n := &node{form: formCall, text: lower(t.text), start: t.start, end: t.end}
	if all := p.next(); all.is("*") && p.tokens[min(p.at+2, len(p.tokens)-1)].is(")") {
		p.at += 3
		n.args = []*node{{form: formAll, start: all.start, end: all.end}}
		return n
	}
	n.args = p.list("(", ")", "RIGHT_PAREN", formList).args
	return n
}

// choice reads a CASE.
func (p *parser) choice() *node {
	t := p.advance()
	n := &node{form: formSearchedCase, start: t.start, end: t.end}
	p.enter()
	defer p.leave()
	if !p.here().is("when") {
		n.form = formSimpleCase
		n.args = append(n.args, p.expression(lowest))
		if !p.here().is("when") {
			p.fail("Expected a WHEN clause in CASE")
		}
	}
	for p.takeIf("when") {
		n.args = append(n.args, p.expression(lowest))
		p.take("then", "Expected THEN keyword")
		n.args = append(n.args, p.expression(lowest))
	}
	if p.takeIf("else") {
		n.args = append(n.args, p.expression(lowest))
	}
	p.take("end", "Expected END keyword")
	return n
}

// is reads the type that IS asks for.
func (p *parser) is(left *node) *node {
	n := &node{form: formIs, not: p.takeIf("not"), args: []*node{left}, start: left.start, end: left.end}
	t := p.advance()
	name := ""
	if t.kind == tokenKeyword || t.kind == tokenName {
		name = lower(t.text)
	}
	switch {
	case name == "double" && p.takeIf("precision"):
		name = "double precision"
	case name == "character" && p.takeIf("varying"):
		name = "varchar"
	}
	if _, ok := typeTests[name]; !ok {
		p.fail("Expected type name")
	}
	n.text = name
	if p.here().is("(") && p.err == nil {
		for _, length := range p.list("(", ")", "RIGHT_PAREN", formList).args {
			if _, err := strconv.Atoi(length.text); length.form != formNumber || err != nil {
				p.fail("Unexpected term")
			}
		}
	}
	return n
}
