package op

import (
	"context"
	"time"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/catalog"
)

// expiryCoolDown is how long time to live of a table stays as it is after a change of it. AWS says an hour; measured
// were a little more than 30 minutes.
const expiryCoolDown = 31 * time.Minute

// settlePoll is how often settle looks.
const settlePoll = 2 * time.Millisecond

var (
	errExpiryOn       = apierr.Validation("TimeToLive is already enabled")
	errExpiryOff      = apierr.Validation("TimeToLive is already disabled")
	errExpiryCoolDown = apierr.Validation("Time to live has been modified multiple times within a fixed interval")
)

// updateTimeToLive switches time to live of a table on or off. A worker makes the index that it needs, or removes it.
func (s *Service) updateTimeToLive(ctx context.Context, req api.Request, dst []byte) ([]byte, error) {
	in := req.(*api.UpdateTimeToLiveInput) //nolint:errcheck,forcetypeassert // routes say so
	name, refused := s.requiredTable(in.TableName)
	if refused != nil {
		return nil, refused
	}
	if refused := constrained(in); refused != nil {
		return nil, refused
	}
	attribute, on, now := in.TimeToLiveSpecification.AttributeName.V, in.TimeToLiveSpecification.Enabled.V, s.now().UTC()
	update := s.catalog.Free // to switch it off gives space back
	if on {
		update = s.catalog.Update
	}
	t, err := update(ctx, name, func(t *catalog.Table) error {
		if refused := expiryFree(t.Expiry, attribute, on, now); refused != nil {
			return refused
		}
		if on {
			t.SwitchExpiryOn(attribute, now)
		} else {
			t.SwitchExpiryOff(now)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if t == nil {
		return nil, apierr.NoTable(name)
	}
	s.settle(ctx, t)
	out := api.UpdateTimeToLiveOutput{TimeToLiveSpecification: in.TimeToLiveSpecification}
	return out.AppendJSON(dst), nil
}

// expiryFree refuses a change of x, time to live of a table, to what it is already, with another attribute than it has, or
// too soon after another change.
func expiryFree(x *catalog.Expiry, attribute string, on bool, now time.Time) *apierr.Error {
	switch kept := x.Kept(); {
	case !kept && !on:
		return errExpiryOff
	case kept && attribute != x.Attribute:
		return apierr.Validation("TimeToLive is active on a different AttributeName: current AttributeName is " + x.Attribute)
	case kept && on:
		return errExpiryOn
	case x != nil && (now.Sub(x.Changed) < expiryCoolDown || x.Deleting()):
		return errExpiryCoolDown
	}
	return nil
}

// settle waits until the change of time to live that led to t is through, but not long: for a table with few items
// it soon is, and with AWS it is when the operation returns.
func (s *Service) settle(ctx context.Context, t *catalog.Table) {
	for until := time.Now().Add(s.settleWait); time.Now().Before(until); {
		now := t.Latest()
		if now == nil {
			return
		}
		if _, unfinished := now.Build(t.Expiry.ID); !unfinished {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(settlePoll):
		}
	}
}
