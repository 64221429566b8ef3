package partiql

import "github.com/statordb/stator/internal/attr"

// node is a term of a statement, or what operators make of terms.
type node struct {
	form       form
	text       string // of a name or string what it says; of a number, operator or function its words
	args       []*node
	not        bool // IS NOT, NOT IN, NOT BETWEEN, NOT LIKE
	number     int  // of a parameter: its place among the placeholders
	start, end int  // of the token that refusals point at; of a number with its sign
	clause     *clause
	value      attr.Value // of a literal without parameters, once it is checked
}

// form says what a node is.
type form uint8

const (
	formName         form = iota // a name alone
	formPath                     // a term and its steps
	formString                   //
	formNumber                   //
	formTrue                     //
	formFalse                    //
	formNull                     //
	formIon                      //
	formMissing                  //
	formList                     //
	formMap                      // args are keys and values in turn
	formBag                      //
	formParameter                //
	formIs                       // text is the type
	formSimpleCase               //
	formSearchedCase             //
	formOperator                 // AND, OR, NOT, a comparison, IN, BETWEEN, LIKE, or arithmetic
	formCall                     //
	formStatement                //
	formStep                     // of a path: text is the name
	formIndex                    // of a path: the argument stands in brackets
	formAll                      // *: of a path, a call, or a SELECT list
)

// unsupported are what refusals call a statement that is just a term.
var unsupported = map[form]string{
	formName: "Id", formPath: "Path",
	formString: "Lit", formNumber: "Lit", formTrue: "Lit", formFalse: "Lit", formNull: "Lit", formIon: "Lit",
	formMissing: "Missing", formList: "List", formMap: "Struct", formBag: "Bag", formParameter: "Parameter",
	formIs: "IsType", formSimpleCase: "SimpleCase", formSearchedCase: "SearchedCase",
	formCall: "Call", formOperator: "NAry",
}

// clause is a statement as it is written: all its clauses.
type clause struct {
	verb      verb
	from      *node   // the name of the table, and of the index
	alias     bool    // the table has another name
	more      bool    // there is another table
	list      []*node // SELECT list; formAll is *
	where     *node
	order     []orderTerm
	extra     *token // a clause that is read and not supported
	value     *node  // of INSERT
	changes   []change
	returning *returning
}

// verb is what a statement does.
type verb uint8

const (
	selecting verb = iota
	inserting
	updating
	deleting
	noVerb // SET and REMOVE without UPDATE
)

// orderTerm is a term of ORDER BY.
type orderTerm struct {
	term       *node
	descending bool
}

// change is an assignment of a SET, or a REMOVE, which has no value.
type change struct {
	path  *node
	value *node
}

// returning is a RETURNING clause.
type returning struct {
	modified bool // MODIFIED, not ALL
	new      bool // NEW, not OLD
}

// String returns the clause as refusals say it.
func (r *returning) String() string {
	out := "RETURNING ALL "
	if r.modified {
		out = "RETURNING MODIFIED "
	}
	if r.new {
		return out + "NEW *"
	}
	return out + "OLD *"
}
