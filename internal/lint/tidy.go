package lint

import (
	"go/ast"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Limits of what one reader can hold in mind (docs/STYLE.md).
const (
	fileLinesMax        = 500
	interfaceMethodsMax = 8
)

// fileLines checks the length of files that people write.
func fileLines(t *Tree) []Finding {
	var out []Finding
	for _, f := range t.written() {
		if f.Lines > fileLinesMax {
			out = append(out, Finding{f.Path, 0, strconv.Itoa(f.Lines) + " lines, more than " + strconv.Itoa(fileLinesMax)})
		}
	}
	return out
}

// interfaceMethods checks that interfaces are small.
func interfaceMethods(t *Tree) []Finding {
	var out []Finding
	for _, f := range t.written() {
		ast.Inspect(f.AST, func(n ast.Node) bool {
			i, ok := n.(*ast.InterfaceType)
			if ok && i.Methods.NumFields() > interfaceMethodsMax {
				out = append(out, Finding{f.Path, t.line(i.Pos()), "an interface of more than " + strconv.Itoa(interfaceMethodsMax) + " methods"})
			}
			return true
		})
	}
	return out
}

// noInit checks that nothing runs because a package is imported: main makes the choices.
func noInit(t *Tree) []Finding {
	var out []Finding
	for _, f := range t.written() {
		for _, d := range f.AST.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				out = append(out, Finding{f.Path, t.line(fn.Pos()), "a function init"})
			}
		}
	}
	return out
}

// emptyNames are names of packages that say nothing of what is in them.
var emptyNames = []string{"base", "common", "core", "helper", "helpers", "manager", "misc", "shared", "types", "util", "utils"}

// packageName checks that packages are called like their directories, by a noun of the field.
func packageName(t *Tree) []Finding {
	var out []Finding
	for _, f := range t.Files {
		name := f.AST.Name.Name
		if f.Test {
			name = strings.TrimSuffix(name, "_test")
		}
		switch {
		case slices.Contains(emptyNames, path.Base(f.Dir)) || slices.Contains(emptyNames, name):
			out = append(out, Finding{f.Path, t.line(f.AST.Name.Pos()), "the name of the package does not say what is in it"})
		case name != "main" && f.Dir != "." && name != path.Base(f.Dir):
			out = append(out, Finding{f.Path, t.line(f.AST.Name.Pos()), "package " + name + " is in a directory of another name"})
		}
	}
	return out
}

// The words that mark something as not done, and the address of an issue that says what is to be done.
var (
	unfinished   = regexp.MustCompile(`\b(TODO|FIXME|XXX|HACK)\b`)
	issueAddress = regexp.MustCompile(`https://` + regexp.QuoteMeta(module) + `/issues/\d+`)
)

// todo checks that what is not done is an issue.
func todo(t *Tree) []Finding {
	var out []Finding
	for _, f := range t.Files {
		for _, group := range f.AST.Comments {
			for _, c := range group.List {
				if word := unfinished.FindString(c.Text); word != "" && !issueAddress.MatchString(c.Text) {
					out = append(out, Finding{f.Path, t.line(c.Pos()), word + " without the address of an issue"})
				}
			}
		}
	}
	return out
}

// tests checks that packages whose code does something have tests beside it, unless they are tests
// themselves.
func tests(t *Tree) []Finding {
	tested := map[string]bool{}
	for _, f := range t.Files {
		if f.Test {
			tested[f.Dir] = true
		}
	}
	files, dirs := t.packages()
	var out []Finding
	for _, dir := range dirs {
		if !tested[dir] && !forTests(files[dir][0]) && slices.ContainsFunc(files[dir], branches) {
			out = append(out, Finding{dir, 0, "no test beside the code"})
		}
	}
	return out
}

// branches reports whether f has code that can go one way or another.
func branches(f *File) (found bool) {
	if f.Generated {
		return false
	}
	ast.Inspect(f.AST, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.IfStmt, *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
			found = true
		}
		return !found
	})
	return found
}
