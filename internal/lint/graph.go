package lint

import (
	"regexp"
	"slices"
	"strings"
)

// arrows are the imports that there may be between our packages, sorted. Both sides are paths below
// internal/, but for commands. A new arrow is a commit of its own with a reason; the rule drawn keeps
// docs/ARCHITECTURE.md equal to this. Packages that are planned stand here before they exist.
var arrows = []struct{ from, to string }{
	{"admin", "metrics"},
	{"api", "apierr attr coral"},
	{"api/gen", ""},
	{"apierr", "attr coral"},
	{"attr", "coral"},
	{"awsjson", "api apierr coral iam metrics sigv4"},
	{"backup", "catalog engine store stream"},
	{"capacity", "apierr"},
	{"catalog", "apierr attr engine keyspace"},
	{"cmd/stator", "catalog engine engine/pebble engine/tikv server store"},
	{"console", "iam"},
	{"coral", ""},
	{"engine", ""},
	{"engine/enginetest", "engine"},
	{"engine/faulty", "engine"},
	{"engine/pebble", "engine"},
	{"engine/tikv", "engine"},
	{"expr", "apierr attr"},
	{"iam", "apierr engine keyspace"},
	{"index", "attr catalog keyspace"},
	{"keyspace", "attr"},
	{"lifecycle", "catalog index keyspace store stream"},
	{"lint", ""},
	{"metrics", ""},
	{"op", "api apierr attr capacity catalog expr partiql store stream"},
	{"partiql", "apierr attr catalog expr store"},
	{"server", "admin awsjson backup catalog console engine iam keyspace lifecycle metrics op sigv4 store stream transfer trigger ttl"},
	{"sigv4", "apierr"},
	{"store", "apierr attr catalog engine index keyspace stream"},
	{"stream", "attr catalog engine keyspace"},
	{"transfer", "attr catalog store stream"},
	{"trigger", "attr catalog stream"},
	{"ttl", "catalog store"},
}

// engines are packages that a test of any package may stand on, besides what the package itself
// stands on: we test with real parts.
var engines = []string{"engine/enginetest", "engine/faulty", "engine/pebble", "engine/tikv"}

// graph checks the imports between our packages.
func graph(t *Tree) []Finding {
	allowed := map[string][]string{}
	for _, a := range arrows {
		allowed[a.from] = strings.Fields(a.to)
	}
	var out []Finding
	for _, f := range t.Files {
		from, inside := strings.CutPrefix(f.Dir, "internal/")
		if _, known := allowed[from]; inside && !known {
			out = append(out, Finding{f.Path, 0, "package " + from + " is not in the import graph (internal/lint/graph.go)"})
			continue
		}
		for _, imp := range t.imports(f) {
			to, ours := strings.CutPrefix(imp.path, module+"/internal/")
			if ours && !arrow(allowed, f, from, to) {
				out = append(out, Finding{f.Path, imp.line, from + " may not import " + to + ": there is no such arrow in the import graph"})
			}
		}
	}
	return out
}

// arrow reports whether file f of package from may import package to.
func arrow(allowed map[string][]string, f *File, from, to string) bool {
	if from == to || slices.Contains(allowed[from], to) {
		return true
	}
	if !f.Test || strings.HasPrefix(f.Dir, "test/") {
		return false // what is below test/ sees what clients see
	}
	return slices.Contains(engines, to) || slices.Contains(below(allowed, from), to)
}

// below returns all that package from stands on, directly or not.
func below(allowed map[string][]string, from string) []string {
	var out []string
	for next := slices.Clone(allowed[from]); len(next) > 0; next = next[1:] {
		if !slices.Contains(out, next[0]) {
			out = append(out, next[0])
			next = append(next, allowed[next[0]]...)
		}
	}
	return out
}

// drawnFile draws the graph, one package a line: "store < apierr attr".
const drawnFile = "docs/ARCHITECTURE.md"

var drawnArrow = regexp.MustCompile(`(?m)^([a-z0-9/]+) +<(.*)$`)

// drawn checks that the graph in the documents is the one that holds.
func drawn(t *Tree) []Finding {
	said := map[string]string{}
	for _, m := range drawnArrow.FindAllStringSubmatch(t.Docs[drawnFile], -1) {
		said[m[1]] = strings.Join(strings.Fields(m[2]), " ")
	}
	var out []Finding
	for _, a := range arrows {
		to, ok := said[a.from]
		if !ok || to != a.to {
			out = append(out, Finding{drawnFile, 0, strings.TrimSpace(a.from+" < "+a.to) + " is not drawn so"})
		}
		delete(said, a.from)
	}
	for from := range said {
		out = append(out, Finding{drawnFile, 0, from + " is drawn and is not in the import graph"})
	}
	return out
}
