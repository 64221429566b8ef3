package expr

import (
	"strconv"
	"strings"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
)

// parser reads one text. At the first syntax error it goes to the end of the text and stays there:
// what it returns from then on is of no use, and it never fails twice.
type parser struct {
	kind     Kind
	text     string
	keywords []string // words that are never names

	before, here, next token

	depth     int // of brackets around here
	operators int
	refs      []ref
	err       *apierr.Error
	faults    [faultClasses]string
}

// faultClass is a class of things wrong with a text that parses. All of a text is looked at; of each
// class the first one counts, and which class wins depends on the kind of expression.
type faultClass uint8

const (
	faultFunction faultClass = iota // a function that does not exist, or not in such an expression
	faultPlace                      // a function where it does not belong
	faultReserved                   // a reserved word
	faultSection                    // a section that is there twice
	faultIndex                      // an index out of range
	faultDepth                      // a path with too many steps
	faultClasses
)

// Orders of the classes (dynamodb-validation V.3, "Error priority").
var (
	conditionFaults = []faultClass{faultFunction, faultPlace, faultReserved, faultIndex, faultDepth}
	updateFaults    = []faultClass{faultReserved, faultFunction, faultSection, faultIndex, faultDepth}
)

// newParser begins to read text; a nil parser comes with the reason why that is not worth while.
func newParser(k Kind, text string, keywords []string) (*parser, *apierr.Error) {
	if text == "" {
		return nil, k.refuse("The expression can not be empty;")
	}
	if len(text) > TextBytesMax {
		return nil, k.refuse("Expression size has exceeded the maximum allowed size;")
	}
	p := &parser{kind: k, text: text, keywords: keywords}
	p.here = lex(text, 0)
	p.next = lex(text, p.here.end)
	return p, nil
}

// finish checks that the text has been read to its end and returns what is wrong with it.
func (p *parser) finish(order []faultClass) *apierr.Error {
	if p.here.kind != tokenEnd {
		p.syntaxError()
	}
	if p.err != nil {
		return p.err
	}
	if p.operators > operatorsMax {
		return p.kind.refuse("The expression contains too many operators; operator count: " + strconv.Itoa(p.operators))
	}
	for _, class := range order {
		if what := p.faults[class]; what != "" {
			return p.kind.refuse(what)
		}
	}
	return nil
}

// fault notes something wrong that is no syntax error.
func (p *parser) fault(class faultClass, what string) {
	if p.faults[class] == "" {
		p.faults[class] = what
	}
}

// advance moves on by one token.
func (p *parser) advance() {
	p.before, p.here = p.here, p.next
	p.next = lex(p.text, p.here.end)
}

// word returns the text of the token that is here.
func (p *parser) word() string { return p.text[p.here.start:p.here.end] }

// at reports whether the symbol s is here.
func (p *parser) at(s string) bool { return p.here.kind == tokenSymbol && p.word() == s }

// atKeyword reports whether the keyword is here, in any letter case.
func (p *parser) atKeyword(keyword string) bool {
	return p.here.kind == tokenWord && strings.EqualFold(p.word(), keyword)
}

// atCall reports whether a call of a function begins here.
func (p *parser) atCall() bool {
	return p.here.kind == tokenWord && p.text[p.next.start:p.next.end] == "(" && !p.atAnyKeyword()
}

func (p *parser) atAnyKeyword() bool {
	for _, k := range p.keywords {
		if strings.EqualFold(p.word(), k) {
			return true
		}
	}
	return false
}

// take moves over the symbol s, which must be here.
func (p *parser) take(s string) {
	if !p.at(s) {
		p.syntaxError()
		return
	}
	p.advance()
}

// takeIf moves over the symbol s if it is here.
func (p *parser) takeIf(s string) bool {
	if !p.at(s) {
		return false
	}
	p.advance()
	return true
}

// enter goes into brackets, unless they are too many; then leave must follow.
func (p *parser) enter() {
	if p.depth++; p.depth > depthMax {
		p.redundantParens()
	}
}

func (p *parser) leave() { p.depth-- }

// redundantParens ends the reading: what is wrong behind the parentheses does not matter any more
// (captures-items §6.5).
func (p *parser) redundantParens() {
	p.fail(p.kind.refuse("The expression has redundant parentheses;"))
}

// fail ends the reading.
func (p *parser) fail(err *apierr.Error) {
	if p.err == nil {
		p.err = err
	}
	p.here = token{tokenEnd, len(p.text), len(p.text)}
	p.next = p.here
}

// syntaxError ends the reading because of the token that is here. It is shown with its neighbours
// (captures-items §6.1).
func (p *parser) syntaxError() {
	what, from, to := p.word(), p.here.start, p.here.end
	if p.before.kind != tokenEnd {
		from = p.before.start
	}
	switch {
	case p.next.kind != tokenEnd:
		to = p.next.end
	case p.here.kind != tokenEnd:
	case p.before.kind != tokenEnd:
		what, to = "<EOF>", p.before.end
	default:
		what, from = "<EOF>", 0
	}
	p.fail(p.kind.refuse(`Syntax error; token: "` + what + `", near: "` + p.text[from:to] + `"`))
}

// value reads a :value and returns its ref.
func (p *parser) value() int {
	p.refs = append(p.refs, ref{value: p.word()})
	p.advance()
	return len(p.refs) - 1
}

// path reads a document path and returns its ref.
func (p *parser) path() int {
	r := ref{path: attr.Path{p.name()}}
	for p.err == nil {
		if p.takeIf(".") {
			r.path = append(r.path, p.name())
		} else if p.at("[") {
			r.path = append(r.path, p.index())
		} else {
			break
		}
	}
	if len(r.path) > pathStepsMax {
		p.fault(faultDepth, "The document path has too many nesting levels; nesting levels: "+strconv.Itoa(len(r.path)))
	}
	for _, s := range r.path {
		r.marked = r.marked || isMark(s)
	}
	p.refs = append(p.refs, r)
	return len(p.refs) - 1
}

// name reads a step that is a name or the placeholder of one.
func (p *parser) name() attr.Step {
	s := attr.Step{Name: p.word()}
	switch {
	case p.here.kind == tokenWord && !p.atAnyKeyword():
		if reserved(s.Name) {
			p.fault(faultReserved, "Attribute name is a reserved keyword; reserved keyword: "+s.Name)
		}
	case p.here.kind != tokenName:
		p.syntaxError()
		return s
	}
	p.advance()
	return s
}

// index reads a step that is an index in its brackets.
func (p *parser) index() attr.Step {
	p.take("[")
	text := p.word()
	if p.here.kind != tokenIndex {
		p.syntaxError()
		return attr.Step{}
	}
	i, err := strconv.Atoi(text)
	if err != nil || i > listIndexMax {
		p.fault(faultIndex, "List index is not within the allowable range; index: ["+text+"]")
	}
	p.advance()
	p.take("]")
	return attr.Step{Index: i}
}
