package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"
)

// configEnv names the configuration file if no flag does.
const configEnv = "STATOR_CONFIG"

// configFile is a configuration file: a JSON object of flags, named as on the command line without
// the dashes in front. Flags on the command line and in the environment go before it.
type configFile map[string]any

// readConfig reads a configuration file.
func readConfig(r io.Reader) (kong.Resolver, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	values := configFile{}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&values); err != nil {
		return nil, fmt.Errorf("the configuration file is not a JSON object: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the JSON object in the configuration file")
	}
	return values, nil
}

// environmentConfig returns the options that make the file named in the environment count.
func environmentConfig() ([]kong.Option, error) {
	path := os.Getenv(configEnv)
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path) //nolint:gosec // it is the operator who names it
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // only read
	values, err := readConfig(f)
	if err != nil {
		return nil, err
	}
	return []kong.Option{kong.Resolvers(values)}, nil
}

// Validate refuses names that are no flags: they are likely to be typing errors.
func (c configFile) Validate(app *kong.Application) error {
	known := map[string]bool{}
	for _, command := range app.Children {
		for _, flag := range command.Flags {
			known[flag.Name] = true
		}
	}
	for name := range c {
		if !known[name] {
			return fmt.Errorf("the configuration file sets %q, which is no flag", name)
		}
	}
	return nil
}

// Resolve returns the value of flag, or nil if the file or the environment has the say.
func (c configFile) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	value, ok := c[flag.Name]
	if !ok {
		return nil, nil
	}
	for _, name := range flag.Envs {
		if _, set := os.LookupEnv(name); set {
			return nil, nil
		}
	}
	if number, ok := value.(json.Number); ok {
		return number.String(), nil
	}
	return value, nil
}
