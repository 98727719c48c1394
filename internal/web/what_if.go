package web

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"guanji/internal/org"
	"guanji/internal/problem"
	"guanji/internal/standing"
)

// whatIfPage tries other answers. Nothing on it is stated; what is tried
// travels in the form, until it is kept as a trial of the person.
type whatIfPage struct {
	page
	Path      string
	Changes   []changeView
	Carried   string // the changes, for the form
	Subjects  []option
	Many      bool // too many subjects for a list: the id is typed
	Subject   string
	Facts     []option
	Ask       *factInput // the control for the fact that was chosen
	Question  string
	Fact      string
	PickError string
	Dropped   []string // changes that could not be tried, with why
	Result    *differenceView
	Trial     field
	Trials    []trialItem
}

type changeView struct {
	Drop                   string // value of the button that removes it
	About, Label, From, To string
}

// differenceView is what changes in the trial.
type differenceView struct {
	words
	Before, After statusView
	Same          bool
	Groups        []dutyGroup
	Transfers     []transferChange
	Nothing       bool

	NewReasons, LostReasons []reasonView
}

type dutyGroup struct {
	Heading string
	Tag     tag
	Duties  []changedDuty
	More    int
}

// changedDuty is a duty with the systems for which its answer changes.
type changedDuty struct {
	link
	For string
}

type transferChange struct {
	Name          string
	Before, After tag
}

type trialItem struct{ Path, DropPath, Name, Changed string }

// What a trial may hold, and what a page shows of a list.
const (
	mostTried     = 30
	subjectList   = 200
	dutiesInGroup = 30
)

// whatIf opens the page, with a fact chosen already where the address names one.
func (s *server) whatIf(q *orgRequest) error {
	return q.renderWhatIf(http.StatusOK, whatIfState{subject: q.FormValue("subject"), fact: q.FormValue("fact")})
}

// whatIfState is what the form carries.
type whatIfState struct {
	changes       []standing.Change
	subject, fact string
	ask           *factInput        // as it was sent, where the answer was wrong
	pick          string            // what is wrong with subject or fact
	at            map[string]string // what is wrong with other fields
}

func (s *server) tryWhatIf(q *orgRequest) error {
	st := whatIfState{subject: strings.TrimSpace(q.PostFormValue("subject")), fact: q.PostFormValue("fact")}
	if carried := q.PostFormValue("changes"); carried != "" {
		if json.Unmarshal([]byte(carried), &st.changes) != nil || len(st.changes) > mostTried {
			return problem.New(problem.Input, "web.bad_form")
		}
	}
	for i := range st.changes {
		st.changes[i].Seen = standing.Whatever
	}
	do, arg, _ := strings.Cut(q.PostFormValue("do"), ":")
	code := http.StatusOK
	switch do {
	case "try":
		if !q.addTried(&st) {
			code = http.StatusUnprocessableEntity
		}
	case "drop":
		if i, err := strconv.Atoi(arg); err == nil && i >= 0 && i < len(st.changes) {
			st.changes = slices.Delete(st.changes, i, i+1)
		}
		st.subject, st.fact = "", ""
	case "keep":
		return q.keepTrial(st)
	}
	return q.renderWhatIf(code, st)
}

// addTried adds the answer of the form to what is tried.
func (q *orgRequest) addTried(st *whatIfState) bool {
	f := q.s.Set.Vocabulary.Fact(st.fact)
	if f == nil || f.Kind == org.Record {
		st.pick = q.T("what_if.pick")
		return false
	}
	value, wrong := readAnswer(f, q.PostForm["answer"], q.PostFormValue("number"))
	if wrong != nil {
		in := q.input(f)
		in.posted(q.PostForm["answer"], q.PostFormValue("number"))
		in.Error = wrong.In(q.lang)
		st.ask = &in
		return false
	}
	r := standing.Ref{About: f.Subject, Subject: st.subject, Key: f.ID}
	if f.Subject == org.AboutOrganization {
		r.Subject = string(org.AboutOrganization)
	}
	st.changes = slices.DeleteFunc(st.changes, func(c standing.Change) bool { return c.Ref == r })
	if len(st.changes) == mostTried {
		st.pick = q.T("standing.too_many", mostTried)
		return false
	}
	st.changes = append(st.changes, standing.Change{Ref: r, Value: value, Seen: standing.Whatever})
	st.subject, st.fact = "", ""
	return true
}

// keepTrial keeps what is tried for the person alone.
func (q *orgRequest) keepTrial(st whatIfState) error {
	d, err := q.s.Standing.SaveTrial(q.Context(), standing.Draft{Account: q.holder.ID, Organization: q.org, Name: q.PostFormValue("trial_name"), Changes: st.changes})
	if err != nil {
		at, err := q.fieldErrors(err)
		if err != nil {
			return err
		}
		st.at = at
		return q.renderWhatIf(http.StatusUnprocessableEntity, st)
	}
	q.s.redirect(q.request, q.to("what-if/"+d.ID, "done", "kept"))
	return nil
}

// trial opens a trial that was kept. That of another person is not there.
func (s *server) trial(q *orgRequest) error {
	d, err := s.Standing.Trial(q.Context(), q.holder.ID, q.PathValue("trial"))
	if err != nil {
		return err
	}
	if d.Organization != q.org {
		return problem.New(problem.NotFound, "standing.no_draft")
	}
	return q.renderWhatIf(http.StatusOK, whatIfState{changes: d.Changes})
}

func (s *server) dropTrial(q *orgRequest) error {
	if err := s.Standing.DropTrial(q.Context(), q.holder.ID, q.PathValue("trial")); err != nil {
		return err
	}
	s.redirect(q.request, q.to("what-if", "done", "removed"))
	return nil
}

func (q *orgRequest) renderWhatIf(code int, st whatIfState) error {
	base := q.page("what_if")
	v, err := q.view()
	if err != nil {
		return err
	}
	p := whatIfPage{page: base, Path: q.to("what-if"), Subject: st.subject, Fact: st.fact, PickError: st.pick,
		Trial: field{words: q.words, Name: "trial_name", Label: q.T("what_if.name"), Value: q.PostFormValue("trial_name"), Max: standing.MaxName, Error: st.at["trial_name"]}}
	if err := p.try(q, v, &st); err != nil {
		return err
	}
	p.pick(q, v, st)
	if err := p.trials(q); err != nil {
		return err
	}
	data, err := json.Marshal(st.changes)
	if err != nil {
		return err
	}
	p.Carried = string(data)
	return q.s.render(q.request, code, "what_if", p)
}

// try works out what follows from the changes. A change that is no valid
// statement, or is none any more, is left out, and the mistake shown.
func (p *whatIfPage) try(q *orgRequest, v *standing.View, st *whatIfState) error {
	if len(st.changes) == 0 {
		return nil
	}
	after, err := q.s.Standing.Try(q.Context(), q.org, st.changes, q.when.On)
	if at, other := q.fieldErrors(err); other != nil {
		return other
	} else if at != nil {
		left := slices.DeleteFunc(slices.Clone(st.changes), func(c standing.Change) bool {
			wrong, ok := at[c.Ref.Subject+"/"+c.Ref.Key]
			if ok {
				p.Dropped = append(p.Dropped, q.subjectOf(v.State, c.Ref)+" · "+q.labelOf(c.Ref)+": "+wrong)
			}
			return ok
		})
		if len(left) == len(st.changes) {
			return err
		}
		st.changes = left
		return p.try(q, v, st)
	}
	for i, c := range st.changes {
		from := q.T("value.unknown")
		if e, ok := v.State.Entry(c.Ref); ok {
			from = q.value(c.Ref, e.Value)
		}
		p.Changes = append(p.Changes, changeView{"drop:" + strconv.Itoa(i), q.subjectOf(v.State, c.Ref), q.labelOf(c.Ref), from, q.value(c.Ref, c.Value)})
	}
	p.Result = q.difference(after.State, standing.Compare(v, after))
	return nil
}

// labelOf names the fact that a statement is about.
func (q *orgRequest) labelOf(r standing.Ref) string {
	if f := q.s.Set.Vocabulary.Fact(r.Key); f != nil {
		return q.Text(f.Label)
	}
	return r.Key
}

func (q *orgRequest) difference(state *standing.State, d standing.Difference) *differenceView {
	view := &differenceView{words: q.words, Before: q.status(d.Before), After: q.status(d.After), Same: d.Before == d.After, Nothing: d.Same(),
		NewReasons: q.reasons(state, d.NewReasons), LostReasons: q.reasons(state, d.LostReasons)}
	for _, g := range []struct {
		key  string
		tag  tag
		rows []standing.DutyChange
	}{{"what_if.starts", tag{"warn", "+", q.T("what_if.starts")}, d.Starts}, {"what_if.ends", tag{"no", "−", q.T("what_if.ends")}, d.Ends}, {"what_if.opens", tag{"unknown", "?", q.T("what_if.opens")}, d.Opens}, {"what_if.settled", tag{"no", "–", q.T("what_if.settled")}, d.Settled}} {
		if len(g.rows) == 0 {
			continue
		}
		group := dutyGroup{Heading: q.T(g.key+".n", len(g.rows)), Tag: g.tag, More: max(0, len(g.rows)-dutiesInGroup)}
		for _, r := range g.rows[:min(len(g.rows), dutiesInGroup)] {
			group.Duties = append(group.Duties, changedDuty{link{Path: q.to("duties/" + r.ID), Name: q.Text(r.Name)}, q.changedFor(state, r.Subjects)})
		}
		view.Groups = append(view.Groups, group)
	}
	for _, t := range d.Transfers {
		change := transferChange{Name: q.Text(t.Name), After: q.resultTag(t.Result)}
		if t.Before != "" {
			change.Before = q.resultTag(t.Before)
		}
		view.Transfers = append(view.Transfers, change)
	}
	return view
}

// changedFor names the systems for which a duty changes; "" where it is about
// the organization.
func (q *orgRequest) changedFor(state *standing.State, subjects []string) string {
	if subjects[0] == string(org.AboutOrganization) {
		return ""
	}
	var names []string
	for _, id := range subjects[:min(len(subjects), 5)] {
		names = append(names, q.subjectName(state, id))
	}
	text := q.join(names)
	if len(subjects) > len(names) {
		text += q.T("assess.and_more", len(subjects)-len(names))
	}
	return text
}

// pick offers subjects and facts, and asks for the value of the fact chosen.
func (p *whatIfPage) pick(q *orgRequest, v *standing.View, st whatIfState) {
	systems, transfers := v.State.Units(org.AboutSystem), v.State.Units(org.AboutTransfer)
	p.Many = len(systems)+len(transfers) > subjectList
	if !p.Many {
		p.Subjects = []option{{Value: string(org.AboutOrganization), Name: q.T("subject.organization")}}
		for _, id := range systems {
			p.Subjects = append(p.Subjects, option{Value: id, Name: q.T("what_if.system", v.State.Name(org.AboutSystem, id))})
		}
		for _, id := range transfers {
			p.Subjects = append(p.Subjects, option{Value: id, Name: q.T("what_if.transfer", v.State.Name(org.AboutTransfer, id))})
		}
		st.subject = cmp.Or(st.subject, string(org.AboutOrganization))
		options(st.subject, p.Subjects)
	}
	if st.subject == "" {
		return
	}
	about, ok := aboutOf(v.State, st.subject)
	if !ok {
		p.PickError = q.T("standing.no_subject", st.subject)
		return
	}
	for _, f := range q.s.Set.Vocabulary.Facts() {
		if f.Subject == about && f.Kind != org.Record {
			p.Facts = append(p.Facts, option{Value: f.ID, Name: q.Text(f.Label)})
		}
	}
	options(st.fact, p.Facts)
	f := q.s.Set.Vocabulary.Fact(st.fact)
	if f == nil || f.Subject != about || f.Kind == org.Record {
		p.Fact = ""
		return
	}
	p.Question = q.Text(f.Question)
	if p.Ask = st.ask; p.Ask == nil {
		in := q.input(f)
		if e, ok := v.State.Entry(standing.Ref{About: about, Subject: st.subject, Key: f.ID}); ok {
			if val, ok := f.FromJSON(e.Value); ok {
				in.fill(f, val)
			}
		}
		p.Ask = &in
	}
}

// aboutOf tells what an id is that of.
func aboutOf(state *standing.State, id string) (org.Subject, bool) {
	switch {
	case id == string(org.AboutOrganization):
		return org.AboutOrganization, true
	case state.Exists(org.AboutSystem, id):
		return org.AboutSystem, true
	}
	return org.AboutTransfer, state.Exists(org.AboutTransfer, id)
}

func (p *whatIfPage) trials(q *orgRequest) error {
	list, err := q.s.Standing.Trials(q.Context(), q.holder.ID, q.org)
	if err != nil {
		return err
	}
	for _, d := range list {
		p.Trials = append(p.Trials, trialItem{q.to("what-if/" + d.ID), q.to("what-if/" + d.ID + "/drop"), d.Name, clock(d.Changed)})
	}
	return nil
}

// inputPart is what the template of a control takes.
type inputPart struct {
	Question string
	Input    factInput
}

// Control is the control for the fact that was chosen.
func (p whatIfPage) Control() inputPart {
	if p.Ask == nil {
		return inputPart{}
	}
	return inputPart{p.Question, *p.Ask}
}
