package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestGeneratedFiles compares the files in package api with what the generator makes now.
func TestGeneratedFiles(t *testing.T) {
	want, err := generate(os.DirFS(".."))
	if err != nil {
		t.Fatal(err)
	}
	paths, err := filepath.Glob(filepath.Join("..", "*"+suffix))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		name := filepath.Base(path)
		text, ok := want[name]
		if !ok {
			t.Errorf("%s is stale: run go generate ./internal/api", name)
			continue
		}
		delete(want, name)
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, text) {
			t.Errorf("%s is not what the model gives: run go generate ./internal/api", name)
		}
	}
	for name := range want {
		t.Errorf("%s is missing: run go generate ./internal/api", name)
	}
}

// TestRun writes the files into an empty directory and removes a stale one.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "model"), os.DirFS("../model")); err != nil {
		t.Fatal(err)
	}
	stale := filepath.Join(dir, "old"+suffix)
	if err := os.WriteFile(stale, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(stale); !os.IsNotExist(err) {
		t.Errorf("the stale file is still there: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "operations"+suffix)); err != nil {
		t.Error(err)
	}
}

func TestRunWithoutModel(t *testing.T) {
	if err := run(t.TempDir()); err == nil {
		t.Error("no error without a model")
	}
}
