package lint

import (
	"encoding/json"
	"go/ast"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Mentions of files: [text](target) in Markdown, and docs/….md in Go.
var (
	markdownLink = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	docMention   = regexp.MustCompile(`\bdocs/[\w/.-]+\.md\b`)
)

// links checks that documents that are named exist.
func links(t *Tree) []Finding {
	var out []Finding
	for _, name := range slices.Sorted(maps.Keys(t.Docs)) {
		for i, line := range strings.Split(t.Docs[name], "\n") {
			for _, m := range markdownLink.FindAllStringSubmatch(line, -1) {
				target, _, _ := strings.Cut(m[1], "#")
				if target == "" || strings.Contains(target, ":") {
					continue
				}
				if !t.exists(path.Join(path.Dir(name), target)) {
					out = append(out, Finding{name, i + 1, "a link to " + target + ", which does not exist"})
				}
			}
		}
	}
	for _, f := range t.Files {
		for _, group := range f.AST.Comments {
			for _, mention := range docMention.FindAllString(group.Text(), -1) {
				if !t.exists(mention) {
					out = append(out, Finding{f.Path, t.line(group.Pos()), mention + " does not exist"})
				}
			}
		}
	}
	return out
}

// Where the operations are: what AWS has, what we have, and what we say that we have.
const (
	modelDir   = "internal/api/model"
	routesFile = "internal/op/routes.go"
	compatFile = "docs/compat.md"
)

// compatRow is the row of an operation in docs/compat.md: its name and how much of it there is.
var compatRow = regexp.MustCompile("(?m)^\\| `([A-Z]\\w+)` \\| (done|in part|not yet) \\|")

// compat checks that docs/compat.md lists every operation of the service models once, and as "not
// yet" exactly those that have no route.
func compat(t *Tree) []Finding {
	text, ok := t.Docs[compatFile]
	if !ok {
		return []Finding{{compatFile, 0, "does not exist"}}
	}
	says := map[string]string{}
	var out []Finding
	for _, m := range compatRow.FindAllStringSubmatch(text, -1) {
		if says[m[1]] != "" {
			out = append(out, Finding{compatFile, 0, m[1] + " is listed twice"})
		}
		says[m[1]] = m[2]
	}
	has := t.routeNames()
	for _, name := range t.modelled() {
		switch routed, said := slices.Contains(has, name), says[name]; {
		case said == "":
			out = append(out, Finding{compatFile, 0, name + " is not listed"})
		case routed && said == "not yet":
			out = append(out, Finding{compatFile, 0, name + " has a route, so it is done, or in part"})
		case !routed && said != "not yet":
			out = append(out, Finding{compatFile, 0, name + " has no route, so it is not done yet"})
		}
		delete(says, name)
	}
	for _, name := range slices.Sorted(maps.Keys(says)) {
		out = append(out, Finding{compatFile, 0, name + " is no operation of the service models"})
	}
	return out
}

// modelled returns the names of the operations in the service models.
func (t *Tree) modelled() (names []string) {
	models, err := fs.Glob(t.fsys, modelDir+"/*.json")
	if err != nil {
		return nil // the pattern is well formed
	}
	for _, file := range models {
		var model struct{ Operations map[string]json.RawMessage }
		text, err := fs.ReadFile(t.fsys, file)
		if err == nil {
			err = json.Unmarshal(text, &model)
		}
		if err != nil {
			continue // its operations are found to be no operations
		}
		names = append(names, slices.Sorted(maps.Keys(model.Operations))...)
	}
	return names
}

// routeNames returns the names of operations in the table of routes, in its order.
func (t *Tree) routeNames() (names []string) {
	for _, f := range t.Files {
		if f.Path != routesFile {
			continue
		}
		ast.Inspect(f.AST, func(n ast.Node) bool {
			c, ok := n.(*ast.CompositeLit)
			if !ok || len(c.Elts) == 0 {
				return true
			}
			first, ok := c.Elts[0].(*ast.BasicLit)
			if !ok {
				return true
			}
			if name, err := strconv.Unquote(first.Value); err == nil {
				names = append(names, name)
			}
			return true
		})
	}
	return names
}

// routes checks that the table of routes is sorted, and that each operation has its own file and its
// own scripts.
func routes(t *Tree) []Finding {
	var out []Finding
	names := t.routeNames()
	if !slices.IsSorted(names) {
		out = append(out, Finding{routesFile, 0, "the routes are not sorted"})
	}
	dir := path.Dir(routesFile)
	for _, name := range names {
		for _, place := range []string{dir + "/" + snake(name) + ".go", dir + "/testdata/" + snake(name)} {
			if !t.exists(place) {
				out = append(out, Finding{routesFile, 0, name + " lacks " + place})
			}
		}
	}
	return out
}

// snake turns PutItem into put_item.
func snake(name string) string {
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) {
			if i > 0 {
				b.WriteByte('_')
			}
			r = unicode.ToLower(r)
		}
		b.WriteRune(r)
	}
	return b.String()
}
