package expr

import "github.com/statordb/stator/internal/apierr"

// ParseUpdate reads an update. What is wrong with it and does not depend on placeholders is refused.
func ParseUpdate(text string) (*Update, *apierr.Error) {
	p, err := newParser(UpdateKind, text, sectionNames)
	if err != nil {
		return nil, err
	}
	u := &Update{}
	var seen [sectionDelete + 1]bool
	for {
		s, ok := p.section()
		if !ok {
			p.syntaxError()
			break
		}
		if seen[s] {
			p.fault(faultSection, `The "`+sectionNames[s]+`" section can only be used once in an update expression;`)
		}
		seen[s] = true
		u.actions = p.actions(s, u.actions)
		if p.here.kind == tokenEnd {
			break
		}
	}
	if err := p.finish(updateFaults); err != nil {
		return nil, err
	}
	u.refs = p.refs
	return u, nil
}

// section moves over the keyword of a section.
func (p *parser) section() (section, bool) {
	for s, name := range sectionNames {
		if p.atKeyword(name) {
			p.advance()
			return section(s), true //nolint:gosec // one of four
		}
	}
	return 0, false
}

// actions reads the actions of one section.
func (p *parser) actions(s section, to []action) []action {
	for {
		a := action{section: s, target: p.path()}
		switch s {
		case sectionSet:
			p.take("=")
			a.value = p.expression(true)
		case sectionAdd, sectionDelete:
			if p.here.kind != tokenValue {
				p.syntaxError()
			}
			a.operand = p.value()
		case sectionRemove:
		}
		to = append(to, a)
		if !p.takeIf(",") {
			return to
		}
	}
}

// expression reads the right-hand side of a SET; with sum, it may be a sum or a difference.
func (p *parser) expression(sum bool) *expression {
	left := p.expressionOperand(sum)
	if !sum || left.form == formSum || left.form == formDifference || !p.at("+") && !p.at("-") {
		return left
	}
	e := &expression{name: p.word(), form: updateForms[p.word()]}
	p.operator()
	e.operands = []*expression{left, p.expressionOperand(false)}
	return e
}

func (p *parser) expressionOperand(sum bool) *expression {
	switch {
	case p.at("("):
		p.enter()
		p.take("(")
		e := p.expression(sum)
		p.take(")")
		p.leave()
		if e.grouped {
			p.redundantParens()
		}
		e.grouped = true
		return e
	case p.atCall():
		return p.updateCall()
	case p.here.kind == tokenValue:
		return &expression{ref: p.value()}
	}
	return &expression{ref: p.path()}
}

func (p *parser) updateCall() *expression {
	e := &expression{name: p.word(), form: formUnknown}
	_, conditions := conditionFunction(e.name)
	switch {
	case isUpdateFunction(e.name):
		e.form = updateForms[e.name]
	case conditions > 0 || e.name == sizeFunction:
		p.fault(faultFunction, "The function is not allowed in an update expression; function: "+e.name)
	default:
		p.fault(faultFunction, "Invalid function name; function: "+e.name)
	}
	p.operator()
	p.enter()
	p.take("(")
	e.operands = append(e.operands, p.expression(false))
	for p.takeIf(",") {
		e.operands = append(e.operands, p.expression(false))
	}
	p.take(")")
	p.leave()
	return e
}
