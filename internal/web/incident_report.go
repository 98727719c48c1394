package web

import (
	"bytes"
	"fmt"
	"mime"

	"guanji/internal/incident"
	"guanji/internal/message"
	"guanji/internal/regime"
	"guanji/internal/report"
	"guanji/internal/respond"
)

// partsView is what a report says, part by part: those first that must not
// wait.
type partsView struct {
	words
	First, Others []partView
	Open          bool // a form among the others was not taken
	Cite          citeLink
	Documents     []link
}

// partView is one part of a report.
type partView struct {
	words
	Number        int
	Name, Hint    string
	Written       string // by whom, when; "" for what only the record knows
	Stands, Known string // what was written, and what the record knows in the reader's language
	Form          *stepForm
}

func (q *caseRequest) parts() *partsView {
	form := q.s.Set.Report
	v := &partsView{words: q.words, Cite: q.briefCite(form.Basis.Value), Documents: q.documents(false)}
	for i, p := range form.Parts {
		part := q.partView(i, p)
		if p.First {
			v.First = append(v.First, part)
			continue
		}
		v.Others, v.Open = append(v.Others, part), v.Open || part.Form.Open
	}
	return v
}

// partView is a part of a report with its form. It is filled in in Chinese, as
// authorities read it.
func (q *caseRequest) partView(i int, p regime.FormPart) partView {
	v := partView{words: q.words, Number: i + 1, Name: q.Text(p.Name), Hint: q.Text(p.Hint)}
	stands := q.s.Respond.Known(q.c, q.file, p.ID.Value, message.Chinese)
	if written, ok := q.c.Parts[p.ID.Value]; ok {
		stands, v.Written = written.Part.Text, q.T("fact.by", written.By, clock(written.At))
	} else if q.lang != message.Chinese {
		v.Known = q.s.Respond.Known(q.c, q.file, p.ID.Value, q.lang)
	}
	v.Stands = stands
	f := q.form("part", p.ID.Value)
	f.Name = v.Name
	text := f.area("text", stands)
	text.Label, text.Hint, text.Chinese = fmt.Sprintf("(%d) %s", v.Number, v.Name), v.Hint, true
	v.Form = f.send("cases.send.part")
	return v
}

// closingView is the end of a case.
type closingView struct {
	words
	Ended     string // when handling ended; "" while it goes on
	Parts     []partView
	Documents []link
	Open      bool
	Steps     []*stepForm // what can be done next
	Missing   int         // reports that are due for certain, and were not made
}

func (q *caseRequest) closing() *closingView {
	v := &closingView{words: q.words, Ended: moment(q.c.Ended)}
	step := func(kind string, needed bool) {
		f := q.form(kind, "")
		name := "why"
		if kind == "ended" {
			f.happened()
			name = "note"
		}
		f.text(name, "", needed)
		f.Name = q.T("cases.choice." + kind)
		v.Steps = append(v.Steps, f.send("cases.send."+kind))
	}
	for _, k := range q.c.Clocks() {
		if k.Open && !k.Provisional {
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
		v.Documents = q.documents(true)
		for i, p := range q.s.Set.Closing.Parts {
			part := q.partView(i, p)
			v.Parts, v.Open = append(v.Parts, part), v.Open || part.Form.Open
		}
	}
	return v
}

// documentAsked is the report that the address asks for: in Chinese unless it
// says otherwise.
func (q *orgRequest) documentAsked() (d respond.Document, name string, err error) {
	n, err := q.caseNumber()
	if err != nil {
		return d, "", err
	}
	lang := message.Chinese
	if q.URL.Query().Get("lang") == string(message.English) {
		lang = message.English
	}
	closing := q.URL.Query().Get("part") == "closing"
	d, err = q.s.Respond.Report(q.Context(), q.org, n, closing, lang)
	name = fmt.Sprintf("guanji-%s-%d", q.org, n)
	if closing {
		name += "-closing"
	}
	if d.Drill {
		name += "-DRILL-演练"
	}
	return d, name + "-" + string(lang), err
}

// caseDocument sends the report as a file.
func (s *server) caseDocument(q *orgRequest) error {
	d, name, err := q.documentAsked()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := report.Docx(&b, d); err != nil {
		return err
	}
	q.w.Header().Set("Content-Type", docxType)
	q.w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name + ".docx"}))
	_, _ = q.w.Write(b.Bytes()) // the reader has gone
	return nil
}

// caseReport shows the report as a page to read and print.
func (s *server) caseReport(q *orgRequest) error {
	d, _, err := q.documentAsked()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := report.DocumentHTML(&b, d); err != nil {
		return err
	}
	q.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	q.w.Header().Set("Content-Security-Policy", documentPolicy)
	_, _ = q.w.Write(b.Bytes()) // the reader has gone
	return nil
}
