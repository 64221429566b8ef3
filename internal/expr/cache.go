package expr

import (
	"hash/maphash"
	"strings"
	"sync"

	"github.com/statordb/stator/internal/apierr"
)

// Bounds of a cache. What was parsed takes thirty times the memory of its text, and 75 times at worst.
const (
	cacheShards        = 16
	cacheBytesMax      = 512 << 10 // of the texts in one generation, all shards together
	cacheEntryBytes    = 128       // what an entry counts besides its text
	shardBytesMax      = cacheBytesMax / cacheShards
	cacheGenerationMax = 2
)

// Cache keeps what texts were parsed to, for those used last: those of expressions, and whole statements
// of a language that is made of them. Texts that are refused are not kept. It may be used concurrently;
// the zero Cache is ready.
type Cache struct {
	shards [cacheShards]cacheShard
}

// cacheShard has two generations: when the young one is full it becomes the old one, whose entries
// are then lost unless they are used again.
type cacheShard struct {
	mu          sync.RWMutex
	generations [cacheGenerationMax]map[cacheKey]any
	youngBytes  int
}

type cacheKey struct {
	kind Kind
	text string
}

var cacheSeed = maphash.MakeSeed()

// Condition is ParseCondition.
func (c *Cache) Condition(k Kind, text string) (*Condition, *apierr.Error) {
	return Cached(c, k, text, func(text string) (*Condition, *apierr.Error) { return ParseCondition(k, text) })
}

// Projection is ParseProjection.
func (c *Cache) Projection(text string) (*Projection, *apierr.Error) {
	return Cached(c, ProjectionKind, text, ParseProjection)
}

// Update is ParseUpdate.
func (c *Cache) Update(text string) (*Update, *apierr.Error) {
	return Cached(c, UpdateKind, text, ParseUpdate)
}

// KeyCondition is ParseKeyCondition.
func (c *Cache) KeyCondition(text string) (*KeyCondition, *apierr.Error) {
	return Cached(c, KeyConditionKind, text, ParseKeyCondition)
}

// Cached returns what c keeps for a text of kind k, or parses a copy of it, since text may be a part of a
// request. There is one T for a kind, and what parse returns is kept if it is no refusal: it must not change.
func Cached[T any](c *Cache, k Kind, text string, parse func(text string) (*T, *apierr.Error)) (*T, *apierr.Error) {
	if len(text) > TextBytesMax {
		return parse(text)
	}
	s := &c.shards[maphash.String(cacheSeed, text)%cacheShards]
	key := cacheKey{k, text}
	if kept, ok := s.get(key); ok {
		return kept.(*T), nil //nolint:errcheck // there is one T for a kind
	}
	key.text = strings.Clone(text)
	parsed, err := parse(key.text)
	if err == nil {
		s.put(key, parsed)
	}
	return parsed, err
}

// get returns what is kept under key, and keeps it for longer.
func (s *cacheShard) get(key cacheKey) (any, bool) {
	s.mu.RLock()
	kept, young := s.generations[0][key]
	old := false
	if !young {
		kept, old = s.generations[1][key]
	}
	s.mu.RUnlock()
	if old {
		key.text = strings.Clone(key.text)
		s.put(key, kept)
	}
	return kept, young || old
}

func (s *cacheShard) put(key cacheKey, parsed any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	size := len(key.text) + cacheEntryBytes
	if s.generations[0] == nil || s.youngBytes+size > shardBytesMax {
		s.generations[1], s.generations[0] = s.generations[0], map[cacheKey]any{}
		s.youngBytes = 0
	}
	if _, again := s.generations[0][key]; !again {
		s.youngBytes += size
	}
	s.generations[0][key] = parsed
}
