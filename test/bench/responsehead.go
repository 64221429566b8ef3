package main

import (
	"bytes"
	"fmt"
)

// parseHead reads the status line and the few headers that matter into a and says how the body ends.
func parseHead(head []byte, a *answer) (framing, error) {
	*a = answer{}
	f := framing{length: -1}
	line, rest, _ := bytes.Cut(head, []byte("\r\n"))
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.")) || line[8] != ' ' {
		return f, fmt.Errorf("no HTTP/1 status line: %.60q", line)
	}
	a.close = line[7] == '0'
	status, ok := parseDecimal(line[9:12])
	if !ok || status < 100 {
		return f, fmt.Errorf("no status in %.60q", line)
	}
	a.status = int(status)
	for len(rest) > 2 {
		line, rest, _ = bytes.Cut(rest, []byte("\r\n"))
		name, value, ok := bytes.Cut(line, []byte(":"))
		if !ok {
			return f, fmt.Errorf("no header: %.60q", line)
		}
		if err := a.header(&f, name, bytes.TrimSpace(value)); err != nil {
			return f, err
		}
	}
	return f, nil
}

// header takes in one header. Only names of the right length are compared.
func (a *answer) header(f *framing, name, value []byte) error {
	switch {
	case len(name) == 14 && isName(name, "content-length"):
		n, ok := parseDecimal(value)
		if !ok || n > bodyBytesMax {
			return fmt.Errorf("Content-Length %.30q: %w", value, errBodyTooLong)
		}
		f.length = int(n)
	case len(name) == 11 && isName(name, "x-amz-crc32"):
		n, ok := parseDecimal(value)
		if !ok || n > 0xffffffff {
			return fmt.Errorf("the header x-amz-crc32 is no checksum: %.30q", value)
		}
		a.crc, a.hasCRC = uint32(n), true
	case len(name) == 17 && isName(name, "transfer-encoding"):
		f.chunked = isName(value, "chunked")
	case len(name) == 10 && isName(name, "connection"):
		a.close = isName(value, "close")
	}
	return nil
}

// isName compares without regard to case; want is in lower case.
func isName(b []byte, want string) bool {
	return bytes.EqualFold(b, []byte(want))
}

// parseDecimal reads a number of at most 18 digits.
func parseDecimal(b []byte) (int64, bool) {
	if len(b) == 0 || len(b) > 18 {
		return 0, false
	}
	var n int64
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}

// parseChunkSize reads the size of a chunk; an extension behind it is ignored.
func parseChunkSize(line []byte) (int, error) {
	digits, _, _ := bytes.Cut(line, []byte(";"))
	digits = bytes.TrimSpace(digits)
	if len(digits) == 0 || len(digits) > 7 {
		return 0, errChunk
	}
	n := 0
	for _, c := range digits {
		switch {
		case c >= '0' && c <= '9':
			n = n<<4 | int(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			n = n<<4 | int(c|0x20-'a'+10)
		default:
			return 0, errChunk
		}
	}
	return n, nil
}
