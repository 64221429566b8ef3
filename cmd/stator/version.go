package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
)

// versionCommand is "stator version".
type versionCommand struct{}

// Run prints the version of the module, the commit it was built from if that is known, and Go's.
func (versionCommand) Run(_ context.Context, s streams) error {
	version, commit := "(devel)", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		if info.Main.Version != "" {
			version = info.Main.Version
		}
		for _, setting := range info.Settings {
			if setting.Key == "vcs.revision" {
				commit = " " + setting.Value
			}
		}
	}
	_, err := fmt.Fprintf(s.out, "stator %s%s %s %s/%s\n", version, commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
