// Package partiql is about PartiQL for DynamoDB: what a statement means, what is wrong with it, and
// which items it reads or writes.
// It promises DynamoDB's refusals in DynamoDB's order, work that is linear in the text, and that a
// write never touches an item that its whole WHERE clause does not match.
//
// # Terminology
//
// A statement is parsed into a Statement, which knows nothing of a request, does not change and can
// be kept. Bind joins it with the parameters of a request, and the description of a table, into a
// Read or a Write. A Read visits pages of items: those of one or more ranges of keys, or all. A
// Write is a store.Write of one item.
//
// A term is what can stand on its own in a statement: a path, a literal, a parameter, a call. A
// placeholder is the ? of a parameter. Class A and class B are what AWS refuses in a statement that is
// well formed: A follows from one term, B from terms that do not fit one another (partiql.md §7).
package partiql
