package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/engine/pebble"
	"github.com/statordb/stator/internal/keyspace"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"stator": main})
}

// TestScripts runs the scripts under testdata/script with the real program. Besides the usual commands
// they have:
//
//	serve FLAG...         start "stator serve" on a free port and wait for the ready line, which goes to stdout
//	get PATH              GET from the server; the status and the body go to stdout
//	call OPERATION FILE   carry out an operation; so does its answer
//	end SIGNAL            send INT or TERM, wait for the end, which must be with 0; stderr goes to stdout
//	taken FLAG...         run "stator FLAG..." with the address of the server, which must fail
//	exits CODE ARG...     run "stator ARG...", which must exit with CODE
//	damage FILE           change bytes in a file, whose name may be a pattern
//	lose-row DIR          remove a row behind the store's back
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"serve": serve, "get": get, "call": call, "end": end, "taken": taken, "exits": exits, "damage": damage, "lose-row": loseRow,
		},
		Setup: func(env *testscript.Env) error {
			env.Values[serverOf] = &process{}
			return nil
		},
	})
}

// process is the server of a script.
type process struct {
	cmd    *exec.Cmd
	url    string
	stderr strings.Builder // complete when copied is closed
	copied chan struct{}
}

// serverOf is where a script keeps its process.
const serverOf = "server"

func running(ts *testscript.TestScript) *process { return ts.Value(serverOf).(*process) }

func serve(ts *testscript.TestScript, _ bool, args []string) {
	p := running(ts)
	*p = process{copied: make(chan struct{})}
	p.cmd = exec.Command("stator", append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)
	p.cmd.Dir = ts.MkAbs(".")
	p.cmd.Env = os.Environ()
	for _, name := range []string{"STATOR_REGION", "STATOR_DATA", "STATOR_CONFIG", "STATOR_LOG_FORMAT"} {
		if value := ts.Getenv(name); value != "" {
			p.cmd.Env = append(p.cmd.Env, name+"="+value)
		}
	}
	pipe, err := p.cmd.StderrPipe()
	ts.Check(err)
	ts.Check(p.cmd.Start())
	ts.Defer(func() {
		_ = p.cmd.Process.Kill() // it has ended if the script went well
		_ = p.cmd.Wait()
	})
	lines := bufio.NewScanner(pipe)
	for lines.Scan() {
		if _, after, ok := strings.Cut(lines.Text(), "stator: ready on "); ok {
			p.url, _, _ = strings.Cut(after, " ")
			break
		}
		p.stderr.WriteString(lines.Text() + "\n")
	}
	if p.url == "" {
		ts.Fatalf("the server did not start: %s", p.stderr.String())
	}
	say(ts, lines.Text()+"\n")
	go func() {
		defer close(p.copied)
		for lines.Scan() {
			p.stderr.WriteString(lines.Text() + "\n")
		}
	}()
}

func get(ts *testscript.TestScript, _ bool, args []string) {
	answer, err := http.Get(running(ts).url + args[0])
	ts.Check(err)
	show(ts, answer)
}

func call(ts *testscript.TestScript, _ bool, args []string) {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, running(ts).url, strings.NewReader(ts.ReadFile(args[1])))
	ts.Check(err)
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	r.Header.Set("X-Amz-Target", "DynamoDB_20120810."+args[0])
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=a")
	answer, err := http.DefaultClient.Do(r)
	ts.Check(err)
	show(ts, answer)
}

func show(ts *testscript.TestScript, answer *http.Response) {
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	ts.Check(err)
	say(ts, answer.Status+"\n"+string(body)+"\n")
}

func end(ts *testscript.TestScript, _ bool, args []string) {
	p := running(ts)
	signals := map[string]syscall.Signal{"INT": syscall.SIGINT, "TERM": syscall.SIGTERM}
	ts.Check(p.cmd.Process.Signal(signals[args[0]]))
	<-p.copied
	err := p.cmd.Wait()
	say(ts, p.stderr.String())
	ts.Check(err)
}

func taken(ts *testscript.TestScript, _ bool, args []string) {
	address := strings.TrimPrefix(running(ts).url, "http://")
	if err := ts.Exec("stator", append(args, "--listen", address)...); err == nil {
		ts.Fatalf("two servers listen on %s", address)
	}
}

func exits(ts *testscript.TestScript, _ bool, args []string) {
	code := 0
	if exit, ok := errors.AsType[*exec.ExitError](ts.Exec("stator", args[1:]...)); ok {
		code = exit.ExitCode()
	}
	if got := strconv.Itoa(code); got != args[0] {
		ts.Fatalf("exit code %s, want %s", got, args[0])
	}
}

// say makes text what the command stdout looks at.
func say(ts *testscript.TestScript, text string) {
	_, err := io.WriteString(ts.Stdout(), text)
	ts.Check(err)
}

func damage(ts *testscript.TestScript, _ bool, args []string) {
	names, err := filepath.Glob(ts.MkAbs(args[0]))
	ts.Check(err)
	if len(names) == 0 {
		ts.Fatalf("there is no file %s", args[0])
	}
	for _, name := range names {
		content, err := os.ReadFile(name)
		ts.Check(err)
		for i := len(content) / 4; i < len(content)/2; i++ {
			content[i] ^= 0x55
		}
		ts.Check(os.WriteFile(name, content, 0o600))
	}
}

func loseRow(ts *testscript.TestScript, _ bool, args []string) {
	ctx := context.Background()
	e, err := pebble.Open(pebble.Options{Dir: ts.MkAbs(args[0])})
	ts.Check(err)
	r, err := e.Read(ctx, engine.Snapshot)
	ts.Check(err)
	lo, hi := keyspace.AllTables()
	cursor := r.Scan(ctx, engine.Range{Lo: lo, Hi: hi}, engine.ScanOpt{})
	if !cursor.Next() {
		ts.Fatalf("there is no row")
	}
	row := append([]byte(nil), cursor.Key()...)
	ts.Check(cursor.Close())
	ts.Check(r.Close())
	_, err = e.Update(ctx, engine.TxnOpt{}, func(txn engine.Txn) error {
		txn.Delete(row)
		return nil
	})
	ts.Check(err)
	ts.Check(e.Close())
}
