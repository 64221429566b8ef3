package pebble

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strings"

	pebbledb "github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// A manifest is a sequence of records in blocks of 32 KiB, each record in one chunk or several:
//
//	+---------+--------+------+------------------+
//	| CRC (4) | len (2)| type | len bytes of data |   little-endian; the CRC is of type and data
//	+---------+--------+------+------------------+
//
// A block ends in zeros where no header fits or the writer chose so.
const (
	manifestBlockBytes = 32 << 10
	chunkHeaderBytes   = 7
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checkManifest finds damage in the manifest that Pebble takes for its end. Each record is synced
// before the next is written, so a sound record behind a bad one means that the bad one was sound
// once. A bad record at the very end is what a crash leaves. A store without a manifest is new.
func checkManifest(dir string, fs vfs.FS) (isNew bool, err error) {
	store, err := pebbledb.Peek(dir, fs)
	if err != nil {
		return false, err
	}
	if !store.Exists {
		return true, checkEmpty(dir, fs)
	}
	f, err := fs.Open(store.ManifestFilename)
	if err != nil {
		return false, err
	}
	err = checkChunks(f)
	return false, errors.Join(err, f.Close())
}

// checkEmpty refuses tables and logs without a manifest: Pebble would make a new store and delete them.
func checkEmpty(dir string, fs vfs.FS) error {
	names, err := fs.List(dir)
	if err != nil {
		return err
	}
	for _, name := range names {
		if !strings.HasPrefix(name, loadPrefix) && (strings.HasSuffix(name, ".sst") || strings.HasSuffix(name, ".log")) {
			return &CorruptError{Err: fmt.Errorf("there is %s, but no manifest", name)}
		}
	}
	return nil
}

func checkChunks(r io.Reader) error {
	block := make([]byte, manifestBlockBytes)
	bad := int64(-1)
	for at := int64(0); ; at += manifestBlockBytes {
		n, err := io.ReadFull(r, block)
		if err == io.EOF { // ReadFull returns it bare
			return nil
		}
		if err != nil && err != io.ErrUnexpectedEOF {
			return fmt.Errorf("cannot read the manifest: %w", err)
		}
		for b := block[:n]; len(b) >= chunkHeaderBytes; {
			size := chunkHeaderBytes + int(binary.LittleEndian.Uint16(b[4:]))
			if size == chunkHeaderBytes && b[6] == 0 {
				break // the rest of the block is not used
			}
			sound := size <= len(b) && chunkSum(b[6:size]) == binary.LittleEndian.Uint32(b)
			switch {
			case sound && bad >= 0:
				return &CorruptError{Err: fmt.Errorf("the record at %d of the manifest does not match its checksum", bad)}
			case !sound && bad < 0:
				bad = at + int64(n-len(b))
			}
			b = b[min(size, len(b)):]
		}
	}
}

// chunkSum is the CRC as chunks hold it: of data that may contain CRCs itself, so it is masked.
func chunkSum(b []byte) uint32 {
	c := crc32.Checksum(b, castagnoli)
	return (c>>15 | c<<17) + 0xa282ead8
}
