package op

import (
	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/catalog"
)

// Words of members and of what is said of them.
const (
	provisioned = "PROVISIONED"
	onDemand    = "PAY_PER_REQUEST"
)

// Limits that DescribeLimits reports.
const (
	accountUnitsMax = 80_000
	tableUnitsMax   = 40_000
)

// unitsMax is the figure above which AWS takes no throughput for one.
const unitsMax = 1_000_000_000_000

// The throughput that a new table on demand serves at once.
const (
	initialReadUnits  = 12_000
	initialWriteUnits = 4_000
)

// cleared is the maximum that takes a maximum away.
const cleared = -1

// figure is a number of units in a request, under the name of its member.
type figure struct {
	name string
	api.Opt[int64]
}

func provisionedFigures(p *api.ProvisionedThroughput) [2]figure {
	return [...]figure{{"ReadCapacityUnits", p.ReadCapacityUnits}, {"WriteCapacityUnits", p.WriteCapacityUnits}}
}

func onDemandFigures(o *api.OnDemandThroughput) [2]figure {
	return [...]figure{{"MaxReadRequestUnits", o.MaxReadRequestUnits}, {"MaxWriteRequestUnits", o.MaxWriteRequestUnits}}
}

func warmFigures(w *api.WarmThroughput) [2]figure {
	return [...]figure{{"ReadUnitsPerSecond", w.ReadUnitsPerSecond}, {"WriteUnitsPerSecond", w.WriteUnitsPerSecond}}
}

// withinBounds refuses provisioned throughput that is no number of units.
func withinBounds(p *api.ProvisionedThroughput) *apierr.Error {
	if p == nil {
		return nil
	}
	for _, f := range provisionedFigures(p) {
		if f.V > unitsMax {
			return apierr.Validationf("Given value %d for %s is out of bounds", f.V, f.name)
		}
	}
	return nil
}

// onDemandInRange refuses maxima that are no number of units. clears says that one may be cleared.
func onDemandInRange(o *api.OnDemandThroughput, clears bool) *apierr.Error {
	for _, f := range onDemandFigures(o) {
		if f.Set && f.V < 1 && (!clears || f.V != cleared) {
			return apierr.Invalidf("Requested %s for OnDemandThroughput for table is outside of valid range", f.name)
		}
	}
	return nil
}

// firstGiven returns the name of the first figure that is given, or "". AWS takes a structure without
// figures for none.
func firstGiven(figures [2]figure) string {
	for _, f := range figures {
		if f.Set {
			return f.name
		}
	}
	return ""
}

// provisionedAllowed refuses provisioned throughput above what a table may have.
func (s *Service) provisionedAllowed(p *api.ProvisionedThroughput) *apierr.Error {
	if p == nil {
		return nil
	}
	for _, f := range provisionedFigures(p) {
		if f.V > tableUnitsMax {
			e := apierr.Validationf("The requested %s, %d, is above the per table maximum for the account in %s. Per table maximum: %d. "+
				"Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.",
				f.name, f.V, s.catalog.Region, tableUnitsMax)
			return apierr.LimitExceeded(e.Message)
		}
	}
	return nil
}

// figuresAllowed refuses figures of the structure called what above what a table may have.
func (s *Service) figuresAllowed(what string, figures [2]figure) *apierr.Error {
	limits := [...]string{"TableMaxReadCapacityUnits", "TableMaxWriteCapacityUnits"}
	for i, f := range figures {
		if f.V > tableUnitsMax {
			return apierr.LimitExceeded("Subscriber limit exceeded: Requested " + f.name + " for " + what + " for table exceeds " +
				limits[i] + " of the account in region " + s.catalog.Region)
		}
	}
	return nil
}

// allowed refuses throughput above what a table may have.
func (s *Service) allowed(p *api.ProvisionedThroughput, o *api.OnDemandThroughput, w *api.WarmThroughput) *apierr.Error {
	if err := s.provisionedAllowed(p); err != nil {
		return err
	}
	if o != nil {
		if err := s.figuresAllowed("OnDemandThroughput", onDemandFigures(o)); err != nil {
			return err
		}
	}
	if w != nil {
		return s.figuresAllowed("WarmThroughput", warmFigures(w))
	}
	return nil
}

// units are the figures of p, which has both.
func units(p *api.ProvisionedThroughput) catalog.Units {
	return catalog.Units{Read: p.ReadCapacityUnits.V, Write: p.WriteCapacityUnits.V}
}

// atLeast raises u to v, figure by figure.
func atLeast(u, v catalog.Units) catalog.Units {
	return catalog.Units{Read: max(u.Read, v.Read), Write: max(u.Write, v.Write)}
}
