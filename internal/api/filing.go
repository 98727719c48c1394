package api

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"guanji/internal/day"
	"guanji/internal/evidence"
	"guanji/internal/filing"
	"guanji/internal/ledger"
	"guanji/internal/problem"
)

// OfFiled is the thing filed that an operation is about.
type OfFiled struct {
	OfOrganization
	Seq int64 `path:"seq" minimum:"1" doc:"The seq of something filed."`
}

// Seeing is what a caller saw of the book before adding to it.
type Seeing struct {
	Seen *int64 `json:"seen,omitempty" minimum:"-1" doc:"The revision of list-evidence that the caller saw; if something was filed since, nothing is filed and the answer is 409. So a request that is sent again files nothing twice. -1 or absent: whatever was filed."`
}

// evidencePage is a part of the book of an organization.
type evidencePage struct {
	Items    []Filed `json:"items"`
	Next     *int64  `json:"next" doc:"What to give as after for the page that follows; null on the last page."`
	Revision int64   `json:"revision" doc:"The seq of what was filed last, 0 if nothing was: what is given as seen."`
}

// book returns all that an organization filed. It fails with
// [problem.NotFound] if there is no such organization.
func (s *server) book(ctx context.Context, organization string) (*evidence.Book, error) {
	if _, err := s.Standing.State(ctx, organization); err != nil {
		return nil, err
	}
	return s.Filing.Book(ctx, organization)
}

// Finding is which of the things filed are asked for.
type Finding struct {
	Type    string `query:"type" enum:"record,plan,event,assignment,end" doc:"Only those of a type."`
	Duty    string `query:"duty" doc:"Only those about the duty with this id; ends are about none."`
	Kind    string `query:"kind" doc:"Only records of the kind of evidence with this id."`
	Subject string `query:"subject" doc:"Only those filed for organization, for systems/*, or for the system with this id."`
}

func (f Finding) takes(i evidence.Item) bool {
	subject, _ := i.SubjectOf()
	return (f.Type == "" || f.Type == typeOf(i)) && (f.Duty == "" || slices.Contains(i.DutyIDs(), f.Duty)) &&
		(f.Kind == "" || i.Record != nil && i.Record.Kind == f.Kind) && (f.Subject == "" || subject == f.Subject)
}

// checkFinding fails for a duty or kind that is none, where an empty list
// would look like an answer.
func (s *server) checkFinding(f Finding) error {
	if f.Kind != "" && !s.Filing.Catalogue.Kinds[f.Kind] {
		return wrong("query.kind", "filing.no_kind", f.Kind)
	}
	return s.checkDuty(f.Duty)
}

func (s *server) checkDuty(id string) error {
	if id != "" && !s.Filing.Catalogue.Duties[id] {
		return wrong("query.duty", "api.no_duty", id)
	}
	return nil
}

// evidences lists what was filed. Its mark is the seq of the last item.
func (s *server) evidences(ctx context.Context, in *struct {
	OfOrganization
	Finding
	Paging
}) (*reply[evidencePage], error) {
	if err := s.checkFinding(in.Finding); err != nil {
		return nil, err
	}
	book, err := s.book(ctx, in.Organization)
	if err != nil {
		return nil, err
	}
	body := evidencePage{Items: []Filed{}, Revision: book.Revision()}
	for _, f := range book.Filed {
		if f.Seq <= in.After || !in.takes(f.Item) {
			continue
		}
		if len(body.Items) == in.Limit {
			body.Next = &body.Items[in.Limit-1].Seq
			break
		}
		body.Items = append(body.Items, filedOf(book, f))
	}
	return replyOf(body), nil
}

// filedLeaf is something filed, with the leaf of the ledger that tells of it.
type filedLeaf struct {
	Filed
	Leaf int64 `json:"leaf" doc:"The number of the leaf of the ledger that tells of it: get-leaf, get-proof."`
}

func (s *server) evidence(ctx context.Context, in *OfFiled) (*reply[filedLeaf], error) {
	book, err := s.book(ctx, in.Organization)
	if err != nil {
		return nil, err
	}
	f, ok := book.Get(in.Seq)
	if !ok {
		return nil, problem.New(problem.NotFound, "filing.none", in.Seq)
	}
	return s.withLeaf(ctx, in.Organization, filedOf(book, f))
}

func (s *server) withLeaf(ctx context.Context, organization string, f Filed) (*reply[filedLeaf], error) {
	rows, err := s.Record.Store.About(ctx, ledger.Filed, organization, strconv.FormatInt(f.Seq, 10))
	if err == nil && len(rows) == 0 {
		err = problem.New(problem.Internal, "api.internal") // each is written with its leaf
	}
	if err != nil {
		return nil, err
	}
	return replyOf(filedLeaf{f, rows[len(rows)-1].Number}), nil
}

// filedNow is the answer to filing.
type filedNow struct {
	Location string `header:"Location"`
	Body     filedLeaf
}

// file files an item in the name of the caller, unless something was filed
// that the caller did not see.
func (s *server) file(ctx context.Context, organization string, item evidence.Item, saw Seeing) (*filedNow, error) {
	book, err := s.book(ctx, organization)
	if err != nil {
		return nil, err
	}
	revision := int64(filing.AnyRevision)
	if saw.Seen != nil {
		revision = *saw.Seen
	}
	filed, err := s.Filing.FileAt(ctx, organization, callerOf(ctx).Name, revision, item)
	if moved, ok := errors.AsType[*problem.Error](err); ok && moved.Msg.Key == "filing.moved" {
		err = problem.New(problem.Conflict, "api.filed_since", revision).Because(err)
	}
	if err != nil {
		return nil, err
	}
	done, err := s.withLeaf(ctx, organization, filedOf(book, filed[0]))
	if err != nil {
		return nil, err
	}
	return &filedNow{pathOf("organizations", organization, "evidence", strconv.FormatInt(filed[0].Seq, 10)), done.Body}, nil
}

// NewRecord is evidence to be filed.
type NewRecord struct {
	Record
	Seeing
}

func (s *server) createRecord(ctx context.Context, in *struct {
	OfOrganization
	Body NewRecord
}) (*filedNow, error) {
	done, err := s.file(ctx, in.Organization, in.Body.item(), in.Body.Seeing)
	return done, at(err, inRecord)
}

// inRecord returns the member in which a mistake lies: how evidence was come
// by has members of its own here.
func inRecord(field string) string {
	switch field {
	case "method":
		return "method.kind"
	case "run", "tool", "version", "who":
		return "method." + field
	case "of":
		return "supersedes"
	}
	return field
}

// NewPlan is an order or plan to be filed.
type NewPlan struct {
	Plan
	Seeing
}

func (s *server) createPlan(ctx context.Context, in *struct {
	OfOrganization
	Body NewPlan
}) (*filedNow, error) {
	done, err := s.file(ctx, in.Organization, in.Body.item(), in.Body.Seeing)
	return done, at(err, ofOneDuty)
}

// ofOneDuty returns the member of an item that has one duty in which a mistake
// lies.
func ofOneDuty(field string) string {
	if field == "duties" {
		return "duty"
	}
	return field
}

// NewEvent is an event to be filed.
type NewEvent struct {
	Event
	Seeing
}

func (s *server) createEvent(ctx context.Context, in *struct {
	OfOrganization
	Body NewEvent
}) (*filedNow, error) {
	done, err := s.file(ctx, in.Organization, in.Body.Event.item(), in.Body.Seeing)
	return done, at(err, ofOneDuty)
}

// NewAssignment is an assignment to be filed.
type NewAssignment struct {
	Assignment
	Seeing
}

func (s *server) createAssignment(ctx context.Context, in *struct {
	OfOrganization
	Body NewAssignment
}) (*filedNow, error) {
	assignment := evidence.Assignment(in.Body.Assignment)
	done, err := s.file(ctx, in.Organization, evidence.Item{Assignment: &assignment}, in.Body.Seeing)
	return done, at(err, ofOneDuty)
}

// NewEnd says how something filed ends.
type NewEnd struct {
	How    string  `json:"how" enum:"withdrawn,done" doc:"withdrawn: it should not have been filed, or is no longer true. done: an order or plan was carried out."`
	Day    day.Day `json:"day,omitzero" doc:"From this day on it does not count; absent: today."`
	Reason string  `json:"reason" doc:"Why; at most 10,000 bytes."`
	Seeing
}

func (s *server) endEvidence(ctx context.Context, in *struct {
	OfFiled
	Body NewEnd
}) (*filedNow, error) {
	if _, err := s.evidence(ctx, &in.OfFiled); err != nil {
		return nil, err
	}
	end := evidence.End{Of: in.Seq, How: evidence.How(in.Body.How), Day: in.Body.Day, Reason: in.Body.Reason}
	if end.Day.IsZero() {
		end.Day = s.Standing.Today()
	}
	done, err := s.file(ctx, in.Organization, evidence.Item{End: &end}, in.Body.Seeing)
	return done, at(err, func(field string) string {
		if field == "of" {
			return "path.seq"
		}
		return field
	})
}
