// Command gen is about the code of package api that follows from AWS's service model.
// It promises that its output depends on the model and on the tables in this package alone, so that
// a test can compare the two.
//
// It runs in the directory of package api, where it reads model/*.json and writes *_gen.go.
package main

import (
	"fmt"
	"log"
	"os"
	"path/filepath"
)

func main() {
	log.SetFlags(0)
	if err := run("."); err != nil {
		log.Fatal(err)
	}
}

// run writes the generated files of package api, which is in dir, and removes those of an earlier run
// that it no longer makes.
func run(dir string) error {
	files, err := generate(os.DirFS(dir))
	if err != nil {
		return err
	}
	old, err := filepath.Glob(filepath.Join(dir, "*"+suffix))
	if err != nil {
		return fmt.Errorf("cannot list generated files: %w", err)
	}
	for _, path := range old {
		if _, ok := files[filepath.Base(path)]; ok {
			continue
		}
		if err := os.Remove(path); err != nil {
			return fmt.Errorf("cannot remove a stale file: %w", err)
		}
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil { //nolint:gosec // source code
			return fmt.Errorf("cannot write a generated file: %w", err)
		}
	}
	return nil
}
