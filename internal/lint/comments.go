package lint

import (
	"go/ast"
	"regexp"
	"slices"
	"strings"
)

// sentenceEnd is the end of a sentence within a comment.
var sentenceEnd = regexp.MustCompile(`[.!?](\s|$)`)

// packageComment checks that every package says in its first sentence what it is about and in a
// second one what it promises.
func packageComment(t *Tree) []Finding {
	files, dirs := t.packages()
	var out []Finding
	for _, dir := range dirs {
		var doc, name, place string
		for _, f := range files[dir] {
			name = f.AST.Name.Name
			if f.AST.Doc == nil {
				continue
			}
			if doc != "" {
				out = append(out, Finding{f.Path, t.line(f.AST.Doc.Pos()), "a second package comment: " + place + " has one"})
				continue
			}
			doc, place = f.AST.Doc.Text(), f.Path
		}
		if why := describes(doc, name); why != "" {
			out = append(out, Finding{dir, 0, why})
		}
	}
	return out
}

// describes says what the comment of package name lacks, or nothing.
func describes(doc, name string) string {
	first, _, _ := strings.Cut(doc, "\n\n")
	switch {
	case doc == "":
		return "no package comment"
	case name == "main" && !strings.HasPrefix(doc, "Command "):
		return `the comment of a command begins "Command …"`
	case name != "main" && !strings.HasPrefix(doc, "Package "+name+" is about "):
		return `the package comment begins "Package ` + name + ` is about …"`
	case name != "main" && !strings.Contains(first, "\nIt promises "):
		return `the package comment says "It promises …" on a line of its first paragraph`
	case len(sentenceEnd.FindAllString(first, -1)) < 2:
		return "the package comment has less than two sentences"
	}
	return ""
}

// plainMethods have names that say what they do, in the standard library's interfaces.
var plainMethods = []string{"Close", "Error", "Len", "Less", "Read", "ServeHTTP", "String", "Swap", "Unwrap", "Write"}

// documented checks that exported names have comments.
func documented(t *Tree) []Finding {
	var out []Finding
	for _, f := range t.written() {
		if f.Test || f.AST.Name.Name == "main" {
			continue
		}
		for _, d := range f.AST.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && d.Doc == nil && exportedReceiver(d) {
					out = append(out, Finding{f.Path, t.line(d.Pos()), d.Name.Name + " has no comment"})
				}
			case *ast.GenDecl:
				out = append(out, t.undocumented(f, d)...)
			}
		}
	}
	return out
}

// exportedReceiver reports whether readers from outside see the function or method, and whether it
// has something to say that its name does not.
func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	if slices.Contains(plainMethods, d.Name.Name) {
		return false
	}
	receiver := d.Recv.List[0].Type
	for {
		switch x := receiver.(type) {
		case *ast.StarExpr:
			receiver = x.X
		case *ast.IndexExpr:
			receiver = x.X
		case *ast.IndexListExpr:
			receiver = x.X
		case *ast.Ident:
			return x.IsExported()
		default:
			return true
		}
	}
}

// undocumented finds exported types, constants and variables of d that have no comment, neither on
// themselves nor on their group.
func (t *Tree) undocumented(f *File, d *ast.GenDecl) (out []Finding) {
	for _, spec := range d.Specs {
		switch s := spec.(type) {
		case *ast.TypeSpec:
			if s.Name.IsExported() && s.Doc == nil && (d.Doc == nil || d.Lparen.IsValid()) {
				out = append(out, Finding{f.Path, t.line(s.Pos()), s.Name.Name + " has no comment"})
			}
		case *ast.ValueSpec:
			if s.Names[0].IsExported() && s.Doc == nil && s.Comment == nil && d.Doc == nil && !follows(d, s) {
				out = append(out, Finding{f.Path, t.line(s.Pos()), s.Names[0].Name + " has no comment"})
			}
		}
	}
	return out
}

// follows reports whether s continues the enumeration that a documented constant of d began.
func follows(d *ast.GenDecl, s *ast.ValueSpec) bool {
	first, ok := d.Specs[0].(*ast.ValueSpec)
	return ok && s.Values == nil && first.Doc != nil
}
