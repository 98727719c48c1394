package position

import (
	"context"
	"iter"

	"guanji/internal/day"
	"guanji/internal/evidence"
	"guanji/internal/regime"
)

// An Assessor says which duties apply.
type Assessor interface {
	// Assess returns where an organization stands on a day, by what was known
	// by the end of another, or by everything where that is the zero day.
	Assess(ctx context.Context, organization string, on, known day.Day) (*regime.Assessment, error)

	// Turns returns the days after one day and up to another, that included,
	// on which the duties of an assessment may be answered otherwise than on
	// the day before: in order, each once.
	Turns(ctx context.Context, organization string, from, to, known day.Day) ([]day.Day, error)
}

// Books has what organizations filed.
type Books interface {
	// Book returns the book of an organization, without entries if nothing was
	// filed.
	Book(ctx context.Context, organization string) (*evidence.Book, error)
}

// Config holds what a Service needs.
type Config struct {
	Set      *regime.Set
	Assessor Assessor
	Books    Books
}

// A Service works out positions. It keeps nothing, and is safe for concurrent
// use.
//
// Where a method takes a day known, only what was stated and filed by its end
// counts; the zero day stands for everything. Its errors are those of
// [Assessor] and [Books].
type Service struct {
	Config
	clerk *clerk
}

// New returns a Service.
func New(c Config) *Service { return &Service{c, newClerk(c.Set)} }

// asked is one question to a Service.
type asked struct {
	*register
	*rounds
	known day.Day
	areas []regime.Named
}

func (s *Service) ask(ctx context.Context, organization string, known day.Day) (*asked, error) {
	b, err := s.Books.Book(ctx, organization)
	if err != nil {
		return nil, err
	}
	if !known.IsZero() {
		b = b.KnownBy(known)
	}
	assess := func(on day.Day) (*regime.Assessment, error) { return s.Assessor.Assess(ctx, organization, on, known) }
	return &asked{s.clerk.newRegister(b), newRounds(assess), known, s.Set.Areas}, nil
}

// On returns the position on a day. A day to come is answered as if nothing
// more were filed.
func (s *Service) On(ctx context.Context, organization string, on, known day.Day) (*Position, error) {
	q, err := s.ask(ctx, organization, known)
	if err != nil {
		return nil, err
	}
	return q.on(on)
}

func (q *asked) on(on day.Day) (*Position, error) {
	a, err := q.assess(on)
	if err != nil {
		return nil, err
	}
	p := &Position{On: on, Known: q.known, Revision: q.book.Revision(), Assessment: a, areas: q.areas}
	for answers := range byDuty(a.Duties) {
		if err := q.lines(p, answers); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// lines adds the lines of one duty. Subjects for which nothing was filed by
// their own name stand alike.
func (q *asked) lines(p *Position, answers []regime.DutyAnswer) error {
	shelf := q.shelf(answers[0].DutyText)
	alike := map[regime.Applies]*Status{}
	for i := range answers {
		a := &answers[i]
		if a.Applies == regime.No {
			continue
		}
		f, shared := shelf.folder(a.Subject)
		status := alike[a.Applies]
		if !shared || status == nil {
			bound, err := q.boundOf(f, a, p.On)
			if err != nil {
				return err
			}
			status = f.at(p.On, a.Applies, bound)
		}
		if shared && f.form != yearly {
			alike[a.Applies] = status
		}
		p.Lines = append(p.Lines, Line{a.DutyText, a.Subject, status})
	}
	return nil
}

// boundOf returns the due days before a day on which a duty applied, of a
// [yearly] duty.
func (q *asked) boundOf(f *folder, a *regime.DutyAnswer, before day.Day) ([]day.Day, error) {
	if f.form != yearly {
		return nil, nil
	}
	return q.bound(f, a.DutyText, a.Subject, before)
}

// byDuty returns the answers of each duty.
func byDuty(answers []regime.DutyAnswer) iter.Seq[[]regime.DutyAnswer] {
	return func(yield func([]regime.DutyAnswer) bool) {
		for len(answers) > 0 {
			n := 1
			for n < len(answers) && answers[n].ID == answers[0].ID {
				n++
			}
			if !yield(answers[:n]) {
				return
			}
			answers = answers[n:]
		}
	}
}
