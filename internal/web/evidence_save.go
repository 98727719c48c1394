package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"guanji/internal/day"
	"guanji/internal/evidence"
	"guanji/internal/message"
	"guanji/internal/problem"
)

// fileEvidence files evidence. A form that is not taken comes back as it was
// sent, with the files that it brought.
func (s *server) fileEvidence(q *orgRequest) error {
	brought, err := q.receive()
	if err != nil {
		return err
	}
	kept, ok := readKept(q.PostForm["kept"])
	if !ok {
		return problem.New(problem.Input, "web.bad_form")
	}
	again := formValues(func(name string) []string { return q.PostForm[name] })
	record, unread := q.readRecord(append(kept, brought...))
	chosen := func(name string) []string {
		if name == "duties" {
			return record.Duties
		}
		if name == "more" {
			return q.unreadDuties()
		}
		return again(name)
	}
	if q.PostFormValue("do") == "add" {
		return q.renderEvidenceForm(http.StatusOK, evidenceFormPage{}, chosen, record.Files, nil)
	}
	filed, err := q.file(evidence.Item{Record: &record}, unread)
	if problem.KindOf(err) == problem.Conflict {
		return q.supersededMeanwhile(record, chosen, err)
	}
	at, err := q.fieldErrors(err)
	if err != nil {
		return err
	}
	if at != nil {
		return q.renderEvidenceForm(http.StatusUnprocessableEntity, evidenceFormPage{page: page{Alert: at["of"]}}, chosen, record.Files, at)
	}
	s.redirect(q.request, q.to("evidence/"+strconv.FormatInt(filed, 10), "done", "filed"))
	return nil
}

// file files an item, and returns its number. What could not be read of the
// form is told with what package filing finds.
func (q *orgRequest) file(item evidence.Item, unread problem.Fields) (int64, error) {
	if len(unread) > 0 {
		mistakes := item.Check(q.when.today)
		return 0, append(unread, slices.DeleteFunc(mistakes, func(f problem.Field) bool {
			return slices.ContainsFunc(unread, func(u problem.Field) bool { return u.Name == f.Name })
		})...)
	}
	filed, err := q.s.Filing.File(q.Context(), q.org, q.holder.Name, item)
	if err != nil {
		return 0, err
	}
	return filed[0].Seq, nil
}

// formReader reads the fields of a form, and remembers what cannot be read.
type formReader struct {
	*orgRequest
	problem.Fields
}

func (r *formReader) fail(name, key string, args ...any) {
	r.Fields = append(r.Fields, problem.Field{Name: name, Msg: message.New(key, args...)})
}

func (r *formReader) line(name string) string {
	return strings.TrimSpace(r.PostFormValue(name))
}

// text is text of several lines, with line ends as the program keeps them.
func (r *formReader) text(name string) string {
	return strings.ReplaceAll(strings.TrimSpace(r.PostFormValue(name)), "\r\n", "\n")
}

func (r *formReader) day(name string) day.Day {
	text := r.line(name)
	d, err := day.Parse(text)
	if err != nil && text != "" {
		r.fail(name, "web.bad_day", text)
	}
	return d
}

// count reads a number of things, written with or without separators.
func (r *formReader) count(name string) int64 {
	text := strings.NewReplacer(",", "", "，", "", " ", "", "_", "").Replace(r.line(name))
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		r.fail(name, "evidence.bad_count")
	}
	return n
}

// duties reads the duties that were chosen, and those that were typed: ids, or
// the whole name of one.
func (r *formReader) duties() []string {
	ids := slices.Clone(r.PostForm["duties"])
	for _, id := range r.typed() {
		if known := r.dutyID(id); known != "" {
			ids = append(ids, known)
		} else {
			r.fail("duties", "filing.no_duty", id)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func (r *formReader) typed() []string {
	text := r.line("more")
	if r.dutyID(text) != "" {
		return []string{text}
	}
	return splitIDs(text)
}

// dutyID finds a duty by its id or one of its names.
func (q *orgRequest) dutyID(text string) string {
	for _, d := range q.s.Set.Duties {
		if strings.EqualFold(d.ID.Value, text) || strings.EqualFold(d.Name.En, text) || d.Name.Zh == text {
			return d.ID.Value
		}
	}
	return ""
}

// unreadDuties is what was typed and is no duty, to be shown again.
func (q *orgRequest) unreadDuties() []string {
	r := &formReader{orgRequest: q}
	return []string{strings.Join(slices.DeleteFunc(r.typed(), func(id string) bool { return q.dutyID(id) != "" }), ", ")}
}

// readRecord reads the form, with what could not be read of it.
func (q *orgRequest) readRecord(files []evidence.File) (evidence.Record, problem.Fields) {
	r := &formReader{orgRequest: q}
	supersedes, _ := byteCount(cmp.Or(r.line("supersedes"), "0"))
	record := evidence.Record{Kind: r.line("kind"), Duties: r.duties(), Subject: r.line("subject"), Observed: r.day("observed"), ValidUntil: r.day("valid_until"),
		Method: r.method(), Scope: r.scope(), Result: evidence.Result(r.line("result")), Files: files, Note: r.text("note"), Supersedes: supersedes}
	if supersedes != 0 {
		record.Reason = r.text("reason")
	}
	return record, r.Fields
}

// method takes of the fields those that go with the way that was chosen.
func (r *formReader) method() evidence.Method {
	m := evidence.Method{Kind: evidence.MethodKind(r.line("method"))}
	switch m.Kind {
	case evidence.Measured:
		m.Run, m.Tool, m.Version = r.line("run"), r.line("tool"), r.line("version")
	case evidence.Imported:
		m.Tool, m.Version = r.line("tool"), r.line("version")
	case evidence.Attested:
		m.Who = r.line("who")
	}
	return m
}

func (r *formReader) scope() *evidence.Scope {
	s := evidence.Scope{What: r.line("scope.what"), Population: r.count("scope.population"), Sample: r.count("scope.sample"), Skipped: r.count("scope.skipped"), Why: r.line("scope.why")}
	if s == (evidence.Scope{}) {
		return nil
	}
	return &s
}

// supersededMeanwhile says who was faster. To send the form again puts it in
// the place of what stands now, if something does.
func (q *orgRequest) supersededMeanwhile(record evidence.Record, v formValues, why error) error {
	b, err := q.s.Filing.Book(q.Context(), q.org)
	if err != nil {
		return err
	}
	now, ok := b.EndOf(record.Supersedes)
	if !ok {
		return why
	}
	newest, alert := int64(0), ""
	for ; ok && now.Record != nil; now, ok = b.EndOf(now.Seq) {
		newest, alert = now.Seq, q.T("evidence.superseded_meanwhile", record.Supersedes, now.By, clock(now.At), now.Seq)
	}
	if ok { // the last in the row was withdrawn
		newest, alert = 0, q.T("evidence.withdrawn_meanwhile", record.Supersedes, now.By, clock(now.At))
	}
	again := func(name string) []string {
		if name == "supersedes" {
			return []string{strconv.FormatInt(newest, 10)}
		}
		return v(name)
	}
	return q.renderEvidenceForm(http.StatusConflict, evidenceFormPage{page: page{Alert: alert}}, again, record.Files, nil)
}
