package statortest

import (
	"errors"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/aws/smithy-go"
)

// What the environment may say of random runs.
const (
	longVariable = "STATOR_TEST_LONG"
	seedVariable = "STATOR_TEST_SEED"
)

// longFactor is how much longer long runs are.
const longFactor = 20

// Scaled returns n, or more of it in long runs.
func Scaled(n int) int {
	if os.Getenv(longVariable) == "" {
		return n
	}
	return n * longFactor
}

// Seed returns the seed of a run and logs it.
func Seed(t testing.TB) uint64 {
	t.Helper()
	seed := rand.Uint64()
	if text := os.Getenv(seedVariable); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("%s: %v", seedVariable, err)
		}
	}
	t.Logf("seed: %d", seed)
	return seed
}

// Random returns the randomness of one client of a run.
func Random(seed uint64, client int) *rand.Rand {
	return rand.New(rand.NewPCG(seed, uint64(client))) //nolint:gosec // repeatable on purpose
}

// IsAnswer tells whether an error of the SDK is an answer of the server. If not, nobody knows whether the
// operation was carried out.
func IsAnswer(err error) bool {
	var answer smithy.APIError
	return errors.As(err, &answer)
}
