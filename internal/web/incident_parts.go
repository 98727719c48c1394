package web

import (
	"fmt"
	"slices"

	"guanji/internal/incident"
	"guanji/internal/message"
	"guanji/internal/regime"
)

// partsView is what a report says, part by part: those first that must not
// wait.
type partsView struct {
	words
	First, Others []partView
	Notice        []partView // of the notice to the people concerned, where they must be told
	Open          bool       // a form among the others was not taken
	NoticeOpen    bool       // the same of the notice
	Told          string
	Cite          citeLink
	Documents     []link
}

// partView is one part of a report.
type partView struct {
	words
	Number     int
	Name, Hint string
	Told       string // what was just done here
	Written    string // by whom, when; "" for what only the record knows
	Stale      string // what was stated after it was written, by whom and when
	Stands     string // what the report says
	Known      string // what the record knows, where that is not what the report says
	English    string // the same in the reader's language, if that is not Chinese
	Form       *stepForm
}

func (q *caseRequest) parts() *partsView {
	form := q.s.Set.Report
	v := &partsView{words: q.words, Cite: q.briefCite(form.Basis.Value), Documents: q.documents("")}
	for i, p := range form.Parts {
		part := q.partView(i, p)
		if p.First {
			v.First = append(v.First, part)
			continue
		}
		v.Others, v.Open = append(v.Others, part), v.Open || part.Form.Open || part.Told != ""
	}
	if !slices.ContainsFunc(q.c.Clocks(), func(k incident.Clock) bool { return k.Content == "notice" }) {
		return v
	}
	for i, p := range q.s.Set.Notice.Parts {
		part := q.partView(i, p)
		v.Notice, v.NoticeOpen = append(v.Notice, part), v.NoticeOpen || part.Form.Open || part.Told != ""
	}
	return v
}

// partView is a part of a report with its form. It is filled in in Chinese, as
// authorities read it.
func (q *caseRequest) partView(i int, p regime.FormPart) partView {
	v := partView{words: q.words, Number: i + 1, Name: q.Text(p.Name), Hint: q.Text(p.Hint), Told: q.told("part", p.ID.Value)}
	known := q.s.Respond.Known(q.c, q.file, p.ID.Value, message.Chinese)
	v.Stands = known
	if written, ok := q.c.Parts[p.ID.Value]; ok {
		v.Stands, v.Written = written.Part.Text, q.T("fact.by", written.By, clock(written.At))
		v.Stale = q.stale(written, known)
	}
	if v.Stands != known {
		v.Known = known
	}
	if q.lang != message.Chinese {
		v.English = q.s.Respond.Known(q.c, q.file, p.ID.Value, q.lang)
	}
	f := q.form("part", p.ID.Value)
	f.Name = v.Name
	text := f.area("text", v.Stands)
	text.Label, text.Hint, text.Chinese = fmt.Sprintf("(%d) %s", v.Number, v.Name), v.Hint, true
	v.Form = f.send("cases.send.part")
	return v
}

// stale says what was stated of the case after a part was written, "" if
// nothing was that concerns it.
func (q *caseRequest) stale(written incident.Recorded, known string) string {
	i := slices.IndexFunc(q.c.Steps, func(r incident.Recorded) bool { return r.Seq == written.Seq })
	then := q.s.Respond.Known(incident.Fold(q.c.Number, q.c.Steps[:i+1]), q.file, written.Part.ID, message.Chinese)
	if known != "" && known == then {
		return ""
	}
	for _, r := range slices.Backward(q.c.Steps[i+1:]) {
		graded := slices.ContainsFunc(q.c.Grades, func(g incident.Graded) bool { return g.Seq == r.Seq })
		if graded || r.Facts != nil || r.Strike != nil && r.Judged != nil {
			return q.T("cases.part.stale", r.By, clock(r.At))
		}
	}
	return ""
}

// closingView is the end of a case.
type closingView struct {
	words
	Ended     string // when handling ended; "" while it goes on
	Parts     []partView
	Documents []link
	Open      bool
	Steps     []*stepForm // what can be done next
	Missing   int         // reports that are due, or may be, and were not made
}

func (q *caseRequest) closing() *closingView {
	v := &closingView{words: q.words, Ended: moment(q.c.Ended)}
	step := func(kind string, needed bool) {
		f := q.form(kind, "")
		name := "why"
		if kind == "ended" {
			f.happened()
			f.outage(q)
			name = "note"
		}
		f.text(name, "", needed)
		f.Name = q.T("cases.choice." + kind)
		v.Steps = append(v.Steps, f.send("cases.send."+kind))
	}
	for _, k := range q.c.Clocks() {
		if k.Open {
			v.Missing++
		}
	}
	switch q.c.State {
	case incident.Running:
		step("ended", false)
	case incident.Watched:
		v.Steps = append(v.Steps, q.openForm(incident.Incident, false))
		step("close", v.Missing > 0)
	case incident.Handled:
		step("close", v.Missing > 0)
		step("reopen", true)
	case incident.Closed, incident.Dismissed:
		step("reopen", true)
	}
	if q.c.Kind == incident.Incident && !q.c.Ended.IsZero() || q.c.State == incident.Closed && q.c.Kind == incident.Incident {
		v.Documents = q.documents("closing")
		for i, p := range q.s.Set.Closing.Parts {
			part := q.partView(i, p)
			v.Parts, v.Open = append(v.Parts, part), v.Open || part.Form.Open || part.Told != ""
		}
	}
	return v
}
