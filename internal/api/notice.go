package api

import (
	"context"
	"fmt"

	"guanji/internal/day"
	"guanji/internal/message"
	"guanji/internal/org"
	"guanji/internal/problem"
	"guanji/internal/standing"
)

// OfNotice is the notice that an operation is about.
type OfNotice struct {
	OfOrganization
	Notice string `path:"notice" doc:"The id of a notice."`
}

// Paper is what a notice of designation says.
type Paper struct {
	NotifiedOn  day.Day  `json:"notified_on" nullable:"false" doc:"The day on which it was received."`
	By          string   `json:"by,omitempty" maxLength:"500" pattern:"^[^\\x00-\\x1f\\x7f-\\x9f]*$" doc:"The department that sent it."`
	Reference   string   `json:"reference,omitempty" maxLength:"500" pattern:"^[^\\x00-\\x1f\\x7f-\\x9f]*$" doc:"Its number; no state secrets."`
	Systems     []string `json:"systems,omitempty" doc:"The ids of the systems that it names; absent: it is not said which."`
	WithdrawnOn day.Day  `json:"withdrawn_on,omitzero" doc:"From this day on it no longer stands."`
}

// notice is a notice of designation.
type notice struct {
	ID  string `json:"id"`
	Seq int64  `json:"seq" doc:"What a change gives as seen."`
	Paper
}

func refOfNotice(id string) standing.Ref {
	return standing.Ref{About: standing.AboutNotice, Subject: id, Key: standing.KeyNotice}
}

func noticeOf(state *standing.State, id string) notice {
	return notice{id, state.Seq(refOfNotice(id)), Paper(state.Notice(id))}
}

// NewNotice is a notice of designation, and where it was read.
type NewNotice struct {
	Paper
	Source string `json:"source,omitempty" doc:"Where it is from, in the caller's words; required if sure is documented."`
	Sure   string `json:"sure,omitempty" enum:"documented,stated,estimated" doc:"How sure the caller is; stated if absent."`
}

// check fails if a notice names what is no system.
func (n NewNotice) check(state *standing.State) error {
	var mistakes problem.Fields
	for i, id := range n.Systems {
		if !state.Exists(org.AboutSystem, id) {
			mistakes = append(mistakes, problem.Field{Name: fmt.Sprintf("body.systems[%d]", i), Msg: message.New("standing.no_subject", id)})
		}
	}
	return mistakes.OrNil()
}

func (n NewNotice) author(ctx context.Context) standing.Author {
	return author(ctx, n.Source, standing.Sure(n.Sure))
}

func (s *server) notices(ctx context.Context, in *Listing) (*list[notice], error) {
	state, err := s.Standing.State(ctx, in.Organization)
	if err != nil {
		return nil, err
	}
	return pageOf(in.Paging, views(state.Units(standing.AboutNotice), func(id string) notice { return noticeOf(state, id) })), nil
}

func (s *server) createNotice(ctx context.Context, in *struct {
	OfOrganization
	Body NewNotice
}) (*reply[notice], error) {
	state, err := s.Standing.State(ctx, in.Organization)
	if err == nil {
		err = in.Body.check(state)
	}
	if err == nil {
		err = inNotice(s.Standing.AddNotice(ctx, in.Organization, standing.Notice(in.Body.Paper), in.Body.author(ctx)))
	}
	if err != nil {
		return nil, err
	}
	if state, err = s.Standing.State(ctx, in.Organization); err != nil {
		return nil, err
	}
	ids := state.Units(standing.AboutNotice) // the new one stands last
	return replyOf(noticeOf(state, ids[len(ids)-1])), nil
}

func (s *server) putNotice(ctx context.Context, in *struct {
	OfNotice
	Body struct {
		NewNotice
		Seen *int64 `json:"seen,omitempty" minimum:"-1" doc:"The seq of the notice that the caller saw; -1 or absent: whatever it says."`
	} `nameHint:"ChangedNotice"`
}) (*none, error) {
	state, err := s.existing(ctx, in.Organization, standing.AboutNotice, in.Notice)
	if err == nil {
		err = in.Body.check(state)
	}
	if err != nil {
		return nil, err
	}
	change := standing.Change{Ref: refOfNotice(in.Notice), Value: standing.Encode(standing.Notice(in.Body.Paper)), Seen: seen(in.Body.Seen)}
	return &none{}, inNotice(s.Standing.Append(ctx, in.Organization, []standing.Change{change}, in.Body.author(ctx)))
}

// inNotice names the mistake in a notice, which standing names by subject and
// key.
func inNotice(err error) error {
	return at(err, func(field string) string {
		if field == "source" || field == "sure" {
			return field
		}
		return "body"
	})
}

func (s *server) deleteNotice(ctx context.Context, in *OfNotice) (*none, error) {
	return &none{}, s.Standing.Remove(ctx, in.Organization, standing.AboutNotice, in.Notice, author(ctx, "", ""))
}
