package keyspace

import "encoding/binary"

// expiryBytes is the length of what the key of an expiry entry has in front of the table key: the
// IndexID and the time.
const expiryBytes = 4 + 8

// Expiry appends the key of the entry that says when the item under the table key pk, sk expires, in
// seconds since 1970. Entries ascend by time. ix tells one switching-on of time to live from another.
func (id TableID) Expiry(dst []byte, ix IndexID, seconds uint64, pk, sk []byte) []byte {
	dst = id.expiries(dst, ix)
	dst = binary.BigEndian.AppendUint64(dst, seconds)
	dst = binary.AppendUvarint(dst, uint64(len(pk)))
	dst = append(dst, pk...)
	return append(dst, sk...)
}

// Expiries is the range of all such entries of one switching-on.
func (id TableID) Expiries(ix IndexID) (lo, hi []byte) { return between(id.expiries(nil, ix)) }

// ExpiriesBetween is the range of the entries of items that expire in [from, until).
func (id TableID) ExpiriesBetween(ix IndexID, from, until uint64) (lo, hi []byte) {
	lo = binary.BigEndian.AppendUint64(id.expiries(nil, ix), from)
	hi = binary.BigEndian.AppendUint64(id.expiries(nil, ix), until)
	return lo, hi
}

func (id TableID) expiries(dst []byte, ix IndexID) []byte {
	return binary.BigEndian.AppendUint32(id.prefix(dst, kindExpiry), uint32(ix))
}

// expiry takes what is behind the kind in the key of an expiry entry apart.
func (p *Parsed) expiry(b []byte) error {
	if len(b) < expiryBytes {
		return errKey
	}
	p.Index, p.Expiry = IndexID(binary.BigEndian.Uint32(b)), binary.BigEndian.Uint64(b[4:])
	n, w := binary.Uvarint(b[expiryBytes:])
	if b = b[expiryBytes:]; w <= 0 || n > uint64(len(b)-w) {
		return errKey
	}
	p.Kind, p.PK, p.SK = KindExpiry, b[w:w+int(n)], b[w+int(n):] //nolint:gosec // bounded by len(b)
	return nil
}
