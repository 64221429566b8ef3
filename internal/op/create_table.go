package op

import (
	"context"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/catalog"
)

// createTable makes a table. It is in use when the call returns, yet the answer says CREATING, as
// clients expect; the next DescribeTable says ACTIVE.
func (s *Service) createTable(ctx context.Context, req api.Request, dst []byte) ([]byte, error) {
	in := req.(*api.CreateTableInput) //nolint:errcheck,forcetypeassert // routes say so
	t, refused := s.newTable(in)
	if refused != nil {
		return nil, refused
	}
	created, err := s.catalog.Create(ctx, t)
	if err != nil {
		return nil, err
	}
	d, err := s.describe(ctx, created)
	if err != nil {
		return nil, err
	}
	answerCreated(d, in)
	out := api.CreateTableOutput{TableDescription: d}
	return out.AppendJSON(dst), nil
}

// answerCreated makes of the description of a new table what CreateTable answers.
func answerCreated(d *api.TableDescription, in *api.CreateTableInput) {
	d.TableStatus = api.Some(statusCreating)
	for i := range d.GlobalSecondaryIndexes {
		x := &d.GlobalSecondaryIndexes[i]
		x.IndexStatus, x.WarmThroughput = api.Some(statusCreating), nil
	}
	if d.BillingModeSummary != nil {
		d.BillingModeSummary.LastUpdateToPayPerRequestDateTime = api.Opt[float64]{}
	}
	if in.WarmThroughput == nil || firstGiven(warmFigures(in.WarmThroughput)) == "" {
		d.WarmThroughput = nil
	} else {
		d.WarmThroughput.Status = api.Some(statusUpdating)
	}
}

// newTable makes the checks of CreateTable, in their order, and returns the table that is asked for.
func (s *Service) newTable(in *api.CreateTableInput) (t catalog.Table, refused *apierr.Error) {
	name, err := s.givenTable(in.TableName)
	if err != nil {
		return t, err
	}
	err = firstRefusal(in,
		createMembers,
		createKeySizes,
		createBilling,
		createKey,
		indexLists,
		definitionsUsed,
		localIndexes,
		globalIndexes,
		indexNames,
		attributesProjected,
		createVectors,
		createStream,
		createEncryption,
		createClass,
		createTags,
		s.createAllowed,
		createBuilt,
	)
	if err != nil {
		return t, err
	}
	t.Name = name
	t.Attributes, t.Key = attributes(in.AttributeDefinitions), keyNames(in.KeySchema)
	t.Stream = newStream(in.StreamSpecification)
	t.Settings = s.newSettings(in)
	addIndexes(&t, in)
	return t, nil
}

// createBilling checks billing mode and throughput.
func createBilling(in *api.CreateTableInput) *apierr.Error {
	payPerRequest := in.BillingMode.V == onDemand
	switch {
	case payPerRequest && in.ProvisionedThroughput != nil:
		return apierr.Invalid(neitherWhenOnDemand)
	case !payPerRequest && in.ProvisionedThroughput == nil:
		return apierr.Invalid("ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED")
	}
	if err := withinBounds(in.ProvisionedThroughput, ""); err != nil {
		return err
	}
	if in.OnDemandThroughput != nil {
		if err := createOnDemand(in.OnDemandThroughput, payPerRequest); err != nil {
			return err
		}
	}
	return warmEnough(in.WarmThroughput, in.ProvisionedThroughput, "")
}

func createOnDemand(o *api.OnDemandThroughput, payPerRequest bool) *apierr.Error {
	if name := firstGiven(onDemandFigures(o)); name != "" && !payPerRequest {
		return apierr.Invalidf("%s for OnDemandThroughput cannot be specified when table BillingMode is PROVISIONED.", name)
	}
	return onDemandInRange(o, false, "")
}

// createKey checks the key of the table.
func createKey(in *api.CreateTableInput) *apierr.Error {
	if err := definedOnce(in.AttributeDefinitions); err != nil {
		return err
	}
	if err := keyDefined(in.KeySchema, in.AttributeDefinitions); err != nil {
		return err
	}
	return keyShaped(in.KeySchema)
}

func createVectors(in *api.CreateTableInput) *apierr.Error {
	if in.VectorIndexes != nil && in.BillingMode.V != onDemand {
		return apierr.Invalid("Vector indexes are only supported for PAY_PER_REQUEST tables")
	}
	return nil
}

func createEncryption(in *api.CreateTableInput) *apierr.Error {
	return encryptionShaped(in.SSESpecification)
}

func createClass(in *api.CreateTableInput) *apierr.Error { return classKnown(in.TableClass) }

func createTags(in *api.CreateTableInput) *apierr.Error { return tagsAllowed(in.Tags) }

func (s *Service) createAllowed(in *api.CreateTableInput) *apierr.Error {
	if err := s.allowed(in.ProvisionedThroughput, in.OnDemandThroughput, in.WarmThroughput, ""); err != nil {
		return err
	}
	for i := range in.GlobalSecondaryIndexes {
		x := &in.GlobalSecondaryIndexes[i]
		if err := s.allowed(x.ProvisionedThroughput, x.OnDemandThroughput, x.WarmThroughput, owner(x.IndexName.V)); err != nil {
			return err
		}
	}
	return nil
}

// createBuilt refuses what CreateTable cannot do yet.
func createBuilt(in *api.CreateTableInput) *apierr.Error {
	switch {
	case in.VectorIndexes != nil:
		return notBuilt("vector indexes")
	case in.ResourcePolicy.Set:
		return notBuilt("resource-based policies")
	case in.GlobalTableSourceArn.Set || in.GlobalTableSettingsReplicationMode.Set:
		return notBuilt("global tables")
	}
	return nil
}

// newSettings are the settings of a new table.
func (s *Service) newSettings(in *api.CreateTableInput) catalog.Settings {
	settings := catalog.Settings{
		Class:              newClass(in.TableClass),
		Encryption:         s.encryption(in.SSESpecification),
		DeletionProtection: in.DeletionProtectionEnabled.V,
		Tags:               tagged(nil, in.Tags),
	}
	if in.BillingMode.V == onDemand {
		settings.Billing = catalog.Billing{OnDemand: true, Stated: true}
	} else {
		settings.Provisioned.Units = units(in.ProvisionedThroughput)
	}
	settings.OnDemand = newOnDemand(in.OnDemandThroughput)
	settings.Warm = newWarm(in.WarmThroughput, in.ProvisionedThroughput)
	return settings
}
