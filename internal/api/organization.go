package api

import (
	"context"

	"guanji/internal/message"
	"guanji/internal/org"
	"guanji/internal/standing"
)

// OfOrganization is the organization that an operation is about.
type OfOrganization struct {
	Organization string `path:"organization" doc:"The id of an organization."`
}

// organization is an organization in a list.
type organization struct {
	ID   string       `json:"id"`
	Name message.Text `json:"name"`
}

// nameIn is a name as it is given: one language may be left out. The pattern
// leaves out control characters, which an organization file cannot hold.
type nameIn struct {
	En string `json:"en,omitempty" pattern:"^[^\\x00-\\x1f\\x7f-\\x9f]*$"`
	Zh string `json:"zh,omitempty" pattern:"^[^\\x00-\\x1f\\x7f-\\x9f]*$"`
}

func (n nameIn) text() message.Text { return message.Text{En: n.En, Zh: n.Zh} }

// newUnit is what is given of a new organization, system or transfer.
type newUnit struct {
	ID   string `json:"id" doc:"a to z, 0 to 9 and hyphen; it stays."`
	Name nameIn `json:"name" doc:"In one language at least, which stands in for the other."`
}

func (s *server) organizations(ctx context.Context, in *struct{ Paging }) (*list[organization], error) {
	all, err := s.Standing.Organizations(ctx)
	if err != nil {
		return nil, err
	}
	return pageOf(in.Paging, views(all, func(o standing.Summary) organization { return organization{o.ID, o.Name} })), nil
}

func (s *server) createOrganization(ctx context.Context, in *struct{ Body newUnit }) (*reply[organization], error) {
	if err := s.Standing.Create(ctx, in.Body.ID, in.Body.Name.text(), author(ctx, "", "")); err != nil {
		return nil, err
	}
	state, err := s.Standing.State(ctx, in.Body.ID)
	if err != nil {
		return nil, err
	}
	return replyOf(organization{state.ID, state.Name(org.AboutOrganization, string(org.AboutOrganization))}), nil
}

// newName is another name, and what the caller saw of the old one.
type newName struct {
	Name nameIn `json:"name" doc:"In one language at least, which stands in for the other."`
	Seen *int64 `json:"seen,omitempty" minimum:"-1" doc:"The seq of the name that the caller saw; -1 or absent: whatever it is."`
}

func (s *server) renameOrganization(ctx context.Context, in *struct {
	OfOrganization
	Body newName
}) (*none, error) {
	return s.rename(ctx, in.Organization, standing.OfOrganization(standing.KeyName), in.Body)
}

// rename gives a name to what exists.
func (s *server) rename(ctx context.Context, organization string, r standing.Ref, to newName) (*none, error) {
	name, mistakes := standing.CheckUnit("id-is-not-changed", to.Name.text())
	if err := mistakes.OrNil(); err != nil {
		return nil, err
	}
	change := standing.Change{Ref: r, Value: standing.Encode(name), Seen: seen(to.Seen)}
	return &none{}, s.Standing.Append(ctx, organization, []standing.Change{change}, author(ctx, "", ""))
}

// seen is the statement that a caller says to have seen.
func seen(seq *int64) int64 {
	if seq == nil {
		return standing.Whatever
	}
	return *seq
}
