package server_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// Time to live of a table with few items is on when UpdateTimeToLive has answered, and then items whose time has come
// go by themselves.
func TestItemsExpire(t *testing.T) {
	r := start(t, vfs.NewMem())
	defer r.stop(t)
	r.do(t, "CreateTable", createMusic)
	put := func(pk string, in time.Duration) {
		r.do(t, "PutItem", fmt.Sprintf(`{"TableName":"music","Item":{"pk":{"S":%q},"at":{"N":"%d"}}}`, pk, time.Now().Add(in).Unix()))
	}
	put("before", -time.Hour)
	specification := `{"TimeToLiveSpecification":{"AttributeName":"at","Enabled":true}}`
	got := r.do(t, "UpdateTimeToLive", `{"TableName":"music",`+specification[1:])
	if got != specification {
		t.Errorf("UpdateTimeToLive: got %s", got)
	}
	if got := r.do(t, "DescribeTimeToLive", `{"TableName":"music"}`); got != `{"TimeToLiveDescription":{"AttributeName":"at","TimeToLiveStatus":"ENABLED"}}` {
		t.Errorf("DescribeTimeToLive: got %s", got)
	}
	put("after", -time.Hour)
	put("later", time.Hour)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for metrics := ""; !strings.Contains(metrics, "\nstator_ttl_deleted_total 2\n") || !strings.Contains(metrics, "\nstator_ttl_lag_seconds 0\n"); {
		<-tick.C
		metrics = r.get(t, "/metrics")
	}
	if got := r.do(t, "Scan", `{"TableName":"music"}`); !strings.Contains(got, `"Count":1`) || !strings.Contains(got, "later") {
		t.Errorf("Scan: got %s", got)
	}
}
