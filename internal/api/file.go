package api

import (
	"context"
	"strings"

	"guanji/internal/standing"
)

// fileReply is an organization file.
type fileReply struct {
	Type string `header:"Content-Type"`
	Body []byte
}

func (s *server) exportFile(ctx context.Context, in *OfOrganization) (*fileReply, error) {
	state, err := s.Standing.State(ctx, in.Organization)
	if err != nil {
		return nil, err
	}
	data, err := s.Standing.Export(state)
	return &fileReply{yamlType, data}, err
}

// Importing is an organization file and how to take it.
type Importing struct {
	Whole   bool   `query:"whole" doc:"Take back what the file does not hold."`
	Source  string `query:"source" doc:"Where the file is from, in the caller's words."`
	Sure    string `query:"sure" enum:"documented,stated,estimated" default:"stated" doc:"How sure the caller is of it."`
	RawBody []byte
}

// imported is what an organization file changed.
type imported struct {
	Organization string `json:"organization"`
	Created      bool   `json:"created" doc:"The organization is new."`
	Added        int    `json:"added" doc:"Statements about what nothing was stated of."`
	Changed      int    `json:"changed" doc:"Statements that replace others."`
	TakenBack    int    `json:"taken_back" doc:"Statements that the file does not hold."`
}

func (s *server) importOrganization(ctx context.Context, in *Importing) (*reply[imported], error) {
	return s.take(ctx, "", in)
}

func (s *server) importFile(ctx context.Context, in *struct {
	OfOrganization
	Importing
}) (*reply[imported], error) {
	return s.take(ctx, in.Organization, &in.Importing)
}

func (s *server) take(ctx context.Context, only string, in *Importing) (*reply[imported], error) {
	done, err := s.Standing.Import(ctx, only, "body", in.RawBody, in.Whole, author(ctx, in.Source, standing.Sure(in.Sure)))
	if err != nil {
		return nil, at(err, func(field string) string { return "query." + strings.TrimPrefix(field, "body.") })
	}
	return replyOf(imported(done)), nil
}
