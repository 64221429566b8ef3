package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// fact is one line about the machine. Facts name no path, host or user.
type fact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// syncProbes is how many synced writes tell how fast the disk is.
const syncProbes = 200

func gatherFacts(cfg *config, dir string) []fact {
	return []fact{
		{"Date", time.Now().UTC().Format("2006-01-02 15:04 UTC")},
		{"Processor", fmt.Sprintf("%d × %s", runtime.NumCPU(), fieldOf("/proc/cpuinfo", "model name"))},
		{"Memory", fieldOf("/proc/meminfo", "MemTotal")},
		{"Load average at the start", loadAverage()},
		{"Kernel", runtime.GOOS + "/" + runtime.GOARCH + " " + firstLine("/proc/sys/kernel/osrelease")},
		{"Go", runtime.Version() + ", cgo " + cgoSetting(cfg)},
		{"File system of the data", fileSystem(dir)},
		{"1 KiB write and fsync there", fsyncMedian(dir)},
		{"Generator", fmt.Sprintf("own process, at most %d core(s)", cfg.clientProcs)},
	}
}

// fieldOf returns the value of the first "name : value" line of a file.
func fieldOf(file, name string) string {
	b, err := os.ReadFile(file) //nolint:gosec // a constant below /proc
	if err != nil {
		return "unknown"
	}
	for line := range strings.Lines(string(b)) {
		key, value, ok := strings.Cut(line, ":")
		if ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}

func firstLine(file string) string {
	b, err := os.ReadFile(file) //nolint:gosec // a constant below /proc
	if err != nil {
		return "unknown"
	}
	line, _, _ := bytes.Cut(b, []byte("\n"))
	return string(line)
}

func loadAverage() string {
	fields := strings.Fields(firstLine("/proc/loadavg"))
	return strings.Join(fields[:min(3, len(fields))], " ")
}

// cgoSetting tells how the bare handlers are built.
func cgoSetting(cfg *config) string {
	if cfg.stator == statorBuild {
		return "off"
	}
	switch buildSetting("CGO_ENABLED") {
	case "0":
		return "off"
	case "1":
		return "on"
	}
	return "unknown"
}

func buildSetting(key string) string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, s := range info.Settings {
		if s.Key == key {
			return s.Value
		}
	}
	return ""
}

// fileSystem returns the type of the file system that holds dir.
func fileSystem(dir string) string {
	b, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return "unknown"
	}
	full, err := filepath.Abs(dir)
	if err != nil {
		return "unknown"
	}
	return mountType(string(b), full)
}

// mountType finds the longest mount point above dir. A line reads: id parent device root mount-point
// options [tags …] - type source options.
func mountType(mounts, dir string) string {
	longest, kind := -1, "unknown"
	for line := range strings.Lines(mounts) {
		left, right, ok := strings.Cut(line, " - ")
		fields, rest := strings.Fields(left), strings.Fields(right)
		if !ok || len(fields) < 5 || len(rest) == 0 {
			continue
		}
		point := strings.TrimSuffix(fields[4], "/")
		if (dir == point || strings.HasPrefix(dir, point+"/")) && len(point) >= longest {
			longest, kind = len(point), rest[0]
		}
	}
	return kind
}

// fsyncMedian times the least that a durable write costs on the disk of dir.
func fsyncMedian(dir string) string {
	f, err := os.CreateTemp(dir, "fsync-")
	if err != nil {
		return "unknown"
	}
	defer func() { _ = f.Close() }()
	block := make([]byte, 1024)
	times := make([]time.Duration, 0, syncProbes)
	for range syncProbes {
		start := time.Now()
		if _, err := f.Write(block); err != nil {
			return "unknown"
		}
		if err := f.Sync(); err != nil {
			return "unknown"
		}
		times = append(times, time.Since(start))
	}
	slices.Sort(times)
	return short(times[len(times)/2]) + " (median)"
}
