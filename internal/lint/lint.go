// Package lint is about the shape of this repository: which package may import which, and what keeps
// the sources and the documents tidy.
// It promises that every rule reads the files themselves, and that each has a test in which it fails.
//
// The rules run as a test of this package, on every `go test ./...`. A rule is a function of a Tree;
// TestRules shows what each of them finds in sources that break it.
package lint

import (
	"cmp"
	"fmt"
	"slices"
)

// Finding is a place that breaks a rule.
type Finding struct {
	Path string
	Line int // 0: the file or the directory as a whole
	Text string
}

// String returns the finding as compilers print theirs.
func (f Finding) String() string {
	if f.Line == 0 {
		return f.Path + ": " + f.Text
	}
	return fmt.Sprintf("%s:%d: %s", f.Path, f.Line, f.Text)
}

// rule is one thing that must be true of the tree.
type rule struct {
	name  string
	check func(t *Tree) []Finding
}

// rules are all rules, sorted by name.
var rules = []rule{
	{"compat", compat},
	{"documented", documented},
	{"drawn", drawn},
	{"file-lines", fileLines},
	{"graph", graph},
	{"init", noInit},
	{"interface-methods", interfaceMethods},
	{"links", links},
	{"one-http-file", oneHTTPFile},
	{"outside", outside},
	{"package-comment", packageComment},
	{"package-name", packageName},
	{"routes", routes},
	{"tests", tests},
	{"todo", todo},
}

// Check returns what breaks a rule in t, sorted by place.
func Check(t *Tree) []Finding {
	var all []Finding
	for _, r := range rules {
		all = append(all, r.check(t)...)
	}
	sortFindings(all)
	return all
}

func sortFindings(fs []Finding) {
	slices.SortFunc(fs, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Text, b.Text))
	})
}
