// Package robustness is about what the real binary keeps when it is killed, crowded or fed with nonsense.
// It promises that nothing acknowledged is lost, that operations on one item are linearizable and transactions
// serializable, in an order that time does not refute, and that no
// request stops the server from answering the next one.
//
// STATOR_TEST_LONG=1 makes the runs twenty times as long. Every run logs its seed; STATOR_TEST_SEED repeats
// one, as far as the order of concurrent clients allows.
package robustness

import (
	"errors"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/aws/smithy-go"

	"github.com/statordb/stator/test/statortest"
)

func TestMain(m *testing.M) { os.Exit(statortest.Main(m)) }

// longFactor is how much longer long runs are.
const longFactor = 20

// scaled returns n, or more of it in long runs.
func scaled(n int) int {
	if os.Getenv("STATOR_TEST_LONG") == "" {
		return n
	}
	return n * longFactor
}

// newSeed returns the seed of a run and logs it.
func newSeed(t *testing.T) uint64 {
	t.Helper()
	seed := rand.Uint64()
	if text := os.Getenv("STATOR_TEST_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("STATOR_TEST_SEED: %v", err)
		}
	}
	t.Logf("seed: %d", seed)
	return seed
}

// newRandom returns the randomness of one client of a run.
func newRandom(seed uint64, client int) *rand.Rand {
	return rand.New(rand.NewPCG(seed, uint64(client))) //nolint:gosec // repeatable on purpose
}

// isAnswer tells whether an error of the SDK is an answer of the server. If not, nobody knows whether the
// operation was carried out.
func isAnswer(err error) bool {
	var answer smithy.APIError
	return errors.As(err, &answer)
}
