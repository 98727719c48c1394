package api

import (
	"context"

	"guanji/internal/message"
	"guanji/internal/org"
	"guanji/internal/problem"
	"guanji/internal/standing"
)

// unit is a system or a transfer.
type unit struct {
	ID   string       `json:"id"`
	Name message.Text `json:"name"`
	Seq  int64        `json:"seq" doc:"The seq of its name: what a change of the name gives as seen."`
}

func unitOf(state *standing.State, about org.Subject, id string) unit {
	return unit{id, state.Name(about, id), state.Seq(standing.Ref{About: about, Subject: id, Key: standing.KeyName})}
}

// OfSystem is the system that an operation is about.
type OfSystem struct {
	OfOrganization
	System string `path:"system" doc:"The id of a system."`
}

// OfTransfer is the transfer that an operation is about.
type OfTransfer struct {
	OfOrganization
	Transfer string `path:"transfer" doc:"The id of a transfer."`
}

// Listing is a list of what belongs to an organization.
type Listing struct {
	OfOrganization
	Paging
}

// adding is a new system or transfer of an organization.
type adding struct {
	OfOrganization
	Body newUnit
}

func (s *server) systems(ctx context.Context, in *Listing) (*list[unit], error) {
	return s.units(ctx, org.AboutSystem, in)
}

func (s *server) createSystem(ctx context.Context, in *adding) (*reply[unit], error) {
	return s.createUnit(ctx, org.AboutSystem, in)
}

func (s *server) renameSystem(ctx context.Context, in *struct {
	OfSystem
	Body newName
}) (*none, error) {
	return s.renameUnit(ctx, in.Organization, org.AboutSystem, in.System, in.Body)
}

func (s *server) deleteSystem(ctx context.Context, in *OfSystem) (*none, error) {
	return &none{}, s.Standing.Remove(ctx, in.Organization, org.AboutSystem, in.System, author(ctx, "", ""))
}

func (s *server) transfers(ctx context.Context, in *Listing) (*list[unit], error) {
	return s.units(ctx, org.AboutTransfer, in)
}

func (s *server) createTransfer(ctx context.Context, in *adding) (*reply[unit], error) {
	return s.createUnit(ctx, org.AboutTransfer, in)
}

func (s *server) renameTransfer(ctx context.Context, in *struct {
	OfTransfer
	Body newName
}) (*none, error) {
	return s.renameUnit(ctx, in.Organization, org.AboutTransfer, in.Transfer, in.Body)
}

func (s *server) deleteTransfer(ctx context.Context, in *OfTransfer) (*none, error) {
	return &none{}, s.Standing.Remove(ctx, in.Organization, org.AboutTransfer, in.Transfer, author(ctx, "", ""))
}

func (s *server) units(ctx context.Context, about org.Subject, in *Listing) (*list[unit], error) {
	state, err := s.Standing.State(ctx, in.Organization)
	if err != nil {
		return nil, err
	}
	return pageOf(in.Paging, views(state.Units(about), func(id string) unit { return unitOf(state, about, id) })), nil
}

func (s *server) createUnit(ctx context.Context, about org.Subject, in *adding) (*reply[unit], error) {
	if err := s.Standing.AddUnit(ctx, in.Organization, about, in.Body.ID, in.Body.Name.text(), author(ctx, "", "")); err != nil {
		return nil, err
	}
	state, err := s.Standing.State(ctx, in.Organization)
	if err != nil {
		return nil, err
	}
	return replyOf(unitOf(state, about, in.Body.ID)), nil
}

func (s *server) renameUnit(ctx context.Context, organization string, about org.Subject, id string, to newName) (*none, error) {
	if _, err := s.existing(ctx, organization, about, id); err != nil {
		return nil, err
	}
	return s.rename(ctx, organization, standing.Ref{About: about, Subject: id, Key: standing.KeyName}, to)
}

// existing returns what stands of an organization that has a system, transfer
// or notice.
func (s *server) existing(ctx context.Context, organization string, about org.Subject, id string) (*standing.State, error) {
	state, err := s.Standing.State(ctx, organization)
	if err != nil {
		return nil, err
	}
	if !state.Exists(about, id) {
		return nil, problem.New(problem.NotFound, "standing.no_subject", id)
	}
	return state, nil
}
