// Package robustness is about what the real binary keeps when it is killed, crowded or fed with nonsense.
// It promises that nothing acknowledged is lost, that operations on one item are linearizable and transactions
// serializable, in an order that time does not refute, and that no
// request stops the server from answering the next one.
//
// STATOR_TEST_LONG=1 makes the runs twenty times as long. Every run logs its seed; STATOR_TEST_SEED repeats
// one, as far as the order of concurrent clients allows.
package robustness

import (
	"math/rand/v2"
	"os"
	"testing"

	"github.com/statordb/stator/test/statortest"
)

func TestMain(m *testing.M) { os.Exit(statortest.Main(m)) }

// scaled returns n, or more of it in long runs.
func scaled(n int) int { return statortest.Scaled(n) }

// newSeed returns the seed of a run and logs it.
func newSeed(t *testing.T) uint64 {
	t.Helper()
	return statortest.Seed(t)
}

// newRandom returns the randomness of one client of a run.
func newRandom(seed uint64, client int) *rand.Rand { return statortest.Random(seed, client) }

// isAnswer tells whether an error of the SDK is an answer of the server.
func isAnswer(err error) bool { return statortest.IsAnswer(err) }
