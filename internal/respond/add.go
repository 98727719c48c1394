package respond

import (
	"context"
	"fmt"
	"strings"
	"time"

	"guanji/internal/day"
	"guanji/internal/incident"
	"guanji/internal/job"
	"guanji/internal/ledger"
	"guanji/internal/message"
	"guanji/internal/problem"
)

// tries is how often a step is recorded anew when others record at the same
// time.
const tries = 8

// Add records what a person did or found in a case. Seen is the revision of
// the case that they saw. It fails with [problem.NotFound] if there is no such
// case, with [problem.Fields] for what is wrong in the steps, with
// [problem.Refused] for what cannot be done in the state of the case, and with
// [problem.Conflict] if somebody else changed meanwhile what a step would
// change.
func (s *Service) Add(ctx context.Context, organization, by string, number, seen int64, steps ...incident.Step) (*incident.Case, error) {
	for range tries {
		c, err := s.Case(ctx, organization, number)
		if err != nil {
			return nil, err
		}
		for _, step := range steps {
			if err := unmoved(c, step, seen); err != nil {
				return nil, err
			}
		}
		c, err = s.record(ctx, organization, by, c, steps)
		if problem.KindOf(err) != problem.Conflict {
			return c, err
		}
	}
	return nil, problem.New(problem.Conflict, "respond.busy")
}

// unmoved fails if somebody changed what a step would change, and it was not
// seen.
func unmoved(c *incident.Case, step incident.Step, seen int64) error {
	moved := c.Moved(step)
	if moved <= seen {
		return nil
	}
	for _, r := range c.Steps {
		if r.Seq == moved {
			return problem.New(problem.Conflict, "respond.moved", r.By, clockTime(r.At))
		}
	}
	return problem.New(problem.Conflict, "respond.moved", "?", "?")
}

// clockTime is a moment in Beijing time, for people.
func clockTime(t time.Time) string { return t.In(day.Beijing).Format("2006-01-02 15:04:05") }

// Open opens a case that no machine raised, and returns it.
func (s *Service) Open(ctx context.Context, organization, by string, step incident.Step) (*incident.Case, error) {
	if step.Open == nil {
		return nil, problem.New(problem.Internal, "incident.one_part")
	}
	return s.record(ctx, organization, by, incident.Fold(NewCase, nil), []incident.Step{step})
}

// record checks steps, judges the case after each, and keeps them with all
// that follows.
func (s *Service) record(ctx context.Context, organization, by string, c *incident.Case, steps []incident.Step) (*incident.Case, error) {
	file, err := s.Organizations.File(ctx, organization)
	if err != nil {
		return nil, err
	}
	now := s.now()
	after := c
	w := Writing{Case: c.Number, Seen: c.Revision(), Actor: ledger.Actor{By: by, At: now}}
	for _, step := range steps {
		step.Judged = nil // nobody but the content judges
		if err := s.check(ctx, organization, after, file, step, now); err != nil {
			return nil, err
		}
		if after, step, err = s.judged(after, file, step, w.Actor); err != nil {
			return nil, err
		}
		w.Steps = append(w.Steps, step)
	}
	if w.Items, err = s.items(ctx, organization, c, after, w.Steps, w.Actor); err != nil {
		return nil, err
	}
	w.Jobs = func(number int64) []job.Job {
		return []job.Job{WakeJob(organization, number, now), CardJob(organization, now)}
	}
	recorded, err := s.Store.Record(ctx, organization, w)
	if err != nil {
		return nil, err
	}
	return s.fold(ctx, organization, recorded[0].Case)
}

// WakeJob is the job of looking at a case again at some time.
func WakeJob(organization string, number int64, at time.Time) job.Job {
	return job.Job{Key: fmt.Sprintf("wake/%s/%d", organization, number), Kind: job.Wake, Of: organization, At: at,
		Body: fmt.Appendf(nil, `{"case":%d}`, number)}
}

// with is a case after one more step, as if it were recorded.
func with(c *incident.Case, step incident.Step, a ledger.Actor) *incident.Case {
	steps := append(c.Steps[:len(c.Steps):len(c.Steps)], incident.Recorded{Step: step, Case: c.Number, Seq: c.Revision() + 1, At: a.At, By: a.By})
	return incident.Fold(c.Number, steps)
}

// An Alerted says what became of an alert.
type Alerted struct {
	Case int64
	New  bool // it is a case of its own
	Same bool // it had been recorded before
}

// maxWaiting is how many cases may wait for triage: a machine that floods is
// told to come again.
const maxWaiting = 5000

// maxAlerts is how many alerts one case takes.
const maxAlerts = 1000

// textsKept is of how many alerts of one case the text is kept.
const textsKept = 20

// Alert takes an alert of a machine, raised at some time. It opens a case that
// waits for triage, or joins one that waits and is of the same source, group
// and system. An alert with the number of an earlier one of its source is the
// same, and changes nothing. It fails with [problem.TooMany] if too many wait.
func (s *Service) Alert(ctx context.Context, organization, by string, a incident.Alert, at time.Time) (Alerted, error) {
	now := s.now()
	step := incident.Step{Happened: at, Alert: &a}
	if at.After(now) || at.Year() < 2000 {
		step.Happened = now // its clock is wrong
	}
	a = trimmed(a)
	if mistakes := step.Check(now); len(mistakes) > 0 {
		return Alerted{}, mistakes.OrNil()
	}
	for range tries {
		b, err := s.book(ctx, organization)
		if err != nil {
			return Alerted{}, err
		}
		if n, same := b.refs[refOf(a)]; same {
			return Alerted{Case: n, Same: true}, nil
		}
		done, err := s.alert(ctx, organization, by, b, step, now)
		if problem.KindOf(err) != problem.Conflict {
			return done, err
		}
	}
	return Alerted{}, problem.New(problem.Conflict, "respond.busy")
}

func trimmed(a incident.Alert) incident.Alert {
	for _, text := range []*string{&a.Source, &a.Ref, &a.Group, &a.Title, &a.System, &a.Severity} {
		*text = strings.TrimSpace(*text)
	}
	return a
}

// alert records an alert in a case that waits for the same, or in one of its
// own.
func (s *Service) alert(ctx context.Context, organization, by string, b *book, step incident.Step, now time.Time) (Alerted, error) {
	w := Writing{Case: NewCase, Steps: []incident.Step{step}, Ref: refOf(*step.Alert), Actor: ledger.Actor{By: by, At: now}}
	waiting := 0
	for n, c := range b.cases {
		if n == 0 || c.State != incident.Waiting {
			continue
		}
		waiting++
		if first := c.Alerts[0].Alert; first.Source == step.Alert.Source && sameGroup(*first, *step.Alert) && len(c.Alerts) < maxAlerts {
			w.Case, w.Seen = n, c.Revision()
			if len(c.Alerts) >= textsKept {
				brief := *step.Alert
				brief.Text = ""
				w.Steps[0].Alert = &brief
			}
		}
	}
	if w.Case == NewCase && waiting >= maxWaiting {
		return Alerted{}, problem.New(problem.TooMany, "respond.too_many_alerts", maxWaiting)
	}
	w.Jobs = func(number int64) []job.Job { return []job.Job{WakeJob(organization, number, now)} }
	recorded, err := s.Store.Record(ctx, organization, w)
	if err != nil {
		return Alerted{}, err
	}
	return Alerted{Case: recorded[0].Case, New: w.Case == NewCase}, nil
}

func sameGroup(a, b incident.Alert) bool {
	if a.Group != "" || b.Group != "" {
		return a.Group == b.Group && a.System == b.System
	}
	return a.Title == b.Title && a.System == b.System
}

// refOf tells an alert apart from all others, "" if its machine gave no number.
func refOf(a incident.Alert) string {
	if a.Ref == "" {
		return ""
	}
	return a.Source + "\n" + a.Ref
}

// SavePlan records how an organization is reached and reaches others. Seen is
// the Seq of the plan that was changed.
func (s *Service) SavePlan(ctx context.Context, organization, by string, seen int64, p incident.Plan) error {
	step := incident.Step{Plan: &p}
	now := s.now()
	if mistakes := append(step.Check(now), s.contacts(p)...); len(mistakes) > 0 {
		return mistakes.OrNil()
	}
	for range tries {
		c, err := s.fold(ctx, organization, 0)
		if err != nil {
			return err
		}
		if err := unmoved(c, step, seen); err != nil {
			return err
		}
		b, err := s.book(ctx, organization)
		if err != nil {
			return err
		}
		_, err = s.Store.Record(ctx, organization, Writing{Seen: c.Revision(), Steps: []incident.Step{step}, Actor: ledger.Actor{By: by, At: now},
			Jobs: func(int64) []job.Job { return append(b.wakes(organization, now), CardJob(organization, now)) }})
		if problem.KindOf(err) != problem.Conflict {
			return err
		}
	}
	return problem.New(problem.Conflict, "respond.busy")
}

// contacts finds recipients that the content does not know.
func (s *Service) contacts(p incident.Plan) (mistakes problem.Fields) {
	for id := range p.Contacts {
		if _, ok := s.Set.Recipient(id); !ok {
			mistakes = append(mistakes, problem.Field{Name: "contacts", Msg: message.New("respond.no_recipient", id)})
		}
	}
	return mistakes
}
