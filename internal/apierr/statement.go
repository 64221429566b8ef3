package apierr

import "github.com/statordb/stator/internal/attr"

// DuplicateItem is the refusal of an INSERT of an item whose key is there already.
func DuplicateItem() *Error {
	return modelled("DuplicateItemException", "Duplicate primary key exists in table")
}

// StatementConditionFailed is ConditionalCheckFailed for a statement. With an item, AWS writes the text
// and the numbers in sets as its transactions do.
func StatementConditionFailed(item attr.Item) *Error {
	e := ConditionalCheckFailed(item)
	if item != nil {
		e.messageKey, e.hashed = "Message", true
	}
	return e
}
