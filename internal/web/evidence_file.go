package web

import (
	"encoding/csv"
	"net/url"
	"strconv"
	"strings"
)

// evidenceFile sends the list as a table that spreadsheets read.
func (s *server) evidenceFile(q *orgRequest) error {
	b, err := q.bookAsked()
	if err != nil {
		return err
	}
	f := q.evidenceFilter()
	q.w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	q.w.Header().Set("Content-Disposition", `attachment; filename*=UTF-8''`+url.PathEscape(q.org+"-"+f.show+"-"+q.when.On.String()+".csv"))
	w := csv.NewWriter(q.w)
	_, _ = q.w.Write([]byte("\uFEFF")) // spreadsheets take it for UTF-8 by this mark
	_ = w.Write([]string{"number", "what", "duties", "subject", "subject_name", "day", "until", "how", "population", "sample", "skipped", "result", "state", "files", "bytes", "digests", "filed_by", "filed_at", "note"})
	for _, item := range q.chosen(b, f) {
		_ = w.Write(cells(item.row()...))
	}
	w.Flush() // the reader may have gone
	return nil
}

// row is an item as a row of a table.
func (i evidenceItem) row() []string {
	subject, _ := i.filed.SubjectOf()
	n := func(n int64) string { return strconv.FormatInt(n, 10) }
	row := []string{n(i.filed.Seq), i.Name, strings.Join(i.dutyIDs, " "), subject, i.Subject, i.Day, i.Until, i.How}
	note, scope := "", []string{"", "", ""}
	if r := i.filed.Record; r != nil {
		note = r.Note
		if r.Scope != nil {
			scope = []string{n(r.Scope.Population), n(r.Scope.Sample), n(r.Scope.Skipped)}
		}
	}
	return append(append(row, scope...), i.Result.Name, i.State.Name, strconv.Itoa(i.FileCount), n(i.Size), strings.Join(i.fileDigest, " "), i.By, i.At, note)
}
