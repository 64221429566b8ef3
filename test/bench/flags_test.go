package main

import (
	"errors"
	"flag"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestDefaults(t *testing.T) {
	c, err := parseFlags(nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if c.itemBytes != 1024 || !slices.Equal(c.connections, []int{1, 64}) || c.stator != statorBuild {
		t.Errorf("the defaults are %+v", c)
	}
	var took time.Duration
	for range trials(c) {
		took += 2 * time.Duration(c.rounds) * (c.warmUp + c.duration) // Stator and a bare handler
	}
	if took > 150*time.Second {
		t.Errorf("a run with the defaults measures for %v, and prepares besides: that is not three minutes", took)
	}
}

func TestShort(t *testing.T) {
	c, err := parseFlags([]string{"-short", "--rounds", "2"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if c.rounds != 2 {
		t.Errorf("--rounds 2 -short makes %d rounds", c.rounds)
	}
	if c.duration != 100*time.Millisecond || c.starts != 1 || c.keys != 200 {
		t.Errorf("-short is not short: %+v", c)
	}
}

func TestTrials(t *testing.T) {
	c, err := parseFlags([]string{"--ops", "get,put-hot", "--connections", "1,64,16", "--rate", "0,500"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, tr := range trials(c) {
		r := result{Operation: tr.operation.name, Connections: tr.connections, Rate: tr.rate}
		got = append(got, r.Operation+" "+r.load())
	}
	want := []string{
		"get closed, 1", "get closed, 64", "get closed, 16", "get 500/s over 64",
		"put-hot closed, 1", "put-hot closed, 64", "put-hot closed, 16", "put-hot 500/s over 64",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the trials are %q, want %q", got, want)
	}
}

func TestPeers(t *testing.T) {
	c, err := parseFlags([]string{"--peer", "a=http://127.0.0.1:8001", "--peer", "b=http://localhost,pid=42"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	want := []peerFlag{{name: "a", address: "127.0.0.1:8001"}, {name: "b", address: "localhost:80", pid: 42}}
	if !slices.Equal(c.peers, want) {
		t.Errorf("the peers are %v, want %v", c.peers, want)
	}
}

func TestRefusedFlags(t *testing.T) {
	for _, args := range []string{
		"surplus", "--ops scan", "--ops get,", "--connections 0", "--connections 1,x", "--connections 5000", "--rate -1",
		"--rounds 0", "--starts 0", "--duration 0s", "--warmup -1s", "--duration 10m", "--keys 0", "--attributes 0",
		"--attributes 101", "--item-bytes 20", "--item-bytes 500000", "--client-procs 0", "--peer a", "--peer a=ftp://b",
		"--peer stator=http://b", "--peer a=http://b --peer a=http://c", "--peer a=http://b,pid=x", "--no-such-flag",
	} {
		if _, err := parseFlags(strings.Fields(args), io.Discard); err == nil {
			t.Errorf("%s is accepted", args)
		}
	}
}

func TestHelp(t *testing.T) {
	var out strings.Builder
	if _, err := parseFlags([]string{"-h"}, &out); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("-h: %v", err)
	}
	for _, o := range allOperations {
		if !strings.Contains(out.String(), o.name) {
			t.Errorf("-h does not name %s", o.name)
		}
	}
}
