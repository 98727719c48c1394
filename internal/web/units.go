package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"guanji/internal/message"
	"guanji/internal/org"
	"guanji/internal/problem"
	"guanji/internal/regime"
	"guanji/internal/report"
	"guanji/internal/standing"
)

// units are the pages of systems or of transfers.
type units struct {
	*server
	about org.Subject
}

// path is the folder of the pages.
func (u units) path() string { return string(u.about) + "s" }

// to returns the path of the page of one unit, or of something done with it.
func (u units) to(q *orgRequest, id, action string, pairs ...string) string {
	page := u.path() + "/" + url.PathEscape(id)
	if action != "" {
		page += "/" + action
	}
	return q.to(page, pairs...)
}

// unitsPage lists systems or transfers, and takes in and gives out the
// organization file.
type unitsPage struct {
	page
	Path               string
	Systems            bool
	Text               string
	List               []unitItem
	From, To, Of       int
	PrevPath, NextPath string
	ID, En, Zh         field
	Renaming           bool // the form of the name was sent and not taken
	NameEn, NameZh     field
	NamePath           string
	FilePath           string
	Errors             []string
	Facts              []factRow // of the organization
}

type unitItem struct {
	words
	Path, ID, Name string
	Stated, Open   int
	Yes            int // duties that apply to a system
	Result         tag // of a transfer
}

// factRow is one fact of a subject.
type factRow struct {
	Path, Label, Value, By string
	Known                  bool
}

const unitsShown = 50

// refused is what was wrong with what one of the forms of the page sent.
type refused struct {
	add, name map[string]string
	file      []string
}

func (u units) list(q *orgRequest) error { return u.render(q, http.StatusOK, refused{}) }

func (u units) render(q *orgRequest, code int, r refused) error {
	base := q.page(u.path())
	v, err := q.view()
	if err != nil {
		return err
	}
	p := unitsPage{page: base, Path: q.to(u.path()), Systems: u.about == org.AboutSystem, Text: strings.TrimSpace(q.FormValue("q")), Errors: r.file,
		FilePath: q.to("file"), NamePath: q.to("name"), Renaming: r.name != nil,
		ID: field{words: q.words, Name: "id", Label: q.T("unit.id"), Hint: q.T("unit.id.hint"), Value: q.PostFormValue("id"), Max: standing.MaxID, Error: r.add["id"]}}
	sent := q.postedName()
	name := v.State.Name(org.AboutOrganization, string(org.AboutOrganization))
	if r.name != nil {
		name, sent = sent, message.Text{}
	}
	p.En, p.Zh = q.nameFields(sent.En, sent.Zh, r.add)
	p.NameEn, p.NameZh = q.nameFields(name.En, name.Zh, r.name)
	p.NameEn.Scope, p.NameZh.Scope = "o", "o"
	if p.Systems {
		p.Facts = q.facts(v, org.AboutOrganization, string(org.AboutOrganization))
	}
	p.fill(u, q, v)
	return u.server.render(q.request, code, "units", p)
}

// fill lists the units whose name or id holds the text.
func (p *unitsPage) fill(u units, q *orgRequest, v *standing.View) {
	var ids []string
	text := strings.ToLower(p.Text)
	holds := func(id string) bool {
		name := v.State.Name(u.about, id)
		return strings.Contains(strings.ToLower(id+"\n"+name.En+"\n"+name.Zh), text)
	}
	for _, id := range v.State.Units(u.about) {
		if text == "" || holds(id) {
			ids = append(ids, id)
		}
	}
	start, _ := strconv.Atoi(q.FormValue("from"))
	if start < 0 || start >= len(ids) {
		start = 0
	}
	end := min(len(ids), start+unitsShown)
	open := openBySubject(v)
	yes := yesBySubject(v)
	for _, id := range ids[start:end] {
		item := unitItem{words: q.words, Path: u.to(q, id, ""), ID: id, Name: q.Text(v.State.Name(u.about, id)), Open: open[id], Yes: yes[id], Stated: max(0, len(v.State.Stated(u.about, id))-1)}
		for _, t := range v.Assessment.Transfers {
			if u.about == org.AboutTransfer && t.ID == id {
				item.Result = q.resultTag(t.Result)
			}
		}
		p.List = append(p.List, item)
	}
	p.From, p.To, p.Of = min(start+1, len(ids)), end, len(ids)
	if start > 0 {
		p.PrevPath = q.to(u.path(), "q", p.Text, "from", strconv.Itoa(max(0, start-unitsShown)))
	}
	if end < len(ids) {
		p.NextPath = q.to(u.path(), "q", p.Text, "from", strconv.Itoa(end))
	}
}

func openBySubject(v *standing.View) map[string]int {
	n := map[string]int{}
	for _, o := range v.Questions() {
		n[o.Subject]++
	}
	return n
}

func yesBySubject(v *standing.View) map[string]int {
	n := map[string]int{}
	for _, d := range v.Assessment.Duties {
		if d.Applies == regime.Yes {
			n[d.Subject]++
		}
	}
	return n
}

// add adds a system or transfer.
func (u units) add(q *orgRequest) error {
	id := strings.TrimSpace(q.PostFormValue("id"))
	if err := u.Standing.AddUnit(q.Context(), q.org, u.about, id, q.postedName(), q.author()); err != nil {
		at, err := q.fieldErrors(err)
		if err != nil {
			return err
		}
		return u.render(q, http.StatusUnprocessableEntity, refused{add: at})
	}
	u.redirect(q.request, u.to(q, id, "", "done", "added"))
	return nil
}

// unitPage is one system or transfer with its facts.
type unitPage struct {
	page
	ID                      string
	Path, RemovePath        string
	Systems                 bool
	En, Zh                  field
	Renaming                bool
	Facts                   []factRow
	Unasked                 []factRow
	Questions, Duties, Back string
	Open                    int
	Yes                     int // duties that apply
	Decision                *decisionView
}

func (u units) show(q *orgRequest) error { return u.renderOne(q, http.StatusOK, nil) }

func (u units) renderOne(q *orgRequest, code int, at map[string]string) error {
	id := q.PathValue("id")
	base := q.page(string(u.about))
	v, err := q.view()
	if err != nil {
		return err
	}
	if !v.State.Exists(u.about, id) {
		return problem.New(problem.NotFound, "web.no_page")
	}
	name := v.State.Name(u.about, id)
	base.Title = q.Text(name)
	p := unitPage{page: base, ID: id, Path: u.to(q, id, ""), RemovePath: u.to(q, id, "remove"), Systems: u.about == org.AboutSystem,
		Facts: q.facts(v, u.about, id), Unasked: q.unstated(v, u.about, id), Back: q.to(u.path()), Renaming: at != nil}
	en, zh := name.En, name.Zh
	if at != nil {
		en, zh = q.PostFormValue("name_en"), q.PostFormValue("name_zh")
	}
	p.En, p.Zh = q.nameFields(en, zh, at)
	if p.Systems {
		p.Questions, p.Duties, p.Open = q.to("questions", "only", id), q.to("duties", "subject", id), openBySubject(v)[id]
		p.Yes = yesBySubject(v)[id]
	}
	for i := range v.Assessment.Transfers {
		if t := &v.Assessment.Transfers[i]; !p.Systems && t.ID == id {
			p.Decision = q.decision(v.State, t)
		}
	}
	return u.server.render(q.request, code, "unit", p)
}

// facts are those of a subject that were asked.
func (q *orgRequest) facts(v *standing.View, about org.Subject, id string) []factRow {
	var list []factRow
	for _, f := range q.s.Set.Vocabulary.Facts() {
		if e, ok := v.State.Entry(standing.Ref{About: about, Subject: id, Key: f.ID}); ok {
			list = append(list, factRow{q.factPath(about, id, f.ID), q.Text(f.Label), q.value(e.Ref, e.Value), q.T("fact.by", e.By, clock(e.At)), true})
		}
	}
	return list
}

// unstated are the facts of a subject that nobody was asked.
func (q *orgRequest) unstated(v *standing.View, about org.Subject, id string) []factRow {
	var list []factRow
	for _, f := range q.s.Set.Vocabulary.Facts() {
		if f.Subject != about || f.Kind == org.Record {
			continue
		}
		if _, ok := v.State.Entry(standing.Ref{About: about, Subject: id, Key: f.ID}); !ok {
			list = append(list, factRow{Path: q.factPath(about, id, f.ID), Label: q.Text(f.Label)})
		}
	}
	return list
}

func (u units) rename(q *orgRequest) error {
	id := q.PathValue("id")
	err := q.name(u.about, id)
	if at, other := q.fieldErrors(err); other != nil {
		return other
	} else if at != nil {
		return u.renderOne(q, http.StatusUnprocessableEntity, at)
	}
	u.redirect(q.request, u.to(q, id, "", "done", "saved"))
	return nil
}

// name states the name of a form.
func (q *orgRequest) name(about org.Subject, id string) error {
	name, mistakes := standing.CheckUnit("any", q.postedName())
	if err := mistakes.OrNil(); err != nil {
		return err
	}
	return q.s.Standing.Append(q.Context(), q.org, []standing.Change{{Ref: standing.Ref{About: about, Subject: id, Key: standing.KeyName},
		Value: standing.Encode(name), Seen: standing.Whatever}}, q.author())
}

// saveName renames the organization.
func (s *server) saveName(q *orgRequest) error {
	err := q.name(org.AboutOrganization, string(org.AboutOrganization))
	if at, other := q.fieldErrors(err); other != nil {
		return other
	} else if at != nil {
		return units{s, org.AboutSystem}.render(q, http.StatusUnprocessableEntity, refused{name: at})
	}
	s.redirect(q.request, q.to("systems", "done", "saved"))
	return nil
}

func (u units) remove(q *orgRequest) error {
	if err := u.Standing.Remove(q.Context(), q.org, u.about, q.PathValue("id"), q.author()); err != nil {
		return err
	}
	u.redirect(q.request, q.to(u.path(), "done", "removed"))
	return nil
}

// decisionView is the pathway of a transfer, worded.
type decisionView struct {
	words
	Result    tag
	Step      string
	Possible  string
	Basis     []citeLink
	Reasons   []reasonView
	Missing   []link
	Overlays  []overlayView
	Deadlines []factUsed
	Warnings  []string
	IfKind    []string // sector rules that apply to some kinds of data only
	Duties    []link
	Projected tag
}

type overlayView struct {
	Cite       citeLink
	Text, Mark string
}

func (q *orgRequest) decision(state *standing.State, t *regime.TransferDecision) *decisionView {
	d := t.Decision
	v := &decisionView{words: q.words, Result: q.resultTag(d.Result), Basis: q.cites(d.Basis), Projected: q.resultTag(d.Projected.Result)}
	if d.Step != nil {
		v.Step = *d.Step
	}
	for _, w := range d.Warnings {
		if strings.HasPrefix(w.ID, "sector_") {
			v.IfKind = append(v.IfKind, q.Text(w.Text))
		} else {
			v.Warnings = append(v.Warnings, q.Text(w.Text))
		}
	}
	var possible []string
	for _, r := range d.Possible {
		possible = append(possible, q.T("result."+string(r)))
	}
	v.Possible = q.join(possible)
	for _, r := range d.Reasons {
		r.Subject = t.ID
		reason := q.reason(state, r)
		reason.About = q.Text(t.Name)
		v.Reasons = append(v.Reasons, reason)
	}
	for _, id := range d.Missing {
		if f := q.s.Set.Vocabulary.Fact(id); f != nil {
			v.Missing = append(v.Missing, link{q.factOf(f, t.ID), q.Text(f.Label)})
		}
	}
	for _, o := range d.Overlays {
		v.Overlays = append(v.Overlays, overlayView{q.cite(o.Basis), q.Text(o.Text), q.mark(o.Confidence)})
	}
	for _, l := range d.Deadlines {
		v.Deadlines = append(v.Deadlines, factUsed{provisionPath(l.Basis), q.Text(l.Text), report.Limit(q.lang, l.Limit, l.Calendar)})
	}
	for _, id := range d.Duties {
		v.Duties = append(v.Duties, link{q.to("duties/" + id), q.dutyName(id)})
	}
	return v
}

func (q *orgRequest) dutyName(id string) string {
	for _, d := range q.s.Set.Duties {
		if d.ID.Value == id {
			return q.Text(d.Name)
		}
	}
	return id
}
