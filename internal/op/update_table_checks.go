package op

import (
	"slices"
	"strings"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
)

// updatable is what UpdateTable can change, as AWS lists it when nothing of it is asked for. Not all of
// it is in the service model.
var updatable = []string{
	"ProvisionedThroughput", "BillingMode", "UpdateStreamEnabled", "GlobalSecondaryIndexUpdates", "SSESpecification", "ReplicaUpdates",
	"MultiAccountReplicaReady", "ReplicaTransitRoleArn", "MultiRegionConsistency", "DeletionProtectionEnabled", "OnDemandThroughput",
	"WarmThroughput", "TableClass",
}

func updateClass(in *api.UpdateTableInput) *apierr.Error { return classKnown(in.TableClass) }

func askedOnDemand(in *api.UpdateTableInput) bool {
	return in.OnDemandThroughput != nil && firstGiven(onDemandFigures(in.OnDemandThroughput)) != ""
}

func askedWarm(in *api.UpdateTableInput) bool {
	return in.WarmThroughput != nil && firstGiven(warmFigures(in.WarmThroughput)) != ""
}

// asked counts what the request asks to change.
func asked(in *api.UpdateTableInput) (n int) {
	for _, given := range []bool{
		in.ProvisionedThroughput != nil, in.BillingMode.Set, in.StreamSpecification != nil, len(in.GlobalSecondaryIndexUpdates) > 0,
		in.SSESpecification != nil, in.ReplicaUpdates != nil, in.DeletionProtectionEnabled.Set, askedOnDemand(in), askedWarm(in),
		in.TableClass.Set, in.VectorIndexUpdates != nil, in.GlobalTableWitnessUpdates != nil,
		in.GlobalTableSettingsReplicationMode.Set, in.DisassociationProtectionEnabled.Set,
	} {
		if given {
			n++
		}
	}
	return n
}

// updateSomething refuses a request that changes nothing. An empty list of changes is none, and next to
// another change it is refused.
func updateSomething(in *api.UpdateTableInput) *apierr.Error {
	if asked(in) > 0 {
		if in.GlobalSecondaryIndexUpdates != nil && len(in.GlobalSecondaryIndexUpdates) == 0 {
			return apierr.Invalid("List of GlobalSecondaryIndexUpdates is empty")
		}
		return nil
	}
	missing := slices.DeleteFunc(slices.Clone(updatable), func(name string) bool {
		return name == "MultiRegionConsistency" && in.MultiRegionConsistency.Set
	})
	last := len(missing) - 1
	return apierr.Validation("At least one of " + strings.Join(missing[:last], ", ") + " or " + missing[last] + " is required")
}

// updateAlone refuses changes that do not go together. Of several such refusals the first wins.
func updateAlone(in *api.UpdateTableInput) *apierr.Error {
	others := asked(in) - 1
	onlyWithBilling := others
	if in.BillingMode.Set {
		onlyWithBilling--
	}
	for _, rule := range []struct {
		broken bool
		text   string
	}{
		{in.SSESpecification != nil && others > 0, "Server-Side Encryption modification must be the only operation in the request"},
		{in.TableClass.Set && others > 0, "TableClass modification must be the only operation in the request"},
		{in.DeletionProtectionEnabled.Set && others > 0, "DeletionProtection modification must be the only operation in the request"},
		{in.ReplicaUpdates != nil && others > 0, "Replica modification must be the only operation in the request"},
		{askedOnDemand(in) && onlyWithBilling > 0, "OnDemandThroughput can only be combined with BillingMode in an UpdateTable request"},
		{askedWarm(in) && createsIndex(in), "Create global secondary index cannot be specified when updating WarmThroughput"},
		{askedWarm(in) && others > 0, "WarmThroughput must be the only operation in the request"},
		{in.StreamSpecification != nil && (in.ProvisionedThroughput != nil || in.BillingMode.V == provisioned), "You cannot modify stream status while updating table IOPS"},
		{createsOrDeletesIndex(in) && in.ProvisionedThroughput != nil, "You cannot create or delete index while updating table IOPS"},
		{createsOrDeletesIndex(in) && in.StreamSpecification != nil, "You cannot create or delete index while changing stream status"},
	} {
		if rule.broken {
			return apierr.Invalid(rule.text)
		}
	}
	return nil
}

func createsIndex(in *api.UpdateTableInput) bool {
	return slices.ContainsFunc(in.GlobalSecondaryIndexUpdates, func(x api.GlobalSecondaryIndexUpdate) bool { return x.Create != nil })
}

func createsOrDeletesIndex(in *api.UpdateTableInput) bool {
	return slices.ContainsFunc(in.GlobalSecondaryIndexUpdates, func(x api.GlobalSecondaryIndexUpdate) bool {
		return x.Create != nil || x.Delete != nil
	})
}

// updateThroughput checks billing mode and provisioned throughput as far as the request tells.
func updateThroughput(in *api.UpdateTableInput) *apierr.Error {
	switch {
	case in.BillingMode.V == provisioned && in.ProvisionedThroughput == nil:
		return apierr.Invalid("ProvisionedThroughput must be specified when BillingMode is PROVISIONED")
	case in.BillingMode.V == onDemand && in.ProvisionedThroughput != nil:
		return apierr.Invalid(neitherWhenOnDemand)
	}
	return withinBounds(in.ProvisionedThroughput, "")
}

// updateIndexes checks the shape of changes of indexes.
func updateIndexes(in *api.UpdateTableInput) *apierr.Error {
	seen := make(map[string]bool, len(in.GlobalSecondaryIndexUpdates))
	for i := range in.GlobalSecondaryIndexUpdates {
		x := &in.GlobalSecondaryIndexUpdates[i]
		actions := 0
		for _, given := range []bool{x.Create != nil, x.Update != nil, x.Delete != nil} {
			if given {
				actions++
			}
		}
		name := updatedIndex(x)
		switch {
		case actions == 0:
			return apierr.Invalid("One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, " +
				"GlobalSecondaryIndexUpdate.Delete must not be null")
		case actions > 1:
			return apierr.Invalid("Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object")
		case seen[name]:
			return apierr.Invalid("Only one global secondary index update per index is allowed simultaneously. Index: " + name)
		}
		seen[name] = true
	}
	return nil
}

// updateIndexThroughput checks throughput of indexes as far as the request tells.
func updateIndexThroughput(in *api.UpdateTableInput) *apierr.Error {
	for i := range in.GlobalSecondaryIndexUpdates {
		var p *api.ProvisionedThroughput
		x := &in.GlobalSecondaryIndexUpdates[i]
		switch {
		case x.Create != nil:
			p = x.Create.ProvisionedThroughput
		case x.Update != nil:
			p = x.Update.ProvisionedThroughput
			if w := x.Update.WarmThroughput; w != nil && firstGiven(warmFigures(w)) == "" {
				return apierr.Invalid("WarmThroughput must have at least one of ReadUnitsPerSecond or WriteUnitsPerSecond specified for index: " +
					updatedIndex(x))
			}
		}
		if err := withinBounds(p, owner(updatedIndex(x))); err != nil {
			return err
		}
	}
	return nil
}

// updateIndexDefinitions checks new indexes. Every attribute of their keys must be defined in the
// request, even if the table defines it.
func updateIndexDefinitions(in *api.UpdateTableInput) *apierr.Error {
	for i := range in.GlobalSecondaryIndexUpdates {
		x := (*api.GlobalSecondaryIndex)(in.GlobalSecondaryIndexUpdates[i].Create)
		if x == nil {
			continue
		}
		if in.AttributeDefinitions == nil {
			return apierr.Invalid("AttributeDefinitions is not specified for index: " + x.IndexName.V)
		}
		if err := definedOnce(in.AttributeDefinitions); err != nil {
			return err
		}
		if err := globalDefined(x, in.AttributeDefinitions); err != nil {
			return err
		}
	}
	return nil
}

// onlyDeletesIndex reports whether the request does nothing else.
func onlyDeletesIndex(in *api.UpdateTableInput) bool {
	return asked(in) == 1 && len(in.GlobalSecondaryIndexUpdates) == 1 && in.GlobalSecondaryIndexUpdates[0].Delete != nil
}

// updatedIndex is the name of the index that x changes.
func updatedIndex(x *api.GlobalSecondaryIndexUpdate) string {
	switch {
	case x.Update != nil:
		return x.Update.IndexName.V
	case x.Create != nil:
		return x.Create.IndexName.V
	case x.Delete != nil:
		return x.Delete.IndexName.V
	}
	return ""
}

func updateEncryption(in *api.UpdateTableInput) *apierr.Error {
	return encryptionShaped(in.SSESpecification)
}
