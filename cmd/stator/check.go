package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/statordb/stator/internal/engine/pebble"
	"github.com/statordb/stator/internal/store"
)

// problemsShown is how many problems are printed; all are counted.
const problemsShown = 100

// checkCommand is "stator check".
type checkCommand struct {
	Data string `default:"stator-data" placeholder:"DIR" help:"Directory of the data (${default})."`
}

// Help is the part of the help that stands below the description.
func (checkCommand) Help() string {
	return `Reads everything that is stored and compares checksums, keys, items and figures. Nothing is changed.

Exit codes: 0 all is well; 1 problems, each a line on standard output, or the data cannot be opened; 2 wrong usage.`
}

// errProblems says that problems were found, and printed.
var errProblems = errors.New("the store has problems")

// Run checks the store.
func (c *checkCommand) Run(ctx context.Context, s streams) error {
	e, err := pebble.Open(pebble.Options{Dir: c.Data, ReadOnly: true})
	if err != nil {
		return explained(err)
	}
	problems := 0
	sum, err := store.Verify(ctx, e, func(problem string) {
		if problems++; problems <= problemsShown {
			fmt.Fprintln(s.out, "problem:", problem) //nolint:errcheck // as below
		}
	})
	if err := errors.Join(err, e.Close()); err != nil {
		return explained(err)
	}
	if problems > problemsShown {
		fmt.Fprintf(s.out, "… and %d more\n", problems-problemsShown) //nolint:errcheck // as below
	}
	// A summary that cannot be printed is a failure, what went before it is one then, too.
	if _, err := fmt.Fprintf(s.out, "%d tables, %d items, %d bytes, %d dropped tables; %d problems\n",
		sum.Tables, sum.Items, sum.Bytes, sum.Dropped, problems); err != nil {
		return err
	}
	if problems > 0 {
		return errProblems
	}
	return nil
}
