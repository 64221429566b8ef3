package server

import (
	"crypto/rand"

	"github.com/statordb/stator/internal/keyspace"
)

// randomID makes a UUID of version 4: 122 random bits.
func randomID() (id keyspace.TableID) {
	_, _ = rand.Read(id[:]) // never fails
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	return id
}
