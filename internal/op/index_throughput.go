package op

import (
	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/catalog"
)

// newThroughput refuses throughput that a new index of CreateTable cannot have.
func newThroughput(x *api.GlobalSecondaryIndex, payPerRequest bool) *apierr.Error {
	name, o := x.IndexName.V, owner(x.IndexName.V)
	switch {
	case payPerRequest && x.ProvisionedThroughput != nil:
		return apierr.Invalidf("ProvisionedThroughput should not be specified for index: %s when BillingMode is PAY_PER_REQUEST", name)
	case !payPerRequest && x.ProvisionedThroughput == nil:
		return apierr.Invalid("ProvisionedThroughput is not specified for index: " + name)
	}
	if err := withinBounds(x.ProvisionedThroughput, o); err != nil {
		return err
	}
	if d := x.OnDemandThroughput; d != nil && !payPerRequest {
		if figure := firstGiven(onDemandFigures(d)); figure != "" {
			return apierr.Invalidf("%s for OnDemandThroughput for index: %s cannot be specified when table BillingMode is PROVISIONED.", figure, name)
		}
	}
	if err := onDemandInRange(x.OnDemandThroughput, false, o); err != nil {
		return err
	}
	return warmEnough(x.WarmThroughput, x.ProvisionedThroughput, o)
}

// updateIndex changes the throughput of ix, an index of t.
func (u *tableUpdate) updateIndex(t *catalog.Table, ix *catalog.Index, x *api.UpdateGlobalSecondaryIndexAction) *apierr.Error {
	if err := u.throughputMode(t, x); err != nil {
		return err
	}
	o := owner(ix.Name)
	if err := u.service.allowed(x.ProvisionedThroughput, x.OnDemandThroughput, x.WarmThroughput, o); err != nil {
		return err
	}
	if p := x.ProvisionedThroughput; p != nil {
		if err := u.reprovision(&ix.Provisioned, units(p), o); err != nil {
			return err
		}
		ix.Warm = atLeast(ix.Warm, ix.Provisioned.Units)
	}
	ix.OnDemand = mergeOnDemand(ix.OnDemand, x.OnDemandThroughput)
	return raiseWarm(&ix.Warm, x.WarmThroughput, o)
}

// throughputMode refuses a change of throughput that does not go with the billing mode of t.
func (u *tableUpdate) throughputMode(t *catalog.Table, x *api.UpdateGlobalSecondaryIndexAction) *apierr.Error {
	name := x.IndexName.V
	onDemandGiven := x.OnDemandThroughput != nil && firstGiven(onDemandFigures(x.OnDemandThroughput)) != ""
	others := onDemandGiven || x.WarmThroughput != nil
	switch {
	case x.ProvisionedThroughput != nil && u.in.BillingMode.V == onDemand:
		return neitherForIndex(name)
	case t.Billing.OnDemand && (x.ProvisionedThroughput != nil || !others):
		return apierr.Invalidf("The only Updates for index: %s when TableThroughputMode is PAY_PER_REQUEST can be to OnDemandThroughput, WarmThroughput", name)
	case x.ProvisionedThroughput == nil && !others:
		return bothForIndex(name)
	}
	return indexOnDemand(t, x.OnDemandThroughput, true, owner(name))
}

// mergeOnDemand changes maxima member by member, and returns nil when none is left.
func mergeOnDemand(now *catalog.Units, asked *api.OnDemandThroughput) *catalog.Units {
	if asked == nil {
		return now
	}
	merged := catalog.Units{}
	if now != nil {
		merged = *now
	}
	// What is below zero is a maximum that the request clears.
	merged = catalog.Units{
		Read:  max(0, asked.MaxReadRequestUnits.Or(merged.Read)),
		Write: max(0, asked.MaxWriteRequestUnits.Or(merged.Write)),
	}
	if merged == (catalog.Units{}) {
		return nil
	}
	return &merged
}

// raiseWarm raises the warm throughput of o.
func raiseWarm(warm *catalog.Units, asked *api.WarmThroughput, o owner) *apierr.Error {
	if asked == nil {
		return nil
	}
	figures := warmFigures(asked)
	for i, current := range [...]int64{warm.Read, warm.Write} {
		if f := figures[i]; f.Set && f.V < current {
			return apierr.Invalidf("Requested %s for WarmThroughput for %s is lower than current WarmThroughput, "+
				"decreasing WarmThroughput is not supported", f.name, o.ofWarm())
		}
	}
	*warm = atLeast(*warm, catalog.Units{Read: figures[0].V, Write: figures[1].V})
	return nil
}

// answerIndexes shows indexes as UpdateTable does: those whose throughput changes are being updated,
// and still have the throughput that they had.
func (u *tableUpdate) answerIndexes(d *api.TableDescription, after *catalog.Table) {
	switched := u.before.Billing.OnDemand != after.Billing.OnDemand
	for i := range d.GlobalSecondaryIndexes {
		if x := &d.GlobalSecondaryIndexes[i]; switched && x.IndexStatus.V == statusActive {
			x.IndexStatus = api.Some(statusUpdating)
		}
	}
	for i := range u.in.GlobalSecondaryIndexUpdates {
		x := u.in.GlobalSecondaryIndexUpdates[i].Update
		if x == nil {
			continue
		}
		for j := range d.GlobalSecondaryIndexes {
			if shown := &d.GlobalSecondaryIndexes[j]; shown.IndexName == x.IndexName {
				u.answerIndex(shown, x, switched)
			}
		}
	}
}

func (u *tableUpdate) answerIndex(d *api.GlobalSecondaryIndexDescription, x *api.UpdateGlobalSecondaryIndexAction, switched bool) {
	before := u.before.Index(x.IndexName.V)
	if x.ProvisionedThroughput != nil || x.OnDemandThroughput != nil {
		if d.IndexStatus.V == statusActive {
			d.IndexStatus = api.Some(statusUpdating)
		}
		if !switched {
			u.answerUnits(d.ProvisionedThroughput, before.Provisioned)
		}
		d.OnDemandThroughput = answerOnDemand(d.OnDemandThroughput, x.OnDemandThroughput)
	}
	if d.WarmThroughput = describeIndexWarm(before.Warm); x.WarmThroughput != nil {
		d.WarmThroughput.Status = api.Some(statusUpdating)
	}
}
