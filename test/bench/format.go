package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// table is a Markdown table that reads well as plain text too.
type table struct {
	head []string
	left int // so many columns are aligned to the left; 0: all
	rows [][]string
}

func (t *table) row(cells ...string) { t.rows = append(t.rows, cells) }

func (t *table) write(b *strings.Builder) {
	widths := make([]int, len(t.head))
	for _, cells := range append([][]string{t.head}, t.rows...) {
		for i, c := range cells {
			widths[i] = max(widths[i], utf8.RuneCountInString(c), 3)
		}
	}
	isLeft := func(column int) bool { return t.left == 0 || column < t.left }
	line := func(cells []string) {
		for i, c := range cells {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(c))
			if isLeft(i) {
				b.WriteString("| " + c + pad + " ")
			} else {
				b.WriteString("| " + pad + c + " ")
			}
		}
		b.WriteString("|\n")
	}
	line(t.head)
	for i, n := range widths {
		if isLeft(i) {
			b.WriteString("|" + strings.Repeat("-", n+2))
		} else {
			b.WriteString("|" + strings.Repeat("-", n+1) + ":")
		}
	}
	b.WriteString("|\n")
	for _, cells := range t.rows {
		line(cells)
	}
}

// load names the load of a trial.
func (r *result) load() string {
	if r.Rate == 0 {
		return fmt.Sprintf("closed, %d", r.Connections)
	}
	return fmt.Sprintf("%s/s over %d", thousands(float64(r.Rate)), r.Connections)
}

// ratioText is how a target compares with another one.
func (r *result) ratioText(target, other string, better func(*sample) float64) string {
	if target == other {
		return "1"
	}
	x, ok := r.ratio(target, other, better)
	if !ok {
		return "–"
	}
	return x.String()
}

func (s spread) String() string {
	return fmt.Sprintf("%s (%s–%s)", threeDigits(s.Median), threeDigits(s.Least), threeDigits(s.Most))
}

// slowest is the greatest latency over all rounds.
func (r *result) slowest(target string) time.Duration {
	var d time.Duration
	for _, s := range r.of(target) {
		d = max(d, s.Max)
	}
	return d
}

// cost is processor time for one answer.
func (r *result) cost(target string, pick func(*sample) time.Duration) string {
	d := r.latency(target, func(s *sample) time.Duration { return pick(s) / time.Duration(max(1, s.Answered)) })
	if d == 0 {
		return "–"
	}
	return short(d)
}

// short prints a duration with three digits and its unit.
func short(d time.Duration) string {
	switch {
	case d >= time.Second:
		return threeDigits(d.Seconds()) + " s"
	case d >= time.Millisecond:
		return threeDigits(d.Seconds()*1e3) + " ms"
	}
	return threeDigits(d.Seconds()*1e6) + " µs"
}

// threeDigits prints a figure with three significant digits, never in powers of ten.
func threeDigits(x float64) string {
	switch {
	case x >= 99.95:
		return strconv.FormatFloat(x, 'f', 0, 64)
	case x >= 9.995:
		return strconv.FormatFloat(x, 'f', 1, 64)
	}
	return strconv.FormatFloat(x, 'f', 2, 64)
}

// thousands prints a whole number in groups of three digits.
func thousands(x float64) string {
	digits := strconv.FormatFloat(x, 'f', 0, 64)
	var b strings.Builder
	for i, c := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(c)
	}
	return b.String()
}

func mebibytes(n int64) string {
	if n == 0 {
		return "–"
	}
	return threeDigits(float64(n)/(1<<20)) + " MiB"
}
