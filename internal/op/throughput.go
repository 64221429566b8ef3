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

// owner is what throughput is for, by the name of an index, or the table itself if it is "".
type owner string

// ofOnDemand is how texts about on-demand throughput name o.
func (o owner) ofOnDemand() string {
	if o == "" {
		return "table"
	}
	return "index : " + string(o)
}

// ofWarm is how texts about warm throughput name o.
func (o owner) ofWarm() string {
	if o == "" {
		return "table"
	}
	return "index " + string(o)
}

// ofProvisioned is how texts about provisioned throughput add o, if it is an index.
func (o owner) ofProvisioned() string {
	if o == "" {
		return ""
	}
	return " for index " + string(o)
}

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
func withinBounds(p *api.ProvisionedThroughput, o owner) *apierr.Error {
	if p == nil {
		return nil
	}
	for _, f := range provisionedFigures(p) {
		if f.V > unitsMax {
			return apierr.Validationf("Given value %d for %s is out of bounds%s", f.V, f.name, o.ofProvisioned())
		}
	}
	return nil
}

// onDemandInRange refuses maxima that are no number of units. clears says that one may be cleared.
func onDemandInRange(d *api.OnDemandThroughput, clears bool, o owner) *apierr.Error {
	if d == nil {
		return nil
	}
	for _, f := range onDemandFigures(d) {
		if f.Set && f.V < 1 && (!clears || f.V != cleared) {
			return apierr.Invalidf("Requested %s for OnDemandThroughput for %s is outside of valid range", f.name, o.ofOnDemand())
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

// provisionedAllowed refuses provisioned throughput above what a table or an index may have.
func (s *Service) provisionedAllowed(p *api.ProvisionedThroughput, o owner) *apierr.Error {
	if p == nil {
		return nil
	}
	per := "table"
	if o != "" {
		per = "index"
	}
	for _, f := range provisionedFigures(p) {
		if f.V > tableUnitsMax {
			e := apierr.Validationf("The requested %s%s, %d, is above the per %s maximum for the account in %s. Per table maximum: %d. "+
				"Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.",
				f.name, o.ofProvisioned(), f.V, per, s.catalog.Region, tableUnitsMax)
			return apierr.LimitExceeded(e.Message)
		}
	}
	return nil
}

func (s *Service) onDemandAllowed(d *api.OnDemandThroughput, o owner) *apierr.Error {
	if d == nil {
		return nil
	}
	return s.figuresAllowed("OnDemandThroughput for "+o.ofOnDemand(), onDemandFigures(d))
}

func (s *Service) warmAllowed(w *api.WarmThroughput, o owner) *apierr.Error {
	if w == nil {
		return nil
	}
	return s.figuresAllowed("WarmThroughput for "+o.ofWarm(), warmFigures(w))
}

// figuresAllowed refuses figures above what a table or an index may have. what names them.
func (s *Service) figuresAllowed(what string, figures [2]figure) *apierr.Error {
	limits := [...]string{"TableMaxReadCapacityUnits", "TableMaxWriteCapacityUnits"}
	for i, f := range figures {
		if f.V > tableUnitsMax {
			return apierr.LimitExceeded("Subscriber limit exceeded: Requested " + f.name + " for " + what + " exceeds " +
				limits[i] + " of the account in region " + s.catalog.Region)
		}
	}
	return nil
}

// allowed refuses throughput above what a table or an index may have.
func (s *Service) allowed(p *api.ProvisionedThroughput, d *api.OnDemandThroughput, w *api.WarmThroughput, o owner) *apierr.Error {
	if err := s.provisionedAllowed(p, o); err != nil {
		return err
	}
	if err := s.onDemandAllowed(d, o); err != nil {
		return err
	}
	return s.warmAllowed(w, o)
}

// warmEnough refuses warm throughput below what o, which is new, has anyway: as much as p, or what there
// is on demand if p is nil.
func warmEnough(w *api.WarmThroughput, p *api.ProvisionedThroughput, o owner) *apierr.Error {
	if w == nil {
		return nil
	}
	least := newWarm(nil, p)
	for i, f := range warmFigures(w) {
		switch {
		case !f.Set || f.V >= [...]int64{least.Read, least.Write}[i]:
		case p == nil:
			return apierr.Invalidf("Requested %s for WarmThroughput for %s is lower than initial throughput for OnDemand. See: "+
				"https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html#on-demand-capacity-mode-initial",
				f.name, o.ofWarm())
		default:
			return apierr.Invalidf("Requested %s for WarmThroughput for %s is lower than %s of ProvisionedThroughput",
				f.name, o.ofWarm(), provisionedFigures(p)[i].name)
		}
	}
	return nil
}

// newWarm is the warm throughput of a new table or index: w, but no less than it has anyway.
func newWarm(w *api.WarmThroughput, p *api.ProvisionedThroughput) catalog.Units {
	warm := catalog.Units{Read: initialReadUnits, Write: initialWriteUnits}
	if p != nil {
		warm = units(p)
	}
	if w == nil {
		return warm
	}
	return atLeast(warm, catalog.Units{Read: w.ReadUnitsPerSecond.V, Write: w.WriteUnitsPerSecond.V})
}

// newOnDemand is the maxima of a new table or index, or nil if it has none.
func newOnDemand(d *api.OnDemandThroughput) *catalog.Units {
	if d == nil || firstGiven(onDemandFigures(d)) == "" {
		return nil
	}
	return &catalog.Units{Read: d.MaxReadRequestUnits.V, Write: d.MaxWriteRequestUnits.V}
}

// units are the figures of p, which has both.
func units(p *api.ProvisionedThroughput) catalog.Units {
	return catalog.Units{Read: p.ReadCapacityUnits.V, Write: p.WriteCapacityUnits.V}
}

// atLeast raises u to v, figure by figure.
func atLeast(u, v catalog.Units) catalog.Units {
	return catalog.Units{Read: max(u.Read, v.Read), Write: max(u.Write, v.Write)}
}
