package main

import (
	"errors"
	"fmt"
	"syscall"

	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/engine/pebble"
)

// explained adds to an error of starting what can be done about it.
func explained(err error) error {
	if advice := advice(err); advice != "" {
		return fmt.Errorf("%w\n%s", err, advice)
	}
	return err
}

func advice(err error) string {
	if e, ok := errors.AsType[*pebble.InUseError](err); ok {
		return fmt.Sprintf("Stop the program that uses %s, or choose another directory with --data.", e.Dir)
	}
	if e, ok := errors.AsType[*pebble.CorruptError](err); ok {
		return fmt.Sprintf("Nothing was changed. \"stator check --data %s\" tells more; otherwise restore a backup.", e.Dir)
	}
	if _, ok := errors.AsType[*pebble.NewerError](err); ok {
		return newerAdvice
	}
	if _, ok := errors.AsType[*catalog.NewerError](err); ok {
		return newerAdvice
	}
	switch {
	case errors.Is(err, engine.ErrDiskFull), errors.Is(err, syscall.ENOSPC):
		return "Make room on the disk, or choose another directory with --data."
	case errors.Is(err, syscall.EADDRINUSE):
		return "Another program listens there; choose another address with --listen."
	}
	return ""
}

const newerAdvice = "Start the newer version of stator that wrote the data; this one has changed nothing."
