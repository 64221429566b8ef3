package lint

import (
	"go/ast"
	"path"
	"slices"
	"strings"
)

// Where tests are: an import that is for tests may be in a file *_test.go, below test/, or in the
// suite that engines pass.
const inTests = "tests"

// places are the imports from outside that only some directories have, sorted. An import below one of
// the paths is refused elsewhere. docs/adr/0007-dependencies.md says why each module is used.
var places = []struct{ imported, in string }{
	{"encoding/json", "cmd/stator internal/api/gen internal/catalog internal/lint " + inTests},
	{"github.com/HdrHistogram/hdrhistogram-go", inTests},
	{"github.com/KimMachineGun/automemlimit", "cmd/stator"},
	{"github.com/alecthomas/kong", "cmd/stator"},
	{"github.com/anishathalye/porcupine", inTests},
	{"github.com/aws/aws-sdk-go-v2", inTests},
	{"github.com/aws/smithy-go", inTests},
	{"github.com/cespare/xxhash", "internal/op"},
	{"github.com/cockroachdb/apd", "internal/attr"},
	{"github.com/cockroachdb/datadriven", inTests},
	{"github.com/cockroachdb/pebble", "internal/engine/pebble " + inTests},
	{"github.com/google/go-cmp", inTests},
	{"github.com/klauspost/compress", "internal/awsjson " + inTests},
	{"github.com/prometheus/client_golang", "internal/metrics"},
	{"github.com/rogpeppe/go-internal", inTests},
	{"go.uber.org/goleak", inTests},
	{"golang.org/x/sys", inTests},
	{"net/http", "internal/admin internal/apierr internal/awsjson internal/metrics internal/server " + inTests},
	{"os/exec", inTests},
	{"pgregory.net/rapid", inTests},
	{"reflect", "internal/api/gen " + inTests},
	{"unsafe", ""},
}

// outside checks imports from outside the module: each has its place, and a module that has none is
// a dependency that nobody decided on.
func outside(t *Tree) []Finding {
	var out []Finding
	for _, f := range t.Files {
		for _, imp := range t.imports(f) {
			if why := misplaced(f, imp.path); why != "" {
				out = append(out, Finding{f.Path, imp.line, why})
			}
		}
	}
	return out
}

func misplaced(f *File, imp string) string {
	for _, p := range places {
		if imp != p.imported && !strings.HasPrefix(imp, p.imported+"/") {
			continue
		}
		in := strings.Fields(p.in)
		if slices.Contains(in, f.Dir) || slices.Contains(in, inTests) && forTests(f) {
			return ""
		}
		return imp + " may not be imported here (internal/lint/outside.go)"
	}
	if first, _, _ := strings.Cut(imp, "/"); strings.Contains(first, ".") && imp != module && !strings.HasPrefix(imp, module+"/") {
		return imp + " is a module without a place in internal/lint/outside.go"
	}
	return ""
}

func forTests(f *File) bool {
	return f.Test || strings.HasPrefix(f.Dir, "test/") || f.Dir == "internal/engine/enginetest"
}

// oneHTTPFile checks that one file of awsjson knows net/http, so that another server can take its
// place, and that apierr has no more of it than the names of statuses.
func oneHTTPFile(t *Tree) []Finding {
	var (
		out   []Finding
		first string
	)
	for _, f := range t.Files {
		line := t.importLine(f, "net/http")
		switch {
		case line == 0 || f.Test:
		case f.Dir == "internal/awsjson" && first != "":
			out = append(out, Finding{f.Path, line, "only one file of awsjson may import net/http, and " + path.Base(first) + " does"})
		case f.Dir == "internal/awsjson":
			first = f.Path
		case f.Dir == "internal/apierr":
			out = append(out, t.beyondStatuses(f)...)
		}
	}
	return out
}

// importLine returns the line on which f imports name, or 0.
func (t *Tree) importLine(f *File, name string) int {
	for _, imp := range t.imports(f) {
		if imp.path == name {
			return imp.line
		}
	}
	return 0
}

func (t *Tree) beyondStatuses(f *File) (out []Finding) {
	ast.Inspect(f.AST, func(n ast.Node) bool {
		s, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := s.X.(*ast.Ident); ok && x.Name == "http" && !strings.HasPrefix(s.Sel.Name, "Status") {
			out = append(out, Finding{f.Path, t.line(s.Pos()), "apierr uses the statuses of net/http and nothing else of it, not http." + s.Sel.Name})
		}
		return true
	})
	return out
}
