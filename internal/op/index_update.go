package op

import (
	"slices"
	"strings"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
)

var (
	errIndexExists = apierr.Validation("Attempting to create an index which already exists")
	errOneOnline   = apierr.LimitExceeded("Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table")
)

// inUse is the refusal of a change for the state of what is to be changed.
func inUse(why string) *apierr.Error {
	return apierr.ResourceInUse("Attempt to change a resource which is still in use: " + why)
}

// indexTargets refuses changes of indexes that are not there or not in a state to be changed. A request
// that makes or removes two is refused before either is looked for.
func (u *tableUpdate) indexTargets(t *catalog.Table) *apierr.Error {
	online := u.onlineIndexes()
	if len(online) > 1 {
		return errOneOnline
	}
	for i := range u.in.GlobalSecondaryIndexUpdates {
		if err := indexTarget(t, &u.in.GlobalSecondaryIndexUpdates[i]); err != nil {
			return err
		}
	}
	another := func(ix catalog.Index) bool { return ix.State != catalog.IndexActive && ix.Name != online[0] }
	if len(online) == 1 && slices.ContainsFunc(t.Indexes, another) {
		return errOneOnline
	}
	return nil
}

// onlineIndexes are the names of the indexes that the request makes or removes.
func (u *tableUpdate) onlineIndexes() (names []string) {
	for i := range u.in.GlobalSecondaryIndexUpdates {
		if x := &u.in.GlobalSecondaryIndexUpdates[i]; x.Update == nil {
			names = append(names, updatedIndex(x))
		}
	}
	return names
}

func indexTarget(t *catalog.Table, x *api.GlobalSecondaryIndexUpdate) *apierr.Error {
	name := updatedIndex(x)
	place := " Table: " + t.Name + " Index: " + name
	switch ix := t.Index(name); {
	case ix == nil && x.Create != nil:
		return nil
	case ix == nil:
		return apierr.ResourceNotFound("Requested resource not found: Index " + name + " for table " + t.Name)
	case ix.State == catalog.IndexDeleting:
		return inUse("Index is being deleted." + place)
	case x.Create != nil:
		return errIndexExists
	case ix.Local && x.Delete != nil:
		return apierr.Validation("Cannot delete an index that is not a GlobalSecondaryIndex: " + name)
	case ix.Local:
		return apierr.Validation("Cannot update an index that is not a GlobalSecondaryIndex: " + name)
	case allocating(ix) && x.Delete != nil:
		return inUse("Index creation is in resource allocation phase. Retry deletion during backfilling phase or when the index is active." + place)
	case allocating(ix):
		return inUse("Index is being created but is not backfilling yet. " + place) // with two spaces
	}
	return nil
}

// free refuses changes of the table's throughput while an index is made known to writers or removed.
func (u *tableUpdate) free(t *catalog.Table) *apierr.Error {
	states := []struct {
		word, noun string
		in         func(*catalog.Index) bool
	}{
		{"created", "creation", allocating},
		{"deleted", "deletion", func(ix *catalog.Index) bool { return ix.State == catalog.IndexDeleting }},
	}
	mode := u.in.BillingMode
	provisions := u.in.ProvisionedThroughput != nil || mode.Set && (mode.V == onDemand) != t.Billing.OnDemand
	for _, state := range states {
		var names []string
		for i := range t.Indexes {
			if state.in(&t.Indexes[i]) {
				names = append(names, t.Indexes[i].Name)
			}
		}
		list := "[" + strings.Join(names, ", ") + "]"
		switch {
		case names == nil:
		case provisions:
			return inUse("Can't change table IOPS when an index is being " + state.word + ". Table: " + t.Name + " Indexes: " + list)
		case askedOnDemand(u.in):
			return inUse("OnDemandThroughput cannot be updated while index " + state.noun + " is in progress for indexes: " + list)
		}
	}
	return nil
}

// indexes makes the changes of indexes. Of one that is made or removed that is only the beginning: a
// worker does the rest.
func (u *tableUpdate) indexes(t *catalog.Table) *apierr.Error {
	for i := range u.in.GlobalSecondaryIndexUpdates {
		var err *apierr.Error
		switch x := &u.in.GlobalSecondaryIndexUpdates[i]; {
		case x.Create != nil:
			err = u.createIndex(t, (*api.GlobalSecondaryIndex)(x.Create))
		case x.Update != nil:
			err = u.updateIndex(t, t.Index(x.Update.IndexName.V), x.Update)
		default:
			ix := t.Index(x.Delete.IndexName.V)
			ix.State, ix.Filling = catalog.IndexDeleting, false
		}
		if err != nil {
			return err
		}
	}
	return u.allProvisioned(t)
}

// allProvisioned refuses to make a table provisioned without throughput for each of its indexes.
func (u *tableUpdate) allProvisioned(t *catalog.Table) *apierr.Error {
	if t.Billing.OnDemand || !u.before.Billing.OnDemand {
		return nil
	}
	for i := range t.Indexes {
		if ix := &t.Indexes[i]; !ix.Local && ix.Kept() && ix.Provisioned.Units == (catalog.Units{}) {
			return apierr.Invalid("ProvisionedThroughput must be specified for index: " + ix.Name)
		}
	}
	return nil
}

// createIndex begins to make an index.
func (u *tableUpdate) createIndex(t *catalog.Table, x *api.GlobalSecondaryIndex) *apierr.Error {
	if err := u.onlineThroughput(t, x); err != nil {
		return err
	}
	global, projected := 0, len(x.Projection.NonKeyAttributes)
	for i := range t.Indexes {
		projected += len(t.Indexes[i].Projection.Others)
		if !t.Indexes[i].Local {
			global++
		}
	}
	switch {
	case global >= globalIndexesMax:
		return apierr.LimitExceeded("Subscriber limit exceeded: Number of global secondary indexes exceeds per-table limit of 20")
	case projected > projectedMax:
		return errProjected
	}
	define(t, keyNames(x.KeySchema), u.in.AttributeDefinitions)
	t.AddIndex(newOnline(x, u.now))
	return nil
}

// define adds the definitions of the attributes called names that t does not define yet. Others are
// left as they are, whatever the request says of them.
func define(t *catalog.Table, names []string, definitions []api.AttributeDefinition) {
	for i := range definitions {
		name := definitions[i].AttributeName.V
		if slices.Contains(names, name) && t.Attribute(name) == (catalog.Attribute{}) {
			t.Attributes = append(t.Attributes, catalog.Attribute{Name: name, Type: attr.TypeNamed(definitions[i].AttributeType.V)})
		}
	}
}

// onlineThroughput refuses throughput that a new index of t cannot have. The words are other ones than
// those of CreateTable.
func (u *tableUpdate) onlineThroughput(t *catalog.Table, x *api.GlobalSecondaryIndex) *apierr.Error {
	name := x.IndexName.V
	switch {
	case t.Billing.OnDemand && x.ProvisionedThroughput != nil:
		return neitherForIndex(name)
	case !t.Billing.OnDemand && x.ProvisionedThroughput == nil:
		return bothForIndex(name)
	}
	if err := indexOnDemand(t, x.OnDemandThroughput, false, owner(name)); err != nil {
		return err
	}
	if err := warmEnough(x.WarmThroughput, x.ProvisionedThroughput, owner(name)); err != nil {
		return err
	}
	return u.service.allowed(x.ProvisionedThroughput, x.OnDemandThroughput, x.WarmThroughput, owner(name))
}

func neitherForIndex(name string) *apierr.Error {
	return apierr.Invalidf("Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: %s when BillingMode is PAY_PER_REQUEST", name)
}

func bothForIndex(name string) *apierr.Error {
	return apierr.Invalid("Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: " + name)
}

// indexOnDemand refuses maxima that o, an index of t, cannot have.
func indexOnDemand(t *catalog.Table, d *api.OnDemandThroughput, clears bool, o owner) *apierr.Error {
	if d == nil {
		return nil
	}
	if name := firstGiven(onDemandFigures(d)); name != "" && !t.Billing.OnDemand {
		return apierr.Invalidf("%s for OnDemandThroughput for %s cannot be specified when the table BillingMode is PROVISIONED", name, o.ofOnDemand())
	}
	return onDemandInRange(d, clears, o)
}
