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
		t.Warm = atLeast(t.Warm, catalog.Units{Read: initialReadUnits, Write: initialWriteUnits})
	case mode == provisioned && t.Billing.OnDemand:
		t.Billing.OnDemand = false
		t.OnDemand = nil
	}
	return nil
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
	old, units := t.Provisioned, units(asked)
	if err := u.service.provisionedAllowed(asked); err != nil {
		return err
	}
	t.Provisioned.Units, t.Warm = units, atLeast(t.Warm, units)
	if u.before.Billing.OnDemand {
		return nil
	}
	if units == old.Units {
		return unchanged(units)
	}
	if units.Read > old.Read || units.Write > old.Write {
		t.Provisioned.Increased = u.now
	}
	if units.Read < old.Read || units.Write < old.Write {
		if err := decreasable(old, u.now); err != nil {
			return err
		}
		t.Provisioned.DecreasesToday = decreasesOn(old, u.now) + 1
		t.Provisioned.Decreased = u.now
	}
	return nil
}

// unchanged refuses throughput that is what the table has.
func unchanged(u catalog.Units) *apierr.Error {
	return apierr.Validationf("The provisioned throughput for the table will not change. The requested value equals the current value. "+
		"Current ReadCapacityUnits provisioned for the table: %[1]d. Requested ReadCapacityUnits: %[1]d. "+
		"Current WriteCapacityUnits provisioned for the table: %[2]d. Requested WriteCapacityUnits: %[2]d. "+
		"Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.", u.Read, u.Write)
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
	if err := onDemandInRange(asked, true); err != nil {
		return err
	}
	if err := u.service.figuresAllowed("OnDemandThroughput", onDemandFigures(asked)); err != nil {
		return err
	}
	merged := catalog.Units{}
	if t.OnDemand != nil {
		merged = *t.OnDemand
	}
	// What is left below zero is a maximum that the request clears.
	merged = catalog.Units{
		Read:  max(0, asked.MaxReadRequestUnits.Or(merged.Read)),
		Write: max(0, asked.MaxWriteRequestUnits.Or(merged.Write)),
	}
	if t.OnDemand = &merged; merged == (catalog.Units{}) {
		t.OnDemand = nil
	}
	return nil
}

// warm raises the warm throughput.
func (u *tableUpdate) warm(t *catalog.Table) *apierr.Error {
	if !askedWarm(u.in) {
		return nil
	}
	figures := warmFigures(u.in.WarmThroughput)
	for i, current := range [...]int64{t.Warm.Read, t.Warm.Write} {
		if f := figures[i]; f.Set && f.V < current {
			return apierr.Invalidf("Requested %s for WarmThroughput for table is lower than current WarmThroughput, "+
				"decreasing WarmThroughput is not supported", f.name)
		}
	}
	if err := u.service.figuresAllowed("WarmThroughput", figures); err != nil {
		return err
	}
	t.Warm = atLeast(t.Warm, catalog.Units{Read: figures[0].V, Write: figures[1].V})
	return nil
}
