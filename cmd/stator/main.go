// Command stator is a DynamoDB that people run themselves. Its subcommands start a server and look
// after its data.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"
)

// Exit codes.
const (
	exitFailure = 1
	exitUsage   = 2
)

const about = `A DynamoDB that you run yourself: the DynamoDB API on the wire, durable by default, in one program.

Exit codes: 0 done, or stopped by SIGINT or SIGTERM; 1 failure; 2 wrong usage.`

// program is the command line.
type program struct {
	Serve   serveCommand   `cmd:"" help:"Serve the DynamoDB API."`
	Check   checkCommand   `cmd:"" help:"Verify the data of a server that is not running, without changing it."`
	Version versionCommand `cmd:"" help:"Print the version."`
}

// streams are where a subcommand writes to.
type streams struct {
	out, err io.Writer
}

func main() {
	os.Exit(run(os.Args[1:], streams{os.Stdout, os.Stderr}))
}

// run carries out the command line args and returns the exit code.
func run(args []string, s streams) int {
	command, err := parse(args, s)
	if err == nil && command != nil {
		err = command.Run(context.Background(), s)
	}
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errProblems):
		return exitFailure // they are printed already
	}
	fmt.Fprintln(s.err, "stator: error:", err) //nolint:errcheck // nowhere to report it to
	if _, ok := errors.AsType[*usageError](err); ok {
		return exitUsage
	}
	return exitFailure
}

// command is one subcommand, its flags set.
type command interface {
	Run(ctx context.Context, s streams) error
}

// usageError says that the command line, the environment or the configuration file is wrong.
type usageError struct{ error }

// parse returns the command that args ask for, or nil if they asked for help, which is printed.
func parse(args []string, s streams) (command, error) {
	var (
		p      program
		helped bool
	)
	options := []kong.Option{
		kong.Name("stator"), kong.Description(about),
		kong.Writers(s.out, s.err), kong.Exit(func(int) { helped = true }),
		kong.DefaultEnvars("STATOR"), kong.Configuration(readConfig),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	}
	fromEnvironment, err := environmentConfig()
	if err != nil {
		return nil, &usageError{err}
	}
	parser, err := kong.New(&p, append(options, fromEnvironment...)...)
	if err != nil {
		return nil, err
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if helped {
		return nil, nil
	}
	if err != nil {
		return nil, &usageError{err}
	}
	return parsed.Selected().Target.Addr().Interface().(command), nil //nolint:errcheck // every field of program is one
}
