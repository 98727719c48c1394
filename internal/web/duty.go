package web

import (
	"net/http"
	"slices"
	"strings"

	"guanji/internal/day"
	"guanji/internal/law"
	"guanji/internal/problem"
	"guanji/internal/regime"
	"guanji/internal/report"
	"guanji/internal/standing"
)

// dutyPage is a duty with everything that is said of it.
type dutyPage struct {
	page
	ID, Summary    string
	Applies, Force tag
	Area, Bearer   string
	Cadence        []factUsed
	Answers        []answerGroup
	Provisions     []provisionView
	Evidence       []factUsed
	Penalties      []penaltyView
	Confidence     string
	Note           string
	Back           string
	Stands         *dutyEvidence
}

// answerGroup is the subjects to which a duty applies, or not, for one reason.
type answerGroup struct {
	Tag      tag
	Subjects []string
	More     int
	Reasons  []reasonView
	Open     []link // facts that would settle it
}

type penaltyView struct {
	Cite citeLink
	Text string
}

// provisionView is a provision with both languages side by side.
type provisionView struct {
	words
	ID, Path, Cite, Topic string
	Zh, En                string
	Official              bool // Zh is quoted, not our own words
	InForce               string
	Penalty               string
	Sources               []sourceView
	Mark                  string
	State                 string // of a wording: past, present, to come
	Anchor                string // where the page can be entered; "" on most
}

type sourceView struct{ Text, URL string }

// Rest is what stands behind the address.
func (s sourceView) Rest() string { return strings.TrimPrefix(s.Text, s.URL) }

const subjectsOfGroup = 20

func (s *server) duty(q *orgRequest) error {
	v, err := q.view()
	if err != nil {
		return err
	}
	i := slices.IndexFunc(v.Rows, func(r standing.Row) bool { return r.ID == q.PathValue("duty") })
	if i < 0 {
		return problem.New(problem.NotFound, "web.no_page")
	}
	base := q.page("duty")
	base.Org.DaysMatter = true
	r := v.Rows[i]
	base.Title, base.Purpose = q.Text(r.Name), ""
	p := dutyPage{page: base, ID: r.ID, Summary: q.Text(r.Summary), Applies: q.appliesTag(r.Applies()), Force: q.forceTag(r.Force), Area: q.areaName(r.Area),
		Bearer: q.bearerName(r.Bearer), Cadence: q.cadence(r.Cadence), Answers: q.answers(v.State, r), Confidence: q.T("confidence." + string(r.Confidence)), Back: q.to("duties")}
	for _, pr := range r.Provisions {
		p.Provisions = append(p.Provisions, q.provisionOf(pr))
	}
	for _, e := range r.Evidence {
		p.Evidence = append(p.Evidence, factUsed{Label: q.evidenceKind(e.Kind), Value: q.Text(e.Text)})
	}
	for _, e := range r.Penalties {
		p.Penalties = append(p.Penalties, penaltyView{q.cite(e.Provision), q.Text(e.Text)})
	}
	if r.Note != nil {
		p.Note = q.Text(*r.Note)
	}
	if p.Stands, err = q.dutyEvidence(r.ID, r.Cadence.Kind == "event"); err != nil {
		return err
	}
	return s.render(q.request, http.StatusOK, "duty", p)
}

// answers gathers the subjects that a duty treats alike.
func (q *orgRequest) answers(state *standing.State, r standing.Row) []answerGroup {
	var groups []answerGroup
	at := map[string]int{}
	for _, a := range r.Answers {
		key := string(a.Applies)
		for _, reason := range a.Because {
			key += "\n" + reason.Text.En
		}
		for _, fact := range a.DependsOn {
			key += "\n" + fact
		}
		i, ok := at[key]
		if !ok {
			i = len(groups)
			at[key] = i
			group := answerGroup{Tag: q.appliesTag(a.Applies), Reasons: q.reasons(state, a.Because), Open: q.openFacts(a)}
			for j := range group.Reasons {
				group.Reasons[j].About = "" // one reason for the whole group
			}
			groups = append(groups, group)
		}
		if g := &groups[i]; len(g.Subjects) < subjectsOfGroup {
			g.Subjects = append(g.Subjects, q.subjectName(state, a.Subject))
		} else {
			g.More++
		}
	}
	order := map[string]int{"yes": 0, "unknown": 1, "no": 2}
	slices.SortStableFunc(groups, func(a, b answerGroup) int { return order[a.Tag.Class] - order[b.Tag.Class] })
	return groups
}

func (q *orgRequest) openFacts(a regime.DutyAnswer) []link {
	var list []link
	for _, id := range a.DependsOn {
		if f := q.s.Set.Vocabulary.Fact(id); f != nil {
			list = append(list, link{q.factOf(f, a.Subject), q.Text(f.Label)})
		}
	}
	return list
}

// cadence says when a duty is due, each thing that is known of it.
func (q *orgRequest) cadence(c regime.Cadence) []factUsed {
	list := []factUsed{{Label: q.T("cadence.kind"), Value: q.T("cadence.kind." + c.Kind)}}
	due := c
	due.Keep = nil // a line of its own
	if words := report.Cadence(q.lang, due); words != "" {
		list = append(list, factUsed{Label: q.T("cadence.when"), Value: words})
	}
	if c.Trigger != nil {
		list = append(list, factUsed{Label: q.T("cadence.trigger"), Value: q.Text(*c.Trigger)})
	}
	if c.Keep != nil {
		list = append(list, factUsed{Label: q.T("cadence.keep.label"), Value: report.Cadence(q.lang, regime.Cadence{Keep: c.Keep})})
	}
	if c.Kind == "event" && c.Limit == nil {
		list = append(list, factUsed{Label: q.T("cadence.when"), Value: q.T("cadence.no_limit")})
	}
	return list
}

func (q *orgRequest) evidenceKind(id string) string {
	for _, k := range q.s.Set.EvidenceKinds {
		if k.ID.Value == id {
			return q.Text(k.Name)
		}
	}
	return id
}

func (q *orgRequest) provisionOf(p regime.Provision) provisionView {
	v := provisionView{words: q.words, ID: p.ID, Path: provisionPath(p.ID), Cite: q.Text(q.s.citation(p.ID)), Topic: q.Text(p.Topic), En: p.Paraphrase, Zh: p.Summary,
		InForce: q.span(p.InForce), Mark: q.mark(p.Confidence)}
	if p.Quote != nil {
		v.Zh, v.Official = *p.Quote, true
	}
	v.Sources = []sourceView{sourceLine(p.Source)}
	if _, w, ok := q.s.Set.Library.Wording(p.ID); ok {
		v.Sources = q.s.sources(w.Sources)
	}
	return v
}

// span words the days on which something is in force.
func (w words) span(s day.Span) string {
	from, until := s.From.String(), s.Until.String()
	switch {
	case from == "" && until == "":
		return w.T("span.unknown")
	case until == "":
		return w.T("span.from", from)
	case from == "":
		return w.T("span.until", until)
	}
	return w.T("span.both", from, until)
}

// wording words a provision over one of its spans.
func (s *server) wording(q *request, p *law.Provision, word law.Wording) provisionView {
	v := provisionView{words: q.words, ID: word.ID, Path: provisionPath(p.ID.Value), Cite: q.Text(p.Cite(word)), Topic: q.Text(p.Topic),
		En: word.Paraphrase.En, Zh: word.Paraphrase.Zh, InForce: q.span(word.Span), Mark: q.mark(word.Confidence), Penalty: q.Text(word.Penalty)}
	if word.Quote != "" {
		v.Zh, v.Official = word.Quote, true
	}
	v.Sources = s.sources(word.Sources)
	today := s.Standing.Today()
	switch {
	case word.Span.Holds(today):
		v.State = q.T("span.now")
	case word.Span.From.After(today):
		v.State = q.T("span.to_come")
	default:
		v.State = q.T("span.past")
	}
	return v
}
