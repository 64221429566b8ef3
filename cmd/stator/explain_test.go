package main

import (
	"fmt"
	"net"
	"strings"
	"syscall"
	"testing"

	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/engine/pebble"
)

func TestExplained(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"in use":       {&pebble.InUseError{Dir: "d"}, "Stop the program that uses d"},
		"damaged":      {&pebble.CorruptError{Dir: "d"}, `"stator check --data d"`},
		"newer engine": {&pebble.NewerError{Dir: "d"}, "Start the newer version"},
		"newer store":  {fmt.Errorf("cannot use the store: %w", &catalog.NewerError{Format: 9}), "Start the newer version"},
		"guarded disk": {fmt.Errorf("cannot use the store: %w", engine.ErrDiskFull), "Make room on the disk"},
		"full disk":    {fmt.Errorf("cannot open: %w", syscall.ENOSPC), "Make room on the disk"},
		"address":      {&net.OpError{Op: "listen", Err: syscall.EADDRINUSE}, "choose another address with --listen"},
	} {
		t.Run(name, func(t *testing.T) {
			got := explained(c.err).Error()
			first, advice, _ := strings.Cut(got, "\n")
			if first != c.err.Error() || !strings.Contains(advice, c.want) {
				t.Errorf("got %q", got)
			}
		})
	}
	if err := fmt.Errorf("else"); explained(err) != err { //nolint:errorlint // it is returned as it is
		t.Error("an error that there is no advice for is changed")
	}
}
