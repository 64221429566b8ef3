package partiql

// statement reads what the keyword here begins, nil if that is no statement.
func (p *parser) statement() *node {
	t := p.here()
	var read func(p *parser, c *clause)
	switch {
	case t.text == "select":
		read = (*parser).selection
	case t.text == "insert" && p.next().is("into"):
		read = (*parser).insertion
	case t.text == "update":
		read = (*parser).update
	case t.text == "delete":
		read = (*parser).deletion
	case t.text == "from":
		read = (*parser).fromChange
	case t.text == "set" || t.text == "remove":
		read = (*parser).bareChange
	default:
		return nil
	}
	n := &node{form: formStatement, text: t.text, start: t.start, end: t.end, clause: &clause{}}
	p.enter()
	defer p.leave()
	read(p, n.clause)
	return n
}

// selection reads a SELECT.
func (p *parser) selection(c *clause) {
	p.advance()
	if t := p.here(); p.takeIf("distinct") {
		c.extra = t
	} else {
		p.takeIf("all")
	}
	p.selectList(c)
	p.take("from", "Expected FROM after SELECT list")
	if p.err != nil {
		return
	}
	c.from = p.path()
	p.alias(c)
	for p.takeIf(",") {
		c.more = true
		p.path()
		p.alias(c)
	}
	p.where(c)
	more := true
	for more && p.err == nil {
		more = p.selectClause(c)
	}
}

// selectList reads what a SELECT chooses.
func (p *parser) selectList(c *clause) {
	for {
		t := p.here()
		switch {
		case t.is("*"):
			p.advance()
			c.list = append(c.list, &node{form: formAll, start: t.start, end: t.end})
		case t.is("from"):
			p.fail("Expected identifier or an expression but found unexpected keyword 'from' in a select list.")
		default:
			c.list = append(c.list, p.expression(lowest))
			p.alias(c)
		}
		if !p.takeIf(",") {
			break
		}
	}
	if len(c.list) == 1 {
		return
	}
	for _, n := range c.list {
		if n.form == formAll {
			p.fail("Other expressions may not be present in the select list when '*' is used without dot notation.")
		}
	}
}

// alias reads another name of what stands before it.
func (p *parser) alias(c *clause) {
	switch {
	case p.takeIf("as"):
		if !p.advance().named() {
			p.fail("Expected identifier for alias")
		}
		c.alias = true
	case p.here().named():
		p.advance()
		c.alias = true
	}
}

func (p *parser) where(c *clause) {
	if p.takeIf("where") {
		c.where = p.expression(lowest)
	}
}

// selectClause reads a clause behind WHERE and reports whether there is one. What DynamoDB does not
// support is noted.
func (p *parser) selectClause(c *clause) bool {
	t := p.here()
	switch {
	case t.is("order") && c.order == nil:
		p.advance()
		p.take("by", "Expected BY keyword")
		p.orderTerms(c)
		return true
	case t.is("group"):
		p.advance()
		p.take("by", "Expected BY keyword")
		p.expression(lowest)
		for p.takeIf(",") {
			p.expression(lowest)
		}
	case t.is("having") || t.is("limit") || t.is("offset"):
		p.advance()
		p.expression(lowest)
	default:
		return false
	}
	if c.extra == nil {
		c.extra = t
	}
	return true
}

func (p *parser) orderTerms(c *clause) {
	for {
		o := orderTerm{term: p.expression(lowest)}
		if o.descending = p.takeIf("desc"); !o.descending {
			p.takeIf("asc")
		}
		if p.takeIf("nulls") && !p.takeIf("first") && !p.takeIf("last") {
			p.fail("Expected FIRST or LAST after NULLS")
		}
		c.order = append(c.order, o)
		if !p.takeIf(",") {
			return
		}
	}
}

// insertion reads an INSERT.
func (p *parser) insertion(c *clause) {
	c.verb = inserting
	p.advance()
	p.advance()
	c.from = p.simplePath()
	if p.here().named() || p.here().is("as") { // AWS takes an alias for the items to insert
		p.fail("Unexpected token after expression")
	}
	if p.takeIf("value") {
		c.value = p.expression(lowest)
		return
	}
	c.value = p.expression(lowest)
	c.more = true
}

// update reads an UPDATE.
func (p *parser) update(c *clause) {
	c.verb = updating
	p.advance()
	c.from = p.simplePath()
	p.alias(c)
	p.changes(c)
	p.where(c)
	p.returned(c)
}

// fromChange reads an update that begins with FROM.
func (p *parser) fromChange(c *clause) {
	c.verb = updating
	p.advance()
	c.from = p.path()
	p.alias(c)
	p.where(c)
	p.changes(c)
	p.returned(c)
}

// bareChange reads a SET or REMOVE that belongs to no statement.
func (p *parser) bareChange(c *clause) {
	c.verb = noVerb
	p.change(c)
}

// changes reads all SET and REMOVE clauses, of which there must be one.
func (p *parser) changes(c *clause) {
	for p.here().is("set") || p.here().is("remove") {
		p.change(c)
	}
	if c.changes == nil {
		p.fail("Expected data manipulation")
	}
}

func (p *parser) change(c *clause) {
	if p.takeIf("remove") {
		c.changes = append(c.changes, change{path: p.simplePath()})
		return
	}
	p.take("set", "Expected data manipulation")
	for {
		to := change{path: p.simplePath()}
		p.take("=", "Expected '='")
		to.value = p.expression(lowest)
		c.changes = append(c.changes, to)
		if !p.takeIf(",") {
			return
		}
	}
}

// deletion reads a DELETE.
func (p *parser) deletion(c *clause) {
	c.verb = deleting
	p.advance()
	p.take("from", "Expected FROM after DELETE")
	c.from = p.simplePath()
	p.alias(c)
	p.where(c)
	p.returned(c)
}

// returned reads a RETURNING clause.
func (p *parser) returned(c *clause) {
	if !p.takeIf("returning") {
		return
	}
	c.returning = &returning{}
	if c.returning.modified = p.takeIf("modified"); !c.returning.modified {
		p.take("all", "Expected ALL or MODIFIED in a returning clause.")
	}
	if c.returning.new = p.takeIf("new"); !c.returning.new {
		p.take("old", "Expected OLD or NEW in a returning clause.")
	}
	p.take("*", "Expected * in a returning clause.")
}
