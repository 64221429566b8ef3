// Package streams is about what a program learns that follows a table's stream while the table is written to,
// the stream's shards are split and the server is killed.
// It promises that this is what happened: every change once, each item's in order, and nothing else.
//
// # Terminology
//
// A follower reads every shard, a parent to its end before its children, as the Kinesis Client Library does.
// Its position in a shard is the last sequence number that it has taken in; that is all it keeps over a
// restart. A replica is the table as the follower rebuilds it from the records. A writer knows what it sent
// and what became of it: done, refused, or without an answer.
//
// STATOR_TEST_LONG=1 makes the runs twenty times as long. Every run logs its seed; STATOR_TEST_SEED repeats
// one, as far as the order of concurrent clients allows.
package streams

import (
	"os"
	"testing"

	"github.com/statordb/stator/test/statortest"
)

func TestMain(m *testing.M) { os.Exit(statortest.Main(m)) }
