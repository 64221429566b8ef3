// Package expr is about the expressions of DynamoDB and the parameters they replaced: what a text
// means, what is wrong with it, and what it does to an item.
// It promises DynamoDB's refusals in DynamoDB's order, work that is linear in the text, and that what
// it accepted reads items in place.
//
// # Terminology
//
// A text is parsed into a Condition, a Projection, an Update or a KeyCondition. These know nothing of
// a request, do not change and can be kept in a Cache. A placeholder is a #name or a :value in a text;
// the Scope of a request says what its placeholders stand for. Bind joins the two and yields what is
// applied to items: a BoundCondition, a BoundProjection, a BoundUpdate or a BoundKeyCondition, which
// belong to the request.
//
// Refusals that follow from the text alone come from parsing, all others from Bind, and what only an
// item can show comes from Apply. All are as operations that do not envelop them word them.
package expr
