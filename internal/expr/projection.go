package expr

import (
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
)

// Projection is a parsed projection.
type Projection struct {
	refs []ref

	// What Bind returns if there are no placeholders.
	plain *BoundProjection
	err   *apierr.Error
}

// ParseProjection reads a projection: paths between commas.
func ParseProjection(text string) (*Projection, *apierr.Error) {
	p, err := newParser(ProjectionKind, text, nil)
	if err != nil {
		return nil, err
	}
	marked := false
	for {
		marked = p.refs[p.path()].marked || marked
		if !p.takeIf(",") {
			break
		}
	}
	if err := p.finish(updateFaults); err != nil {
		return nil, err
	}
	out := &Projection{refs: p.refs}
	if !marked {
		out.plain, out.err = out.bind(nil)
	}
	return out, nil
}

// BoundProjection chooses parts of items. It may be used concurrently and must not be changed.
type BoundProjection struct {
	paths []attr.Path
	mask  attr.Mask
}

// Bind returns what p means with the placeholders of s.
func (p *Projection) Bind(s *Scope) (*BoundProjection, *apierr.Error) {
	if p.plain != nil || p.err != nil {
		return p.plain, p.err
	}
	return p.bind(s)
}

func (p *Projection) bind(s *Scope) (*BoundProjection, *apierr.Error) {
	refs, err := bindAll(ProjectionKind, p.refs, s)
	if err != nil {
		return nil, err
	}
	out := &BoundProjection{paths: make([]attr.Path, len(refs))}
	for i := range refs {
		out.paths[i] = refs[i].path
	}
	if err := checkPaths(ProjectionKind, out.paths); err != nil {
		return nil, err
	}
	for _, path := range out.paths {
		out.mask.Add(path)
	}
	return out, nil
}

// Mask returns the parts that are chosen.
func (b *BoundProjection) Mask() *attr.Mask { return &b.mask }

// Paths returns the paths of the parts as they are written.
func (b *BoundProjection) Paths() []attr.Path { return b.paths }
