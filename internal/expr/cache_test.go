package expr

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

func TestCacheKeeps(t *testing.T) {
	var c Cache
	first, err := c.Condition(ConditionKind, "a = :v")
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := c.Condition(ConditionKind, "a = :v"); again != first {
		t.Error("the same text was parsed again")
	}
	if filter, _ := c.Condition(FilterKind, "a = :v"); filter == first {
		t.Error("a filter is not a condition")
	}
	if _, err := c.Update("a = :v"); err == nil || !strings.HasPrefix(err.Message, "Invalid UpdateExpression") {
		t.Errorf("an update: %v", err)
	}
	if _, err := c.Projection("a,"); err == nil {
		t.Error("a refusal was lost")
	}
	if k, err := c.KeyCondition("a = :v"); k == nil || err != nil {
		t.Errorf("a key condition: %v", err)
	}
}

// TestCacheBound puts far more into a cache than it may hold, and a text that is used all the time.
func TestCacheBound(t *testing.T) {
	var c Cache
	const often = "often = :v"
	first, _ := c.Condition(ConditionKind, often)
	for i := range 4 * cacheBytesMax / 1024 {
		_, _ = c.Condition(ConditionKind, fmt.Sprintf("a%d = :v%s", i, strings.Repeat(" ", 1000)))
		_, _ = c.Condition(ConditionKind, fmt.Sprintf("refused %d%s", i, strings.Repeat(" ", 1000)))
		if kept, _ := c.Condition(ConditionKind, often); kept != first {
			t.Fatal("a text that is used all the time was lost")
		}
	}
	size, refused := 0, 0
	for i := range c.shards {
		for _, generation := range c.shards[i].generations {
			for key := range generation {
				size += len(key.text) + cacheEntryBytes
				if strings.HasPrefix(key.text, "refused") {
					refused++
				}
			}
		}
	}
	if size > cacheGenerationMax*cacheBytesMax || size < cacheBytesMax/2 {
		t.Errorf("the cache holds %d bytes", size)
	}
	if refused > 0 {
		t.Errorf("%d refused texts are kept", refused)
	}
}

func TestCacheConcurrent(t *testing.T) {
	var c Cache
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range 1000 {
				u, err := c.Update(fmt.Sprintf("SET a%d = :v", i%50))
				if err != nil || u.refs[0].path[0].Name != fmt.Sprintf("a%d", i%50) {
					t.Errorf("got another update: %v", err)
				}
			}
		})
	}
	wg.Wait()
}
