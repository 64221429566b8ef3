package lint

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// module is the path of this module; imports below it are of its own packages.
const module = "github.com/statordb/stator"

// Tree is the files of a repository that rules are about.
type Tree struct {
	Files []*File           // Go sources, by path
	Docs  map[string]string // Markdown, by path

	fsys fs.FS
	set  *token.FileSet
}

// File is one Go source.
type File struct {
	Path      string // from the root of the repository, with slashes
	Dir       string
	Test      bool // its name ends in _test.go
	Generated bool
	Lines     int
	AST       *ast.File
}

// skipped are directories without files of ours.
var skipped = []string{"bin", "node_modules", "stator-data", "testdata"}

// Load reads the tree at the root of fsys. Directories that are modules of their own are left out,
// as the go command does.
func Load(fsys fs.FS) (*Tree, error) {
	t := &Tree{Docs: map[string]string{}, fsys: fsys, set: token.NewFileSet()}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return t.enter(name)
		case path.Ext(name) == ".go":
			return t.source(name)
		case path.Ext(name) == ".md":
			text, err := fs.ReadFile(fsys, name)
			t.Docs[name] = string(text)
			return err
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("cannot read the tree: %w", err)
	}
	return t, nil
}

// enter returns fs.SkipDir for a directory whose files are none of the tree.
func (t *Tree) enter(dir string) error {
	if dir == "." {
		return nil
	}
	base := path.Base(dir)
	if strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") || slices.Contains(skipped, base) || t.exists(dir+"/go.mod") {
		return fs.SkipDir
	}
	return nil
}

func (t *Tree) exists(name string) bool {
	_, err := fs.Stat(t.fsys, name)
	return err == nil
}

func (t *Tree) source(name string) error {
	text, err := fs.ReadFile(t.fsys, name)
	if err != nil {
		return err
	}
	parsed, err := parser.ParseFile(t.set, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	t.Files = append(t.Files, &File{
		Path: name, Dir: path.Dir(name), Test: strings.HasSuffix(name, "_test.go"),
		Generated: ast.IsGenerated(parsed), Lines: bytes.Count(text, []byte("\n")), AST: parsed,
	})
	return nil
}

// line returns the line that pos is on.
func (t *Tree) line(pos token.Pos) int { return t.set.Position(pos).Line }

// written are the files that people write.
func (t *Tree) written() []*File {
	return slices.DeleteFunc(slices.Clone(t.Files), func(f *File) bool { return f.Generated })
}

// packages returns the files that are no tests, by directory, and the directories in order.
func (t *Tree) packages() (files map[string][]*File, dirs []string) {
	files = map[string][]*File{}
	for _, f := range t.Files {
		if f.Test {
			continue
		}
		if files[f.Dir] == nil {
			dirs = append(dirs, f.Dir)
		}
		files[f.Dir] = append(files[f.Dir], f)
	}
	return files, dirs
}

// imported is one import of a file.
type imported struct {
	path string
	line int
}

func (t *Tree) imports(f *File) []imported {
	out := make([]imported, 0, len(f.AST.Imports))
	for _, spec := range f.AST.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue // the parser takes no such file
		}
		out = append(out, imported{name, t.line(spec.Pos())})
	}
	return out
}
