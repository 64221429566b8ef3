package ttl

import "time"

// Pause returns how long the table called name is left alone now, and how long it would be after another failure.
func (w *Worker) Pause(name string) (now, next time.Duration) {
	s := w.sweepOf(name)
	return time.Until(s.notBefore), s.wait
}

// Hurry ends the pause of the table called name.
func (w *Worker) Hurry(name string) { w.sweepOf(name).notBefore = time.Time{} }

func (w *Worker) sweepOf(name string) *sweep {
	for _, s := range w.sweeps {
		if s.table.Name == name {
			return s
		}
	}
	return new(sweep)
}
