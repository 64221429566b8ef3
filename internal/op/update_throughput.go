package op

import (
	"fmt"
	"time"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/catalog"
)

// neitherWhenOnDemand refuses provisioned throughput on a table on demand.
const neitherWhenOnDemand = "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"

// How often provisioned throughput may be decreased: so many times on a day of UTC, and after that again
// when so much time has gone by since the last decrease.
const (
	decreasesPerDay   = 4
	timePerDecrease   = time.Hour
	decreaseTimeStyle = "Monday, January 2, 2006 at 3:04:05 PM Coordinated Universal Time"
)

// billing changes the billing mode.
func (u *tableUpdate) billing(t *catalog.Table) *apierr.Error {
	switch mode := u.in.BillingMode.V; {
	case mode == onDemand && !t.Billing.OnDemand:
		t.Billing = catalog.Billing{OnDemand: true, Stated: true, SinceOnDemand: u.now}
		t.Provisioned.Units = catalog.Units{}
		t.Warm = atLeast(t.Warm, newWarm(nil, nil))
		u.indexesOnDemand(t)
	case mode == provisioned && t.Billing.OnDemand:
		t.Billing.OnDemand = false
		t.OnDemand = nil
		for i := range t.Indexes {
			t.Indexes[i].OnDemand = nil
		}
	}
	return nil
}

// indexesOnDemand takes the units of global indexes away. Unlike that of the table this counts as a
// decrease, as in AWS.
func (u *tableUpdate) indexesOnDemand(t *catalog.Table) {
	for i := range t.Indexes {
		ix := &t.Indexes[i]
		if ix.Local {
			continue
		}
		ix.Warm = atLeast(ix.Warm, newWarm(nil, nil))
		ix.Provisioned = catalog.Provisioned{
			Increased: ix.Provisioned.Increased, Decreased: u.now, DecreasesToday: decreasesOn(ix.Provisioned, u.now) + 1,
		}
	}
}

// provisioned changes the provisioned throughput. When the table was on demand that is neither an
// increase nor a decrease.
func (u *tableUpdate) provisioned(t *catalog.Table) *apierr.Error {
	asked := u.in.ProvisionedThroughput
	switch {
	case asked == nil:
		return nil
	case t.Billing.OnDemand:
		return apierr.Invalid(neitherWhenOnDemand)
	}
	if err := u.service.provisionedAllowed(asked, ""); err != nil {
		return err
	}
	if err := u.reprovision(&t.Provisioned, units(asked), ""); err != nil {
		return err
	}
	t.Warm = atLeast(t.Warm, t.Provisioned.Units)
	return nil
}

// reprovision changes the units that o has. When the table was on demand that is neither an increase
// nor a decrease.
func (u *tableUpdate) reprovision(p *catalog.Provisioned, to catalog.Units, o owner) *apierr.Error {
	old := *p
	p.Units = to
	if u.before.Billing.OnDemand {
		return nil
	}
	if to == old.Units {
		return unchanged(to, o)
	}
	if to.Read > old.Read || to.Write > old.Write {
		p.Increased = u.now
	}
	if to.Read < old.Read || to.Write < old.Write {
		if err := decreasable(old, u.now); err != nil {
			return err
		}
		p.DecreasesToday = decreasesOn(old, u.now) + 1
		p.Decreased = u.now
	}
	return nil
}

// unchanged refuses throughput that is what o has.
func unchanged(u catalog.Units, o owner) *apierr.Error {
	whole, each := "the table", "the table"
	if o != "" {
		whole, each = "the index "+string(o), "index "+string(o)
	}
	return apierr.Validationf("The provisioned throughput for %[1]s will not change. The requested value equals the current value. "+
		"Current ReadCapacityUnits provisioned for %[2]s: %[3]d. Requested ReadCapacityUnits: %[3]d. "+
		"Current WriteCapacityUnits provisioned for %[2]s: %[4]d. Requested WriteCapacityUnits: %[4]d. "+
		"Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.", whole, each, u.Read, u.Write)
}

// decreasesOn returns how often throughput was decreased on the day of now.
func decreasesOn(p catalog.Provisioned, now time.Time) int64 {
	if !day(p.Decreased).Equal(day(now)) {
		return 0
	}
	return p.DecreasesToday
}

// day is the beginning of the day of UTC.
func day(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

// decreasable refuses a decrease too many.
func decreasable(p catalog.Provisioned, now time.Time) *apierr.Error {
	today := decreasesOn(p, now)
	next := p.Decreased.Add(timePerDecrease)
	if tomorrow := day(now).AddDate(0, 0, 1); next.After(tomorrow) {
		next = tomorrow
	}
	if today < decreasesPerDay || !now.Before(next) {
		return nil
	}
	return apierr.LimitExceeded(fmt.Sprintf("Subscriber limit exceeded: Provisioned throughput decreases are limited within a given UTC day. "+
		"After the first %d decreases, each subsequent decrease in the same UTC day can be performed at most once every %d seconds. "+
		"Number of decreases today: %d. Last decrease at %s. Next decrease can be made at %s",
		decreasesPerDay, timePerDecrease/time.Second, today, p.Decreased.UTC().Format(decreaseTimeStyle), next.Format(decreaseTimeStyle)))
}

// onDemand changes the maxima of a table on demand, member by member.
func (u *tableUpdate) onDemand(t *catalog.Table) *apierr.Error {
	if !askedOnDemand(u.in) {
		return nil
	}
	asked := u.in.OnDemandThroughput
	if !t.Billing.OnDemand {
		return apierr.Invalidf("%s for OnDemandThroughput cannot be specified when the table BillingMode is PROVISIONED",
			firstGiven(onDemandFigures(asked)))
	}
	if err := onDemandInRange(asked, true, ""); err != nil {
		return err
	}
	if err := u.service.onDemandAllowed(asked, ""); err != nil {
		return err
	}
	t.OnDemand = mergeOnDemand(t.OnDemand, asked)
	return nil
}

// warm raises the warm throughput.
func (u *tableUpdate) warm(t *catalog.Table) *apierr.Error {
	if !askedWarm(u.in) {
		return nil
	}
	if err := raiseWarm(&t.Warm, u.in.WarmThroughput, ""); err != nil {
		return err
	}
	return u.service.warmAllowed(u.in.WarmThroughput, "")
}
