package web

import (
	"bytes"
	"fmt"
	"mime"
	"slices"

	"guanji/internal/message"
	"guanji/internal/report"
	"guanji/internal/respond"
)

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
	paper := respond.FirstReport
	if asked := respond.Paper(q.URL.Query().Get("part")); slices.Contains(respond.Papers(), asked) {
		paper = asked
	}
	d, err = q.s.Respond.Report(q.Context(), q.org, n, paper, lang)
	name = fmt.Sprintf("guanji-%s-%d", q.org, n)
	if paper != respond.FirstReport {
		name += "-" + string(paper)
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
	if err := report.DocumentPage(&b, d, report.Bar{Lang: q.lang, Back: q.to("incidents/" + q.PathValue("n"))}); err != nil {
		return err
	}
	q.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	q.w.Header().Set("Content-Security-Policy", documentPolicy)
	_, _ = q.w.Write(b.Bytes()) // the reader has gone
	return nil
}
