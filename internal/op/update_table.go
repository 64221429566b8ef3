package op

import (
	"context"
	"slices"
	"time"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/catalog"
)

// updateTable changes one thing about a table. The change holds when the call returns; the answer
// still shows the table as it was, and UPDATING, where AWS takes time for the change.
func (s *Service) updateTable(ctx context.Context, req api.Request, dst []byte) ([]byte, error) {
	in := req.(*api.UpdateTableInput) //nolint:errcheck,forcetypeassert // routes say so
	name, refused := s.givenTable(in.TableName)
	if refused != nil {
		return nil, refused
	}
	refused = firstRefusal(in, updateMembers, updateKeySizes, updateClass, updateSomething, updateAlone, updateThroughput, updateStream,
		updateIndexes, updateIndexThroughput, updateIndexDefinitions, updateEncryption)
	if refused != nil {
		return nil, refused
	}
	u := tableUpdate{service: s, in: in, now: s.now().UTC()}
	update := s.catalog.Update
	if onlyDeletesIndex(in) {
		update = s.catalog.Free
	}
	after, err := update(ctx, name, u.apply)
	if err != nil {
		return nil, err
	}
	if after == nil {
		return nil, apierr.NoTable(name)
	}
	if err := u.settle(ctx, after); err != nil {
		return nil, err
	}
	d, err := u.answer(ctx, after)
	if err != nil {
		return nil, err
	}
	out := api.UpdateTableOutput{TableDescription: d}
	return out.AppendJSON(dst), nil
}

// tableUpdate is a request that has passed the checks for which no table is needed.
type tableUpdate struct {
	service *Service
	in      *api.UpdateTableInput
	now     time.Time
	before  catalog.Table // as the table was
}

// apply makes the change, or refuses it. It may run again.
func (u *tableUpdate) apply(t *catalog.Table) error {
	u.before = *t
	u.before.Indexes = slices.Clone(t.Indexes)
	steps := []func(*catalog.Table) *apierr.Error{
		u.stream, u.indexTargets, u.vectors, u.built, u.free,
		u.billing, u.provisioned, u.indexes, u.onDemand, u.warm, u.class, u.encryption, u.protection,
	}
	if refused := firstRefusal(t, steps...); refused != nil {
		return refused
	}
	return nil
}

func (u *tableUpdate) class(t *catalog.Table) *apierr.Error {
	if !u.in.TableClass.Set {
		return nil
	}
	return classify(t, u.in.TableClass.V, u.now)
}

func (u *tableUpdate) encryption(t *catalog.Table) *apierr.Error {
	if u.in.SSESpecification == nil {
		return nil
	}
	return u.service.encrypt(t, u.in.SSESpecification)
}

func (u *tableUpdate) protection(t *catalog.Table) *apierr.Error {
	t.DeletionProtection = u.in.DeletionProtectionEnabled.Or(t.DeletionProtection)
	return nil
}

// vectors refuses to delete a vector index: no table has one.
func (u *tableUpdate) vectors(t *catalog.Table) *apierr.Error {
	for i := range u.in.VectorIndexUpdates {
		if x := u.in.VectorIndexUpdates[i].Delete; x != nil {
			return apierr.ResourceNotFound("Requested resource not found: Index " + x.IndexName.V + " for table " + t.Name)
		}
	}
	return nil
}

// built refuses what UpdateTable cannot do yet.
func (u *tableUpdate) built(*catalog.Table) *apierr.Error {
	in := u.in
	switch {
	case in.VectorIndexUpdates != nil:
		return notBuilt("vector indexes")
	case in.ReplicaUpdates != nil || in.GlobalTableWitnessUpdates != nil || in.MultiRegionConsistency.Set ||
		in.GlobalTableSettingsReplicationMode.Set || in.DisassociationProtectionEnabled.Set:
		return notBuilt("global tables")
	}
	return nil
}

// answer describes the table after the change as UpdateTable does.
func (u *tableUpdate) answer(ctx context.Context, after *catalog.Table) (*api.TableDescription, error) {
	d, err := u.service.describe(ctx, after)
	if err != nil {
		return nil, err
	}
	in, before := u.in, &u.before
	switch {
	case in.BillingMode.Set || in.ProvisionedThroughput != nil:
		d.TableStatus = api.Some(statusUpdating)
		u.answerThroughput(d, after)
	case in.StreamSpecification != nil:
		d.TableStatus = api.Some(statusUpdating)
	case in.TableClass.Set:
		d.TableStatus = api.Some(statusUpdating)
		d.TableClassSummary = describeClass(before.Class)
	case in.SSESpecification != nil:
		if d.SSEDescription = describeEncryption(before.Encryption); d.SSEDescription == nil {
			d.SSEDescription = new(api.SSEDescription)
		}
		d.SSEDescription.Status = api.Some(statusUpdating)
	case askedWarm(in):
		d.WarmThroughput = describeWarm(before.Warm)
		d.WarmThroughput.Status = api.Some(statusUpdating)
	}
	if askedOnDemand(in) {
		d.OnDemandThroughput = answerOnDemand(d.OnDemandThroughput, in.OnDemandThroughput)
	}
	u.answerIndexes(d, after)
	return d, nil
}

// answerThroughput shows the units that were, with the times of the change, but with another billing
// mode the units that are.
func (u *tableUpdate) answerThroughput(d *api.TableDescription, after *catalog.Table) {
	d.WarmThroughput = describeWarm(u.before.Warm)
	if u.before.Billing.OnDemand != after.Billing.OnDemand {
		d.BillingModeSummary.LastUpdateToPayPerRequestDateTime = api.Opt[float64]{}
		return
	}
	u.answerUnits(d.ProvisionedThroughput, u.before.Provisioned)
}

func (u *tableUpdate) answerUnits(d *api.ProvisionedThroughputDescription, before catalog.Provisioned) {
	d.ReadCapacityUnits, d.WriteCapacityUnits = api.Some(before.Read), api.Some(before.Write)
	d.NumberOfDecreasesToday = api.Some(decreasesOn(before, u.now))
}

// answerOnDemand adds the maxima that a request clears to those that are left.
func answerOnDemand(left, asked *api.OnDemandThroughput) *api.OnDemandThroughput {
	if asked == nil || asked.MaxReadRequestUnits.V != cleared && asked.MaxWriteRequestUnits.V != cleared {
		return left
	}
	shown := api.OnDemandThroughput{}
	if left != nil {
		shown = *left
	}
	if asked.MaxReadRequestUnits.V == cleared {
		shown.MaxReadRequestUnits = asked.MaxReadRequestUnits
	}
	if asked.MaxWriteRequestUnits.V == cleared {
		shown.MaxWriteRequestUnits = asked.MaxWriteRequestUnits
	}
	return &shown
}
