package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"guanji/internal/day"
	"guanji/internal/law"
	"guanji/internal/message"
	"guanji/internal/org"
	"guanji/internal/problem"
	"guanji/internal/regime"
	"guanji/internal/standing"
)

// standingPage is the determination with everything it rests on.
type standingPage struct {
	page
	Status     statusView
	Deciders   []string
	Warnings   []string
	Reasons    []reasonView
	Missing    []missingView
	MissingAll int
	Flips      []flipView
	FlipsAll   int
	Notices    []noticeView
	New        noticeView
	WhatIf     string
}

// reasonView is a reason, worded, with the facts that settle it.
type reasonView struct {
	Text, About string
	Tag         tag
	Cites       []link
	Mark        string
	Facts       []factUsed
}

type factUsed struct{ Path, Label, Value string }

type missingView struct{ Path, Question, About, Could string }

type flipView struct{ Label, About, From, To, Status, Try string }

// What a page shows of long lists before it says how many more there are.
const (
	missingShown = 40
	flipsShown   = 40
)

func (s *server) standing(q *orgRequest) error {
	return q.renderStanding(http.StatusOK, noticeView{})
}

// renderStanding shows the page; failed is a notice that was not taken.
func (q *orgRequest) renderStanding(code int, failed noticeView) error {
	base, err := q.page("standing")
	if err != nil {
		return err
	}
	base.Org.DaysMatter = true
	v, err := q.view()
	if err != nil {
		return err
	}
	d := v.Assessment.Determination
	p := standingPage{page: base, Status: q.status(d.Status), Deciders: q.deciders(v.Assessment.Deciders), Warnings: q.warnings(v.Assessment.Warnings),
		Reasons: q.reasons(v.State, d.Reasons), MissingAll: len(d.Missing), FlipsAll: len(d.Flips), WhatIf: q.to("what-if")}
	for _, m := range d.Missing[:min(len(d.Missing), missingShown)] {
		p.Missing = append(p.Missing, q.missing(v.State, m))
	}
	for _, f := range d.Flips[:min(len(d.Flips), flipsShown)] {
		p.Flips = append(p.Flips, q.flip(v.State, f))
	}
	p.Notices, p.New = q.notices(v.State, failed)
	return q.s.render(q.request, code, "standing", p)
}

func (q *orgRequest) reasons(state *standing.State, list []regime.Reason) []reasonView {
	views := make([]reasonView, len(list))
	for i, r := range list {
		views[i] = q.reason(state, r)
	}
	return views
}

func (q *orgRequest) reason(state *standing.State, r regime.Reason) reasonView {
	v := reasonView{Text: q.Text(r.Text), About: q.subjectName(state, r.Subject), Cites: cites(r.Provisions), Mark: q.mark(r.Confidence), Tag: q.appliesTag(regime.Unknown)}
	if r.Value != nil {
		v.Tag = q.appliesTag(map[bool]regime.Applies{true: regime.Yes, false: regime.No}[*r.Value])
		v.Tag.Name = q.T("reason." + v.Tag.Class)
	}
	ids := make([]string, 0, len(r.Facts))
	for id := range r.Facts {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		if f := q.s.Set.Vocabulary.Fact(id); f != nil {
			v.Facts = append(v.Facts, factUsed{q.factOf(f, r.Subject), q.Text(f.Label), q.Text(f.Show(r.Facts[id]))})
		}
	}
	return v
}

// factOf is the page of a fact that speaks of a subject: facts about the
// organization serve reasons about systems, too.
func (q *orgRequest) factOf(f *org.Fact, subject string) string {
	switch {
	case f.Kind == org.Record || f.Subject == org.AboutIncident:
		return ""
	case f.Subject == org.AboutOrganization:
		subject = string(org.AboutOrganization)
	case subject == string(org.AboutOrganization):
		return ""
	}
	return q.factPath(f.Subject, subject, f.ID)
}

func cites(ids []string) []link {
	list := make([]link, len(ids))
	for i, id := range ids {
		list[i] = link{provisionPath(id), id}
	}
	return list
}

func provisionPath(id string) string { return "/law/provisions/" + url.PathEscape(id) }

func (q *orgRequest) missing(state *standing.State, m regime.Missing) missingView {
	f := q.s.Set.Vocabulary.Fact(m.Fact)
	return missingView{q.questionPath(standing.Question{Fact: f, Subject: m.Subject}), q.Text(f.Question), q.subjectName(state, m.Subject), q.T("status." + string(m.CouldBecome))}
}

func (q *orgRequest) flip(state *standing.State, f regime.Flip) flipView {
	fact := q.s.Set.Vocabulary.Fact(f.Fact)
	return flipView{q.Text(fact.Label), q.subjectName(state, f.Subject), q.Text(fact.Show(f.From)), q.Text(fact.Show(f.To)), q.T("status." + string(f.Status)),
		q.to("what-if", "subject", f.Subject, "fact", f.Fact)}
}

// noticeView is a notice of designation, and the form for one.
type noticeView struct {
	words
	ID, Path, RemovePath    string
	NotifiedOn, WithdrawnOn field
	By, Reference, Systems  field
	Stands                  tag
	Line                    string
	Open                    bool // the form is shown
}

// notices are those that stand, and the form for another. A notice whose form
// was not taken is shown as it was sent.
func (q *orgRequest) notices(state *standing.State, failed noticeView) ([]noticeView, noticeView) {
	var list []noticeView
	for _, id := range state.Units(standing.AboutNotice) {
		n := state.Notice(id)
		v := q.notice(id, n, nil)
		if failed.ID == id {
			v = failed
		}
		v.Line = q.value(standing.Ref{Key: standing.KeyNotice}, standing.Encode(n))
		v.Stands = tag{"no", "–", q.T("notice.ended")}
		if (org.Designation{NotifiedOn: n.NotifiedOn, WithdrawnOn: n.WithdrawnOn}).StandsOn(q.when.On) {
			v.Stands = tag{"designated", "■", q.T("notice.stands")}
		}
		list = append(list, v)
	}
	if failed.Open && failed.ID == "" {
		return list, failed
	}
	return list, q.notice("", standing.Notice{}, nil)
}

func (q *orgRequest) notice(id string, n standing.Notice, at map[string]string) noticeView {
	text := func(name, value, typ string, optional bool) field {
		return field{words: q.words, Name: name, Label: q.T("notice." + name), Hint: q.hint("notice." + name), Value: value, Type: typ, Optional: optional, Error: at[name], Max: 200, Scope: id}
	}
	v := noticeView{words: q.words, ID: id, Path: q.to("notices"), NotifiedOn: text("notified_on", n.NotifiedOn.String(), "date", false),
		By: text("by", n.By, "", true), Reference: text("reference", n.Reference, "", true),
		Systems: text("systems", strings.Join(n.Systems, ", "), "", true), WithdrawnOn: text("withdrawn_on", n.WithdrawnOn.String(), "date", true), Open: len(at) > 0}
	v.Systems.Max = 4000
	if id != "" {
		v.Path = q.to("notices/" + id)
		v.RemovePath = q.to("notices/" + id + "/remove")
	}
	return v
}

// hint is the hint of a field, where there is one.
func (w words) hint(key string) string {
	if !message.Known(key + ".hint") {
		return ""
	}
	return w.T(key + ".hint")
}

// readNotice reads the form of a notice, with every mistake in it.
func (q *orgRequest) readNotice(state *standing.State) (standing.Notice, map[string]string) {
	at := map[string]string{}
	readDay := func(name string) day.Day {
		text := strings.TrimSpace(q.PostFormValue(name))
		d, err := day.Parse(text)
		if err != nil && text != "" {
			at[name] = q.T("web.bad_day", text)
		}
		return d
	}
	n := standing.Notice{NotifiedOn: readDay("notified_on"), WithdrawnOn: readDay("withdrawn_on"), By: shortText(q.PostFormValue("by")), Reference: shortText(q.PostFormValue("reference"))}
	if n.NotifiedOn.IsZero() && at["notified_on"] == "" {
		at["notified_on"] = q.T("standing.bad_notice")
	}
	if !n.WithdrawnOn.IsZero() && n.WithdrawnOn.Before(n.NotifiedOn) {
		at["withdrawn_on"] = q.T("file.withdrawn_early", n.WithdrawnOn.String(), n.NotifiedOn.String())
	}
	for _, id := range strings.FieldsFunc(q.PostFormValue("systems"), func(r rune) bool { return strings.ContainsRune(",，、; \n\r\t", r) }) {
		if !state.Exists(org.AboutSystem, id) {
			at["systems"] = q.T("standing.no_subject", id)
		}
		n.Systems = append(n.Systems, id)
	}
	return n, at
}

// shortText is text of one line as it is kept.
func shortText(s string) string { return strings.Join(strings.Fields(strings.ToValidUTF8(s, "")), " ") }

func (s *server) addNotice(q *orgRequest) error {
	return q.takeNotice("", func(n standing.Notice) error {
		return s.Standing.AddNotice(q.Context(), q.org, n, q.author())
	})
}

func (s *server) saveNotice(q *orgRequest) error {
	id := q.PathValue("id")
	return q.takeNotice(id, func(n standing.Notice) error {
		r := standing.Ref{About: standing.AboutNotice, Subject: id, Key: standing.KeyNotice}
		return s.Standing.Append(q.Context(), q.org, []standing.Change{{Ref: r, Value: standing.Encode(n), Seen: standing.Whatever}}, q.author())
	})
}

// takeNotice states the notice of a form, or shows the form again.
func (q *orgRequest) takeNotice(id string, state func(n standing.Notice) error) error {
	now, err := q.s.Standing.State(q.Context(), q.org)
	if err != nil {
		return err
	}
	if id != "" && !now.Exists(standing.AboutNotice, id) {
		return problem.New(problem.NotFound, "web.no_page")
	}
	n, at := q.readNotice(now)
	if len(at) > 0 {
		return q.renderStanding(http.StatusUnprocessableEntity, q.notice(id, n, at))
	}
	if err := state(n); err != nil {
		return err
	}
	q.s.redirect(q.request, q.to("standing", "done", "saved")+"#notices")
	return nil
}

func (s *server) removeNotice(q *orgRequest) error {
	if err := s.Standing.Remove(q.Context(), q.org, standing.AboutNotice, q.PathValue("id"), q.author()); err != nil {
		return err
	}
	s.redirect(q.request, q.to("standing", "done", "removed")+"#notices")
	return nil
}

// sourceView is where a statement of law was read.
func (s *server) sourceOf(id string) string {
	src := s.Set.Library.Source(id)
	switch {
	case src == nil:
		return id
	case src.URL != "":
		return src.URL
	}
	return src.What
}

// forceTag tells binding law from what only recommends.
func (w words) forceTag(f law.Force) tag {
	if f.Binding() {
		return tag{"", "§", w.T("force." + string(f))}
	}
	return tag{"no", "○", w.T("force." + string(f))}
}
