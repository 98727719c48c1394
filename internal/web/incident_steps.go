package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"guanji/internal/day"
	"guanji/internal/evidence"
	"guanji/internal/incident"
	"guanji/internal/message"
	"guanji/internal/problem"
)

// stepReader reads the form of a step.
type stepReader struct {
	*formReader
	files []evidence.File
}

// stepReaders are how the forms of each kind of step are read. A form may say
// several steps.
func stepReaders() map[string]func(r *stepReader) []incident.Step {
	one := func(read func(r *stepReader, s *incident.Step)) func(r *stepReader) []incident.Step {
		return func(r *stepReader) []incident.Step {
			s := incident.Step{Happened: r.moment("happened"), Offline: r.line("offline") != ""}
			read(r, &s)
			return []incident.Step{s}
		}
	}
	return map[string]func(r *stepReader) []incident.Step{
		"open":    (*stepReader).open,
		"ack":     one(func(_ *stepReader, s *incident.Step) { s.Ack = &incident.Ack{} }),
		"dismiss": one(func(r *stepReader, s *incident.Step) { s.Dismiss = &incident.Dismiss{Why: r.text("why")} }),
		"join":    one(func(r *stepReader, s *incident.Step) { s.Join = &incident.Join{To: r.caseOf("to"), Why: r.text("why")} }),
		"aware":   one(func(r *stepReader, s *incident.Step) { s.Aware = r.aware() }),
		"facts":   one(func(r *stepReader, s *incident.Step) { s.Facts = r.facts() }),
		"part":    one(func(r *stepReader, s *incident.Step) { s.Part = &incident.Part{ID: r.line("of"), Text: r.text("text")} }),
		"sent":    (*stepReader).reports,
		"note": one(func(r *stepReader, s *incident.Step) {
			s.Note = &incident.Note{What: r.text("what"), Action: r.line("action") == "1"}
		}),
		"role": one(func(r *stepReader, s *incident.Step) {
			s.Role = &incident.Role{Role: r.line("role"), Person: r.line("person"), Phone: r.line("phone")}
		}),
		"task": one(func(r *stepReader, s *incident.Step) {
			s.Task = &incident.Task{What: r.line("what"), Owner: r.line("owner"), Due: r.moment("due")}
		}),
		"done": one(func(r *stepReader, s *incident.Step) { s.Done = &incident.Done{Of: r.step("of"), Note: r.text("note")} }),
		"kept": one(func(r *stepReader, s *incident.Step) {
			s.Kept = &incident.Kept{What: r.line("what"), From: r.line("from"), How: r.line("how"), Who: r.line("who"), Where: r.line("where"), Sum: r.sum(), Files: r.files}
		}),
		"handed": one(func(r *stepReader, s *incident.Step) {
			s.Handed = &incident.Handed{Of: r.step("of"), From: r.line("from"), To: r.line("to"), Where: r.line("where"), Why: r.line("why")}
		}),
		"ended": (*stepReader).ended,
		"strike": one(func(r *stepReader, s *incident.Step) {
			s.Strike = &incident.Strike{Of: r.step("of"), Why: r.text("why")}
		}),
		"close":  one(func(r *stepReader, s *incident.Step) { s.Close = &incident.Close{Why: r.text("why")} }),
		"reopen": one(func(r *stepReader, s *incident.Step) { s.Reopen = &incident.Reopen{Why: r.text("why")} }),
	}
}

// addStep records what the form of a step says. A form that is not taken comes
// back as it was sent, with the files that it brought.
func (s *server) addStep(q *orgRequest) error {
	n, err := q.caseNumber()
	if err != nil {
		return err
	}
	read, known := stepReaders()[q.PathValue("kind")]
	if !known {
		return problem.New(problem.NotFound, "web.no_page")
	}
	r, err := q.stepReader()
	if err != nil {
		return err
	}
	seen, err := q.seen()
	if err != nil {
		return err
	}
	steps := read(r)
	if err = r.mistakes(steps); err == nil {
		_, err = s.Respond.Add(q.Context(), q.org, q.holder.Name, n, seen, steps...)
	}
	if err != nil {
		return q.stepAgain(n, q.formBack(r, seen), err)
	}
	s.redirect(q.request, q.landing(n, q.PathValue("kind")))
	return nil
}

// sections are where on the page a step stands. Others change what is due by
// when: after them a reader goes on at the top.
var sections = map[string]string{"part": "parts", "note": "timeline", "strike": "timeline", "role": "roles", "task": "tasks", "done": "tasks", "kept": "kept", "handed": "kept"}

// landing is where a reader goes on after a step: where it stands, with what was
// done said there.
func (q *orgRequest) landing(n int64, kind string) string {
	of := ""
	if kind == "part" {
		of = q.PostForm.Get("of")
	}
	to := q.to("incidents/"+strconv.FormatInt(n, 10), "done", "step_"+kind, "of", of)
	if sections[kind] != "" {
		to += "#told"
	}
	return to
}

// told is what was just done by a step of some kinds, "" if that is none of
// them. Of a part of the report it matters which.
func (q *caseRequest) told(kind, of string) string {
	done := q.URL.Query().Get("done")
	if done != "step_"+kind || of != "" && q.URL.Query().Get("of") != of || !message.Known("done."+done) {
		return ""
	}
	return q.T("done." + done)
}

// toldIn is what was just done in a section of the page.
func (q *caseRequest) toldIn(section string) string {
	kind, _ := strings.CutPrefix(q.URL.Query().Get("done"), "step_")
	if sections[kind] != section {
		return ""
	}
	return q.told(kind, "")
}

// caseNumber is the number in the address.
func (q *orgRequest) caseNumber() (int64, error) {
	n, ok := byteCount(q.PathValue("n"))
	if !ok {
		return 0, problem.New(problem.NotFound, "web.no_page")
	}
	return n, nil
}

// stepReader reads what was sent, and keeps the files that came with it.
func (q *orgRequest) stepReader() (*stepReader, error) {
	brought, err := q.receive()
	if err != nil {
		return nil, err
	}
	kept, ok := readKept(q.PostForm["kept"])
	if !ok {
		return nil, problem.New(problem.Input, "web.bad_form")
	}
	return &stepReader{&formReader{orgRequest: q}, append(kept, brought...)}, nil
}

// mistakes are those that reading found, with what is wrong in the steps
// besides; nil if reading found none.
func (r *stepReader) mistakes(steps []incident.Step) error {
	if len(r.Fields) == 0 {
		return nil
	}
	all := slices.Clone(r.Fields)
	for _, step := range steps {
		for _, f := range step.Check(r.s.Now()) {
			if !slices.ContainsFunc(all, func(have problem.Field) bool { return have.Name == f.Name }) {
				all = append(all, f)
			}
		}
	}
	return all
}

// formBack is the form as it was sent.
func (q *orgRequest) formBack(r *stepReader, seen int64) *formBack {
	return &formBack{kind: q.PathValue("kind"), of: q.PostForm.Get("of"), seen: seen, values: q.asSent(), files: r.files}
}

// stepAgain shows the case with the form that was not taken. Where somebody
// else changed the same meanwhile, what they did stands above it, and the form
// can be sent again as it is.
func (q *orgRequest) stepAgain(n int64, back *formBack, why error) error {
	code := status(problem.KindOf(why))
	switch problem.KindOf(why) {
	case problem.Conflict:
		back.met, back.alert = true, problem.In(why, q.lang)
	case problem.Refused: // by the state of the case
		code, back.alert = http.StatusConflict, problem.In(why, q.lang)
	case problem.Usage: // a day for which there is no answer
		back.alert = problem.In(why, q.lang)
	default:
		at, err := q.fieldErrors(why)
		if err != nil {
			return err
		}
		back.at = at
	}
	return q.renderCase(code, n, back)
}

// moment reads a time in Beijing.
func (r *stepReader) moment(name string) time.Time {
	text := r.line(name)
	t, ok := readMoment(text)
	if !ok {
		r.fail(name, "cases.bad_time", text)
	}
	return t
}

// readMoment reads a time in Beijing as browsers send it, or as people write
// it; "" is the zero time.
func readMoment(text string) (time.Time, bool) {
	if text == "" {
		return time.Time{}, true
	}
	text = strings.Replace(text, "T", " ", 1)
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02 15:04:05"} {
		if t, err := time.ParseInLocation(layout, text, day.Beijing); err == nil && t.Year() > 0 {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// momentValue is a time as an input for one holds it, "" for the zero time.
func momentValue(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(day.Beijing).Format("2006-01-02T15:04")
}

// step reads the number of a step.
func (r *stepReader) step(name string) int64 {
	n, ok := byteCount(r.line(name))
	if !ok {
		r.fail(name, "web.bad_form")
	}
	return n
}

// caseOf reads the number of another case, with or without its # and title.
func (r *stepReader) caseOf(name string) int64 {
	number, _, _ := strings.Cut(strings.TrimPrefix(r.line(name), "#"), " ") // the title may follow
	n, ok := byteCount(number)
	if !ok || n == 0 {
		r.fail(name, "cases.which_case")
	}
	return n
}

// sum reads a digest, with or without sha256: before it.
func (r *stepReader) sum() string {
	text := strings.ToLower(strings.TrimPrefix(strings.ToLower(r.line("sum")), "sha256:"))
	if text == "" {
		return ""
	}
	return "sha256:" + text
}

func (r *stepReader) aware() *incident.Aware {
	return &incident.Aware{At: r.moment("at"), Reading: incident.Reading(r.line("reading")), Why: r.text("why")}
}

// facts are those that were changed on the form.
func (r *stepReader) facts() *incident.Facts {
	f := &incident.Facts{Values: r.stated(), Note: r.text("note")}
	if len(f.Values) == 0 && len(r.Fields) == 0 {
		r.fail("values", "cases.nothing_changed")
	}
	return f
}

// open says what a case is, with the facts that were stated at once.
func (r *stepReader) open() []incident.Step {
	o := &incident.Open{As: incident.Kind(r.line("as")), Title: r.line("title"), Systems: r.systems(), Drill: r.line("drill") != "", Aware: *r.aware()}
	steps := []incident.Step{{Open: o}}
	if values := r.stated(); len(values) > 0 {
		steps = append(steps, incident.Step{Facts: &incident.Facts{Values: values}})
	}
	return steps
}

// ended says that handling has ended, with what the form says of an outage.
func (r *stepReader) ended() (steps []incident.Step) {
	happened, offline := r.moment("happened"), r.line("offline") != ""
	if _, asked := r.PostForm["was."+factOngoing]; asked && r.line("fact."+factOngoing) == "" {
		r.fail(factOngoing, "cases.outage.say")
	}
	if values := r.stated(); len(values) > 0 {
		steps = append(steps, incident.Step{Happened: happened, Offline: offline, Facts: &incident.Facts{Values: values}})
	}
	return append(steps, incident.Step{Happened: happened, Offline: offline, Ended: &incident.Ended{Note: r.text("note")}})
}

// reports are those that were made at once, to one recipient.
func (r *stepReader) reports() (steps []incident.Step) {
	s := incident.Sent{Way: r.line("way"), Whom: r.line("whom"), Receipt: r.line("receipt"), Late: r.text("late"), Files: r.files}
	happened, offline := r.moment("happened"), r.line("offline") != ""
	for _, s.Report = range append([]string{r.line("of")}, r.PostForm["also"]...) {
		one := s
		steps = append(steps, incident.Step{Happened: happened, Offline: offline, Sent: &one})
	}
	return steps
}

// systems are those that were chosen, or typed where there are too many.
func (r *stepReader) systems() (ids []string) {
	for _, text := range r.PostForm["systems"] {
		for _, id := range splitIDs(text) {
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	return ids
}
