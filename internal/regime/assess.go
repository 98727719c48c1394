package regime

import (
	"slices"
	"strings"

	"guanji/internal/calendar"
	"guanji/internal/day"
	"guanji/internal/law"
	"guanji/internal/message"
	"guanji/internal/org"
	"guanji/internal/problem"
)

// The first days that can be asked about; the law before them is not held.
var (
	FirstAssessDay   = day.Of(2017, 6, 1)  // the Cybersecurity Law comes into force
	FirstTransferDay = day.Of(2024, 3, 22) // Order 16 comes into force
	FirstIncidentDay = day.Of(2025, 11, 1) // the incident reporting measures come into force
)

// An Assessment is where an organization stands on a day.
type Assessment struct {
	Guanji        int                `json:"guanji"`
	AsOf          day.Day            `json:"as_of"`
	Content       Info               `json:"content"`
	Organization  Identity           `json:"organization"`
	Systems       []Identity         `json:"systems"`
	Warnings      []org.Warning      `json:"warnings"`
	Determination Determination      `json:"determination"`
	Deciders      []Decider          `json:"deciders"`
	Headline      Headline           `json:"headline"`
	Upcoming      []Upcoming         `json:"upcoming"`
	Duties        []DutyAnswer       `json:"duties"`
	Transfers     []TransferDecision `json:"transfers"`
}

// Identity is who an answer is about.
type Identity struct {
	ID   string       `json:"id"`
	Name message.Text `json:"name"`
}

// Decider is a sector and the departments that decide on designation in it.
type Decider struct {
	Sector      string       `json:"sector"`
	Name        message.Text `json:"name"`
	Departments []Department `json:"departments"`
}

// Headline counts duties, each once however many systems it concerns. Binding
// are law, rules and mandatory standards; the rest is counted apart.
type Headline struct {
	Binding    Count `json:"binding"`
	NonBinding Count `json:"non_binding"`
}

// Count is how many duties apply to some subject, and how many of the others may.
type Count struct {
	Yes     int `json:"yes"`
	Unknown int `json:"unknown"`
}

// Upcoming is a day on which a duty with a fixed day of the year falls due.
type Upcoming struct {
	Day         day.Day      `json:"day"`
	Duty        string       `json:"duty"`
	Name        message.Text `json:"name"`
	Applies     Applies      `json:"applies"`
	WorkingDays *int         `json:"working_days"` // until then; null where the holidays of a year are not held

	Confidence law.Confidence `json:"confidence"`
}

// TransferDecision is the decision on one transfer of an organization file.
type TransferDecision struct {
	ID   string       `json:"id"`
	Name message.Text `json:"name"`
	*Decision
}

// Assess says where the organization of a file stands on a day: its screening,
// every duty of the content, and its transfers. A day before [FirstAssessDay]
// is an error of kind [problem.Usage].
func (s *Set) Assess(f *org.File, on day.Day) (*Assessment, error) {
	if on.Before(FirstAssessDay) {
		return nil, problem.New(problem.Usage, "day.too_early", on.String(), FirstAssessDay.String())
	}
	o := s.Vocabulary.On(f, on)
	subs := subjects(o)
	a := &Assessment{Guanji: 1, AsOf: on, Content: s.Info, Organization: Identity{f.ID, f.Name},
		Warnings: append(s.dayWarnings(on), o.Warnings...), Determination: s.determine(subs, on), Deciders: s.deciders(o)}
	a.Systems = []Identity{}
	for _, sys := range f.Systems {
		a.Systems = append(a.Systems, Identity{sys.ID, sys.Name})
	}
	a.Duties = s.answers(subs, on)
	a.Headline = headline(a.Duties)
	a.Upcoming = s.upcoming(a.Duties, on)
	a.Transfers = []TransferDecision{}
	for _, t := range f.Transfers {
		if on.Before(FirstTransferDay) {
			a.Warnings = append(a.Warnings, org.Warn("transfers_too_early", FirstTransferDay.String()))
			break
		}
		d, err := s.DecideTransfer(o.Combine(t.Facts), on)
		if err != nil {
			return nil, err
		}
		d.Warnings = slices.DeleteFunc(d.Warnings, func(w org.Warning) bool { return w.ID == beyondResearch }) // said once, above
		a.Transfers = append(a.Transfers, TransferDecision{t.ID, t.Name, d})
	}
	return a, nil
}

const beyondResearch = "beyond_research"

// dayWarnings says what must be known of every answer about a day.
func (s *Set) dayWarnings(on day.Day) []org.Warning {
	warnings := []org.Warning{}
	if on.After(s.Info.ResearchedThrough) {
		warnings = append(warnings, org.Warn(beyondResearch, s.Info.ResearchedThrough.String()))
	}
	return warnings
}

// answers decides every duty, in the order of their ids and then of subjects.
func (s *Set) answers(subs []subject, on day.Day) []DutyAnswer {
	ofSystems := 0
	for _, d := range s.Duties {
		if d.Subject == string(org.AboutSystem) {
			ofSystems++
		}
	}
	answers := make([]DutyAnswer, 0, len(s.Duties)+ofSystems*len(subs))
	for _, d := range s.dutyDays(on) {
		for _, sub := range subs {
			if sub.system == (d.Subject == string(org.AboutSystem)) {
				answers = append(answers, s.answer(d, sub, on))
			}
		}
	}
	return answers
}

func headline(answers []DutyAnswer) Headline {
	best := map[string]DutyAnswer{}
	order := map[Applies]int{No: 0, Unknown: 1, Yes: 2}
	for _, a := range answers {
		if b, ok := best[a.ID]; !ok || order[a.Applies] > order[b.Applies] {
			best[a.ID] = a
		}
	}
	var h Headline
	for _, a := range best {
		c := &h.NonBinding
		if a.Force.Binding() {
			c = &h.Binding
		}
		switch a.Applies {
		case Yes:
			c.Yes++
		case Unknown:
			c.Unknown++
		}
	}
	return h
}

// upcoming lists the next fixed day of each duty that applies or may.
func (s *Set) upcoming(answers []DutyAnswer, on day.Day) []Upcoming {
	list := []Upcoming{}
	for _, a := range answers {
		if a.Cadence.Due == nil || a.Applies == No {
			continue
		}
		next, err := calendar.Annual(*a.Cadence.Due, on)
		if err != nil {
			continue // checked when the content was read
		}
		if i := slices.IndexFunc(list, func(u Upcoming) bool { return u.Duty == a.ID }); i < 0 {
			u := Upcoming{Day: next, Duty: a.ID, Name: a.Name, Applies: a.Applies, Confidence: a.Confidence}
			if n, err := s.Calendar.WorkingDaysBetween(on, next); err == nil {
				u.WorkingDays = &n
			}
			list = append(list, u)
		} else if a.Applies == Yes {
			list[i].Applies = Yes
		}
	}
	slices.SortStableFunc(list, func(a, b Upcoming) int {
		if c := a.Day.Compare(b.Day); c != 0 {
			return c
		}
		return strings.Compare(a.Duty, b.Duty)
	})
	return list
}

// deciders returns who decides on designation in the sectors of an organization.
func (s *Set) deciders(o *org.Organization) []Decider {
	list := []Decider{}
	fact := s.Vocabulary.Fact(org.Sectors)
	names, _ := s.Vocabulary.Get(o.Facts, org.Sectors).In(fact).([]string)
	for _, sector := range s.Sectors {
		if slices.Contains(names, sector.ID.Value) && len(sector.Departments) > 0 {
			list = append(list, Decider{sector.ID.Value, sector.Name, sector.Departments})
		}
	}
	return list
}
