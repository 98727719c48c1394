package api

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"guanji/internal/day"
	"guanji/internal/message"
	"guanji/internal/org"
	"guanji/internal/problem"
	"guanji/internal/standing"
)

// statement is an entry as it was made.
type statement struct {
	About     org.Subject     `json:"about" enum:"organization,system,transfer,notice"`
	Subject   string          `json:"subject" doc:"organization, or the id of a system, transfer or notice."`
	Key       string          `json:"key" doc:"The id of a fact; name for a name, notice for a notice."`
	Seq       int64           `json:"seq" doc:"Its number within the organization: what a change gives as seen."`
	Value     json.RawMessage `json:"value" doc:"null: asked, and not known."`
	TakenBack bool            `json:"taken_back,omitempty" doc:"It is as if nothing had ever been stated."`
	At        time.Time       `json:"at" doc:"When it was stated, in Beijing time."`
	By        string          `json:"by" doc:"The name of who stated it."`
	Origin    standing.Origin `json:"origin" enum:"asked,imported,called"`
	Source    string          `json:"source"`
	Sure      standing.Sure   `json:"sure" enum:"documented,stated,estimated"`
}

func statementOf(e standing.Entry) statement {
	return statement{e.About, e.Subject, e.Key, e.Seq, e.Value, e.Value == nil, e.At.In(day.Beijing), e.By, e.Origin, e.Source, e.Sure}
}

// statements lists what stands. Its mark is the seq of the last item.
func (s *server) statements(ctx context.Context, in *struct {
	OfOrganization
	Paging
}) (*list[statement], error) {
	state, err := s.Standing.State(ctx, in.Organization)
	if err != nil {
		return nil, err
	}
	entries, err := s.Standing.Store.Entries(ctx, in.Organization, in.After, state.Revision)
	if err != nil {
		return nil, err
	}
	stand := slices.DeleteFunc(entries, func(e standing.Entry) bool {
		now, ok := state.Entry(e.Ref)
		return !ok || now.Seq != e.Seq
	})
	body := page[statement]{Items: views(stand[:min(in.Limit, len(stand))], statementOf)}
	if len(stand) > in.Limit {
		body.Next = &body.Items[in.Limit-1].Seq
	}
	return replyOf(body), nil
}

func (s *server) history(ctx context.Context, in *struct {
	OfOrganization
	About   string `query:"about" required:"true" enum:"organization,system,transfer,notice"`
	Subject string `query:"subject" required:"true" doc:"organization, or the id of a system, transfer or notice."`
	Key     string `query:"key" required:"true" doc:"The id of a fact, or name or notice."`
	Paging
}) (*list[statement], error) {
	if _, err := s.Standing.State(ctx, in.Organization); err != nil {
		return nil, err
	}
	all, err := s.Standing.History(ctx, in.Organization, standing.Ref{About: org.Subject(in.About), Subject: in.Subject, Key: in.Key})
	if err != nil {
		return nil, err
	}
	return pageOf(in.Paging, views(all, statementOf)), nil
}

// change is a new statement of a fact.
type change struct {
	About     string          `json:"about" enum:"organization,system,transfer"`
	Subject   string          `json:"subject" doc:"organization, or the id of a system or transfer."`
	Key       string          `json:"key" doc:"The id of a fact."`
	Value     json.RawMessage `json:"value,omitempty" doc:"By the type of the fact: a bool, a number, the id of a value, or a list of ids. null: asked, and not known."`
	TakenBack bool            `json:"taken_back,omitempty" doc:"In place of a value: as if nothing had ever been stated."`
	Seen      *int64          `json:"seen,omitempty" minimum:"-1" doc:"The seq of the statement that the caller saw, 0 if there was none; -1 or absent: whatever stands."`
}

func (c change) ref() standing.Ref {
	return standing.Ref{About: org.Subject(c.About), Subject: c.Subject, Key: c.Key}
}

// mistake returns what is wrong with a change before anything is known of what
// stands, nil if nothing is. Names and notices have operations of their own,
// which check more.
func (c change) mistake() *message.M {
	var m message.M
	switch {
	case c.Key == standing.KeyName || c.Key == standing.KeyNotice:
		m = message.New("standing.no_fact", c.Key)
	case c.TakenBack == (c.Value != nil):
		m = message.New("api.value_or_none")
	default:
		return nil
	}
	return &m
}

// changesOf reads changes, each about something else.
func changesOf(list []change) ([]standing.Change, error) {
	var mistakes problem.Fields
	changes := make([]standing.Change, len(list))
	first := map[standing.Ref]bool{}
	for i, c := range list {
		m := c.mistake()
		if m == nil && first[c.ref()] {
			twice := message.New("api.twice")
			m = &twice
		}
		if m != nil {
			mistakes = append(mistakes, problem.Field{Name: fmt.Sprintf("body.changes[%d]", i), Msg: *m})
		}
		first[c.ref()] = true
		changes[i] = standing.Change{Ref: c.ref(), Value: c.Value, Seen: seen(c.Seen)}
	}
	return changes, mistakes.OrNil()
}

// inChanges names the mistakes in changes, which standing names by subject and
// key, by their place in the list.
func inChanges(err error, list []change) error {
	return at(err, func(field string) string {
		i := slices.IndexFunc(list, func(c change) bool { return c.Subject+"/"+c.Key == field })
		if i < 0 {
			return field
		}
		return fmt.Sprintf("body.changes[%d]", i)
	})
}

// newStatements is what is stated together.
type newStatements struct {
	Source  string   `json:"source,omitempty" doc:"Where it is from, in the caller's words; required if sure is documented."`
	Sure    string   `json:"sure,omitempty" enum:"documented,stated,estimated" doc:"How sure the caller is; stated if absent."`
	Changes []change `json:"changes" minItems:"1"`
}

// stated is what stands after statements.
type stated struct {
	Revision   int64       `json:"revision" doc:"The seq of the newest statement of the organization."`
	Statements []statement `json:"statements" doc:"What stands now of what was changed; what was taken back is not among it."`
}

func (s *server) state(ctx context.Context, in *struct {
	OfOrganization
	Body newStatements
}) (*reply[stated], error) {
	changes, err := changesOf(in.Body.Changes)
	if err != nil {
		return nil, err
	}
	by := author(ctx, strings.TrimSpace(in.Body.Source), standing.Sure(in.Body.Sure))
	if err := s.Standing.Append(ctx, in.Organization, changes, by); err != nil {
		return nil, inChanges(err, in.Body.Changes)
	}
	state, err := s.Standing.State(ctx, in.Organization)
	if err != nil {
		return nil, err
	}
	done := stated{Revision: state.Revision, Statements: []statement{}}
	for _, c := range changes {
		if e, ok := state.Entry(c.Ref); ok {
			done.Statements = append(done.Statements, statementOf(e))
		}
	}
	return replyOf(done), nil
}
