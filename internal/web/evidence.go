package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"guanji/internal/evidence"
	"guanji/internal/org"
)

// evidencePage lists what was filed: evidence, orders and plans, or events.
type evidencePage struct {
	page
	Path                           string
	Tabs                           []tab
	Show                           string // records, plans or events
	Text                           string
	Kinds, Results, States         []option
	Subject                        subjectPick
	Duty                           link // the list is about one duty
	AllDuties                      string
	On, Known                      string // kept while filtering, "" for today
	Rows                           []evidenceItem
	From, To, Of                   int
	Any                            bool // something was filed, though the filter may hide it
	NewerPath, OlderPath, FilePath string
	NewPath, PlanPath, EventPath   string
}

type tab struct {
	Path, Name string
	Count      int
	Here       bool
}

// evidenceItem is something filed, worded for a list.
type evidenceItem struct {
	words
	Path, Number, Name  string
	Duty                link
	More                int // duties beyond the first
	Subject             string
	Day, Distance       string
	Until, UntilAway    string
	How, Scope, Files   string
	Result, State       tag
	By, At              string
	Size                int64
	FileCount           int
	filed               evidence.Filed
	dutyIDs, fileDigest []string
}

// evidenceShown is how many items stand on one page.
const evidenceShown = 50

// The lists.
const (
	showRecords = "records"
	showPlans   = "plans"
	showEvents  = "events"
)

func shows(f evidence.Filed) string {
	switch {
	case f.Record != nil:
		return showRecords
	case f.Plan != nil:
		return showPlans
	case f.Event != nil:
		return showEvents
	}
	return ""
}

// evidenceFilter chooses what is listed.
type evidenceFilter struct {
	show, duty, kind, subject, result, state, text string
}

func (q *orgRequest) evidenceFilter() evidenceFilter {
	f := evidenceFilter{show: q.FormValue("show"), duty: q.FormValue("duty"), kind: q.FormValue("kind"), subject: q.FormValue("subject"),
		result: q.FormValue("result"), state: q.FormValue("state"), text: strings.ToLower(strings.TrimSpace(q.FormValue("q")))}
	if f.show != showPlans && f.show != showEvents {
		f.show = showRecords
	}
	return f
}

// takes reports whether a filter lets something through, but for its words.
func (f evidenceFilter) takes(b *evidence.Book, filed evidence.Filed, q *orgRequest) bool {
	subject, _ := filed.SubjectOf()
	r := filed.Record
	return shows(filed) == f.show && !filed.Since().After(q.when.On) &&
		(f.duty == "" || slices.Contains(filed.DutyIDs(), f.duty)) &&
		(f.subject == "" || subject == f.subject) &&
		(f.kind == "" || r != nil && r.Kind == f.kind) &&
		(f.result == "" || r != nil && string(r.Result) == f.result) &&
		(f.state == "" || string(stateOf(b, filed, q.when.On)) == f.state)
}

// bookAsked is what was filed by the day asked.
func (q *orgRequest) bookAsked() (*evidence.Book, error) {
	b, err := q.s.Filing.Book(q.Context(), q.org)
	if err == nil && !q.when.Known.IsZero() {
		b = b.KnownBy(q.when.Known)
	}
	return b, err
}

// chosen is what a filter lets through, the newest first.
func (q *orgRequest) chosen(b *evidence.Book, f evidenceFilter) []evidenceItem {
	names := q.dutyNames()
	var list []evidenceItem
	for _, filed := range slices.Backward(b.Filed) {
		if !f.takes(b, filed, q) {
			continue
		}
		item := q.evidenceItem(b, filed, names)
		if f.text == "" || item.holds(f.text, names) {
			list = append(list, item)
		}
	}
	return list
}

// holds reports whether an item says some text, in small letters.
func (i evidenceItem) holds(text string, names map[string]string) bool {
	said := []string{i.Number, i.Name, i.Subject, i.How, i.Scope, i.By}
	for _, d := range i.dutyIDs {
		said = append(said, d, names[d])
	}
	if r := i.filed.Record; r != nil {
		said = append(said, r.Note)
		for _, f := range r.Files {
			said = append(said, f.Name, f.Digest)
		}
	}
	if p := i.filed.Plan; p != nil {
		said = append(said, p.What)
	}
	return strings.Contains(strings.ToLower(strings.Join(said, "\n")), text)
}

// dutyNames are the names of all duties of the content.
func (q *orgRequest) dutyNames() map[string]string {
	names := make(map[string]string, len(q.s.Set.Duties))
	for _, d := range q.s.Set.Duties {
		names[d.ID.Value] = q.Text(d.Name)
	}
	return names
}

func (q *orgRequest) evidenceItem(b *evidence.Book, f evidence.Filed, names map[string]string) evidenceItem {
	subject, _ := f.SubjectOf()
	item := evidenceItem{words: q.words, filed: f, dutyIDs: f.DutyIDs(), Path: q.evidencePath(f.Seq), Number: "#" + strconv.FormatInt(f.Seq, 10), Subject: q.subjectWords(subject),
		State: q.stateTag(b, f), By: f.By, At: clock(f.At), Day: f.Since().String(), Distance: q.distance(q.when.On, f.Since())}
	first := item.dutyIDs[0]
	item.Duty, item.More = link{q.to("duties/" + first), cmp.Or(names[first], first)}, len(item.dutyIDs)-1
	until := item.Day
	switch {
	case f.Record != nil:
		r := f.Record
		item.Name, item.How, item.Scope, item.Result = q.evidenceKind(r.Kind), q.methodWords(r.Method), q.scopeWords(r.Scope), q.resultOf(r)
		item.fill(r.Files)
		until = r.ValidUntil.String()
		item.UntilAway = q.distance(q.when.On, r.ValidUntil)
	case f.Plan != nil:
		item.Name, item.How = q.basisWords(f.Plan), f.Plan.What
		until, item.UntilAway = f.Plan.Due.String(), q.distance(q.when.On, f.Plan.Due)
	case f.Event != nil:
		item.Name, until = f.Event.What, ""
	}
	item.Until = until
	return item
}

func (i *evidenceItem) fill(files []evidence.File) {
	for _, f := range files {
		i.Size += f.Size
		i.fileDigest = append(i.fileDigest, f.Digest)
	}
	if i.FileCount = len(files); i.FileCount > 0 {
		i.Files = i.T("evidence.file_count", i.FileCount, byteWords(i.Size))
	}
}

func (s *server) evidence(q *orgRequest) error {
	b, err := q.bookAsked()
	if err != nil {
		return err
	}
	f := q.evidenceFilter()
	p := evidencePage{page: q.page("evidence"), Path: orgPath(q.org, "evidence"), Show: f.show, Text: q.FormValue("q"), FilePath: q.evidenceList("evidence.csv", "from", ""),
		NewPath: q.to("evidence/new", "duty", f.duty), PlanPath: q.to("plans/new", "duty", f.duty), EventPath: q.to("events/new", "duty", f.duty)}
	p.Org.DaysMatter = true
	if q.when.query() != "" {
		p.On, p.Known = q.when.On.String(), q.when.Known.String()
	}
	if f.duty != "" {
		p.Duty, p.AllDuties = link{f.duty, q.dutyName(f.duty)}, q.evidenceList("evidence", "duty", "")
	}
	p.tabs(q, b)
	p.choices(q, f)
	p.fill(q, q.chosen(b, f))
	if q.part("list") {
		return s.renderPart(q.request, "evidence", "list", p)
	}
	return s.render(q.request, http.StatusOK, "evidence", p)
}

// tabs lead to the lists, each with how much there is.
func (p *evidencePage) tabs(q *orgRequest, b *evidence.Book) {
	count := map[string]int{}
	for _, f := range b.Filed {
		if duty := q.FormValue("duty"); !f.Since().After(q.when.On) && (duty == "" || slices.Contains(f.DutyIDs(), duty)) {
			count[shows(f)]++
		}
	}
	for _, show := range []string{showRecords, showPlans, showEvents} {
		p.Any = p.Any || show == p.Show && count[show] > 0
		p.Tabs = append(p.Tabs, tab{q.to("evidence", "show", show, "duty", q.FormValue("duty")), q.T("evidence.show." + show), count[show], show == p.Show})
	}
}

// choices are those of the filter.
func (p *evidencePage) choices(q *orgRequest, f evidenceFilter) {
	all := option{Value: "", Name: q.T("web.all")}
	p.Kinds, p.Results, p.States = []option{all}, []option{all}, []option{all}
	for _, k := range q.s.Set.EvidenceKinds {
		p.Kinds = append(p.Kinds, option{Value: k.ID.Value, Name: q.Text(k.Name)})
	}
	for _, r := range evidence.Results() {
		p.Results = append(p.Results, option{Value: string(r), Name: q.T("evidence.result." + string(r))})
	}
	for _, st := range filedStates() {
		if f.show == showPlans && st != filedLapsed || st == filedStands || st == filedEnded || f.show == showRecords && st == filedLapsed {
			p.States = append(p.States, option{Value: string(st), Name: q.T("evidence.state." + string(st))})
		}
	}
	p.Subject = q.subjectPick(f.subject, "")
	p.Subject.Options = append([]option{all}, p.Subject.Options...)
	options(f.kind, p.Kinds)
	options(f.result, p.Results)
	options(f.state, p.States)
}

// mostSubjects is up to how many systems are offered to choose from.
const mostSubjects = 300

// subjectPick offers what evidence can be about, as it is now.
func (q *orgRequest) subjectPick(chosen, wrong string) subjectPick {
	ids := q.now.Units(org.AboutSystem)
	p := subjectPick{words: q.words, Value: chosen, Error: wrong, Many: len(ids) > mostSubjects}
	if p.Many {
		return p
	}
	ids = append([]string{evidence.Organization, evidence.AllSystems}, ids...)
	if chosen != "" && !slices.Contains(ids, chosen) {
		ids = append(ids, chosen) // it was removed since
	}
	for _, id := range ids {
		p.Options = append(p.Options, option{id, q.subjectWords(id), id == chosen})
	}
	return p
}

// fill puts one page of the list in place.
func (p *evidencePage) fill(q *orgRequest, rows []evidenceItem) {
	start, _ := strconv.Atoi(q.FormValue("from"))
	if start < 0 || start >= len(rows) {
		start = 0
	}
	end := min(len(rows), start+evidenceShown)
	p.Rows, p.From, p.To, p.Of = rows[start:end], min(start+1, len(rows)), end, len(rows)
	if start > 0 {
		p.NewerPath = q.evidenceList("evidence", "from", strconv.Itoa(max(0, start-evidenceShown)))
	}
	if end < len(rows) {
		p.OlderPath = q.evidenceList("evidence", "from", strconv.Itoa(end))
	}
}

// evidenceList is the address of the list with its filter, one part of it
// changed.
func (q *orgRequest) evidenceList(page, name, value string) string {
	pairs := []string{}
	for _, key := range []string{"show", "duty", "kind", "subject", "result", "state", "q"} {
		if key != name {
			pairs = append(pairs, key, q.FormValue(key))
		}
	}
	return q.to(page, append(pairs, name, value)...)
}
