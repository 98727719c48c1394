package position

import (
	"cmp"
	"errors"
	"slices"

	"guanji/internal/calendar"
	"guanji/internal/day"
	"guanji/internal/evidence"
	"guanji/internal/message"
	"guanji/internal/regime"
)

// A folder is everything filed for one duty of one subject.
type folder struct {
	*clerk
	*rule
	papers      []paper     // by the day observed
	rows        []row       // those that count, kind by kind; see [rule.slots]
	barred      []*paper    // those that do not
	events      []happening // by their day
	plans       []plan
	mended      mended
	assignments []*evidence.Filed
	cuts        []day.Day // see [folder.changes]
}

// A happening is an event.
type happening struct {
	seq    int64
	day    day.Day
	ended  day.Day // first day on which it is as if it had not been told; zero: never
	due    day.Day // zero: no day is known
	dueWhy message.M
}

// A plan is an order or plan.
type plan struct {
	seq     int64
	started day.Day
	due     day.Day
	ended   day.Day // zero: it is not
	why     message.M
}

// put files one item.
func (f *folder) put(b *evidence.Book, it *evidence.Filed) {
	ended := b.Ended(it.Seq)
	switch {
	case it.Record != nil:
		f.papers = append(f.papers, f.paper(f.rule, it, ended))
	case it.Event != nil:
		f.events = append(f.events, f.happening(it, ended))
	case it.Plan != nil:
		why := message.New("position.due." + string(it.Plan.Basis))
		f.plans = append(f.plans, plan{it.Seq, it.Plan.Started, it.Plan.Due, ended, why})
		f.mended.add(b, it.Seq)
	case it.Assignment != nil:
		f.assignments = append(f.assignments, it)
	}
}

func (f *folder) happening(it *evidence.Filed, ended day.Day) happening {
	h := happening{seq: it.Seq, day: it.Event.Day, ended: ended, dueWhy: message.New("position.due.no_limit", it.Event.Day.String())}
	if f.limit == nil {
		return h
	}
	due, err := f.due(h.day, *f.limit)
	if year, ok := errors.AsType[*calendar.UnknownYearError](err); ok {
		h.dueWhy = message.New("position.due.no_calendar", year.Year)
		return h
	}
	h.due, h.dueWhy = due, message.New("position.due.limit", it.Event.Day.String())
	return h
}

// sort brings a folder into order once everything was put into it.
func (f *folder) sort() {
	slices.SortStableFunc(f.papers, func(p, q paper) int { return p.from.Compare(q.from) })
	slices.SortStableFunc(f.events, func(a, b happening) int { return a.day.Compare(b.day) })
	slices.SortFunc(f.mended, day.Day.Compare)
	f.rows = make([]row, f.slots())
	for i := range f.papers {
		if p := &f.papers[i]; p.bar == evidence.NoBar {
			f.rows[p.slot].add(p)
		} else {
			f.barred = append(f.barred, p)
		}
	}
}

// A register finds what a book holds for a duty and a subject.
type register struct {
	*clerk
	book    *evidence.Book
	duties  map[string][]int // by duty: places in the book
	shelves map[string]*shelf
}

// A shelf has the folders of one duty.
type shelf struct {
	rule   *rule
	own    map[string]*folder // by subject: of those for which something was filed
	others *folder            // of every other subject
}

// newRegister reads a book. A register is for one use at a time.
func (c *clerk) newRegister(b *evidence.Book) *register {
	r := &register{c, b, map[string][]int{}, map[string]*shelf{}}
	for i := range b.Filed {
		for _, duty := range dutiesOf(b.Filed[i].Item) {
			r.duties[duty] = append(r.duties[duty], i)
		}
	}
	return r
}

// dutiesOf returns the duties for which something was filed; an end has none.
func dutiesOf(it evidence.Item) []string {
	switch {
	case it.Record != nil:
		return it.Record.Duties
	case it.Plan != nil:
		return []string{it.Plan.Duty}
	case it.Event != nil:
		return []string{it.Event.Duty}
	case it.Assignment != nil:
		return []string{it.Assignment.Duty}
	}
	return nil
}

// subjectOf returns the subject for which something other than an end was
// filed.
func subjectOf(it evidence.Item) string {
	switch {
	case it.Record != nil:
		return it.Record.Subject
	case it.Plan != nil:
		return it.Plan.Subject
	case it.Event != nil:
		return it.Event.Subject
	}
	return it.Assignment.Subject
}

// shelf returns the shelf of a duty.
func (r *register) shelf(t *regime.DutyText) *shelf {
	s := r.shelves[t.ID]
	if s == nil {
		s = r.newShelf(t)
		r.shelves[t.ID] = s
	}
	return s
}

// newShelf files what a book holds for a duty. What was filed for all systems
// is in the folder of each system.
func (r *register) newShelf(t *regime.DutyText) *shelf {
	places := map[string][]int{}
	for _, i := range r.duties[t.ID] {
		subject := subjectOf(r.book.Filed[i].Item)
		places[subject] = append(places[subject], i)
	}
	every := places[evidence.AllSystems]
	s := &shelf{rule: ruleOf(t), own: make(map[string]*folder, len(places)+1)}
	for subject, own := range places {
		if subject != evidence.Organization {
			own = slices.Concat(own, every)
			slices.SortFunc(own, cmp.Compare)
		}
		s.own[subject] = r.newFolder(s.rule, own)
	}
	if s.own[evidence.Organization] == nil { // it is no system
		s.own[evidence.Organization] = r.newFolder(s.rule, nil)
	}
	s.others = r.newFolder(s.rule, every)
	return s
}

func (r *register) newFolder(to *rule, places []int) *folder {
	f := &folder{clerk: r.clerk, rule: to}
	for _, i := range places {
		f.put(r.book, &r.book.Filed[i])
	}
	f.sort()
	return f
}

// folder returns what is filed for a subject, and whether it is that of every
// subject for which nothing was filed by its own name.
func (s *shelf) folder(subject string) (f *folder, shared bool) {
	if f := s.own[subject]; f != nil {
		return f, false
	}
	return s.others, true
}
