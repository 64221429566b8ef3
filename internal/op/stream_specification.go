package op

import (
	"context"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/catalog"
)

// createStream checks the stream that CreateTable asks for.
func createStream(in *api.CreateTableInput) *apierr.Error {
	return viewWhereDue(in.StreamSpecification, "Table is being created with a stream enabled, UpdateViewType is required",
		"Table is being created with a stream disabled, UpdateViewType should not be specified")
}

// updateStream checks the stream that UpdateTable asks for, as far as the request tells.
func updateStream(in *api.UpdateTableInput) *apierr.Error {
	return viewWhereDue(in.StreamSpecification, "If stream is being enabled then UpdateViewType is required",
		"If stream is being disabled, then UpdateViewType must not be specified")
}

// viewWhereDue refuses a stream without a view, and a view without a stream.
func viewWhereDue(spec *api.StreamSpecification, missing, needless string) *apierr.Error {
	switch {
	case spec == nil || spec.StreamEnabled.V == spec.StreamViewType.Set:
		return nil
	case spec.StreamEnabled.V:
		return apierr.Invalid(missing)
	}
	return apierr.Invalid(needless)
}

// newStream is the stream that a table is given with spec: none, or one that the catalog will make.
func newStream(spec *api.StreamSpecification) *catalog.TableStream {
	if spec == nil || !spec.StreamEnabled.V {
		return nil
	}
	return &catalog.TableStream{View: spec.StreamViewType.V, On: true}
}

// stream switches the stream on or off. A stream that is on cannot change, not even into itself; one
// that is switched on again is another.
func (u *tableUpdate) stream(t *catalog.Table) *apierr.Error {
	spec := u.in.StreamSpecification
	if spec == nil {
		return nil
	}
	enable, on := spec.StreamEnabled.V, t.Log() != nil
	switch {
	case enable && on:
		return apierr.Validation("Table already has an enabled stream: TableName: " + t.Name)
	case enable:
		t.Stream = newStream(spec)
	case !on:
		return apierr.Validation("Table has no stream to disable: TableName: " + t.Name)
	default:
		t.Stream.On = false
	}
	return nil
}

// settle waits, once a stream has been switched on, for the writes that do not know of it yet, and lets the stream
// begin then: from there on it has every change. If the client goes away before that, a worker does it.
func (u *tableUpdate) settle(ctx context.Context, after *catalog.Table) error {
	if u.in.StreamSpecification == nil || after.Log() == nil {
		return nil
	}
	if err := u.service.store.Quiesce(ctx, after); err != nil {
		return err
	}
	return catalog.Visible(u.service.catalog.BeginStream(ctx, after))
}

// describeStreams adds to d what there is to say of the stream of t. That it is switched off is said by
// leaving it out; which stream was the last one is still said then.
func (s *Service) describeStreams(t *catalog.Table, d *api.TableDescription) {
	if t.Stream == nil {
		return
	}
	d.LatestStreamArn = api.Some(s.catalog.StreamARN(t.Name, t.Stream.Label))
	d.LatestStreamLabel = api.Some(t.Stream.Label)
	if t.Log() != nil {
		if x := s.catalog.Stream(t.Name, t.Stream.Label); x != nil && !x.Begun() {
			d.TableStatus = api.Some(statusUpdating)
		}
		d.StreamSpecification = &api.StreamSpecification{StreamEnabled: api.Some(true), StreamViewType: api.Some(t.Stream.View)}
	}
}
