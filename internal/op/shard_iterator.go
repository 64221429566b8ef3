package op

import (
	"encoding/base64"
	"encoding/binary"
	"strings"
	"time"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/stream"
)

// A shard iterator has the ARN of its stream in front, and a 1, as AWS's have. Behind them is in Base64,
// sealed with the store's secret,
//
//	version | stream ID | sequence | number | milliseconds since 1970 | shard ID
//
// the time being when it was given out. So nobody can read with another iterator than one that the
// store has given out.
const (
	iteratorVersion  = 0x01
	iteratorMark     = "|1|"
	streamIDBytes    = 16
	iteratorHead     = 1 + streamIDBytes + 8 + 2 + 8
	iteratorDuration = 15 * time.Minute // from the DynamoDB Streams API
)

// iteratorEncoding writes iterators.
var iteratorEncoding = base64.StdEncoding

// errInvalidIterator is the refusal of what is no iterator of this store.
var errInvalidIterator = apierr.Validation("Invalid ShardIterator")

// shardIterator is a place in a shard from which GetRecords goes on.
type shardIterator struct {
	stream   *catalog.Stream
	shard    string
	position stream.Position
}

// iteratorText returns it as it is given out now.
func (s *Service) iteratorText(it *shardIterator) string {
	b := make([]byte, 0, iteratorHead+len(it.shard))
	b = append(append(b, iteratorVersion), it.stream.ID[:]...)
	b = binary.BigEndian.AppendUint64(b, it.position.Seq)
	b = binary.BigEndian.AppendUint16(b, it.position.N)
	b = binary.BigEndian.AppendUint64(b, uint64(s.now().UnixMilli())) //nolint:gosec // the clock is after 1970
	b = append(b, it.shard...)
	return s.arnOf(it.stream) + iteratorMark + s.iterators.SealText(iteratorEncoding, b)
}

// readIterator returns the iterator that was given out as text.
func (s *Service) readIterator(text string) (it shardIterator, refused *apierr.Error) {
	arn, sealed, _ := strings.Cut(text, iteratorMark)
	b, ok := s.iterators.UnsealText(iteratorEncoding, sealed)
	if !ok || len(b) < iteratorHead || b[0] != iteratorVersion {
		return it, errInvalidIterator
	}
	table, label, refused := s.parseStreamARN(arn)
	if refused != nil {
		return it, errInvalidIterator
	}
	if it.stream = s.catalog.Stream(table, label); it.stream == nil {
		return it, noStream(arn)
	}
	id, b := b[1:1+streamIDBytes], b[1+streamIDBytes:]
	if string(id) != string(it.stream.ID[:]) {
		return it, errInvalidIterator // the ARN is not the one that it had
	}
	it.position = stream.Position{Seq: binary.BigEndian.Uint64(b), N: binary.BigEndian.Uint16(b[8:])}
	it.shard = string(b[18:])
	issued := time.UnixMilli(int64(binary.BigEndian.Uint64(b[10:]))) //nolint:gosec // written from one
	if s.now().Sub(issued) > iteratorDuration {
		return it, apierr.ExpiredIterator()
	}
	return it, nil
}
