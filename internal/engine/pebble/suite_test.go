package pebble

import (
	"testing"
	"time"

	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/engine/enginetest"
)

func TestSuite(t *testing.T) {
	for _, c := range []struct {
		name    string
		options Options
	}{
		{"disk", Options{}},
		{"memory", Options{Memory: true}},
		{"interval", Options{SyncInterval: time.Millisecond}},
	} {
		t.Run(c.name, func(t *testing.T) {
			enginetest.Run(t, func(t *testing.T) engine.Engine { return openTest(t, c.options) })
		})
	}
}
