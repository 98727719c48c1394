package web

import (
	"net/http"
	"strconv"

	"guanji/internal/evidence"
	"guanji/internal/filing"
	"guanji/internal/ledger"
	"guanji/internal/problem"
)

// filedPage is everything about one thing that was filed.
type filedPage struct {
	page
	Number       string
	Result       tag
	State        tag
	Remarks      []string // what its author may not have meant
	Facts        []factUsed
	Text         string // what is to be put right, what happened, or the note
	TextLabel    string
	Duties       []filedDuty
	Files        []filedFile
	History      []filedStep
	Leaves       []filedLeaf
	Checkpoint   string // under which it is
	Replace      string // path, "" if it cannot be superseded
	EndPath      string // "" if it cannot end
	Ends         []filedEnd
	Mistaken     bool // the form of an end was not taken
	Back, Behind string
}

type filedDuty struct {
	link
	ID string
}

type filedFile struct{ Path, Name, Size, Bytes, Digest string }

// filedStep is one step in the life of something filed.
type filedStep struct {
	When, By, What, Path, Reason string
}

// filedLeaf is where the ledger tells of it.
type filedLeaf struct {
	Path, Number, Digest, At, By string
}

// filedEnd is the form of one way to end.
type filedEnd struct {
	words
	How         evidence.How
	Open        bool
	Day, Reason field
}

func (s *server) filed(q *orgRequest) error { return q.renderFiled(http.StatusOK, "", "", nil) }

// seq is the number in the address.
func (q *orgRequest) seq() (int64, error) {
	n, ok := byteCount(q.PathValue("seq"))
	if !ok {
		return 0, problem.New(problem.NotFound, "web.no_page")
	}
	return n, nil
}

// renderFiled shows something filed; how and at are the form of an end that was
// not taken.
func (q *orgRequest) renderFiled(code int, alert, how string, at map[string]string) error {
	seq, err := q.seq()
	if err != nil {
		return err
	}
	b, err := q.s.Filing.Book(q.Context(), q.org)
	if err != nil {
		return err
	}
	f, ok := b.Get(seq)
	if !ok {
		return problem.New(problem.NotFound, "filing.none", seq)
	}
	if f.End != nil {
		q.s.redirect(q.request, q.evidencePath(f.End.Of))
		return nil
	}
	p := filedPage{page: q.page("evidence_one"), Number: "#" + q.PathValue("seq"), State: q.stateTag(b, f), Back: q.to("evidence", "show", shows(f)), Mistaken: at != nil}
	if alert != "" {
		p.Alert = alert
	}
	p.describe(q, f)
	for _, m := range filing.Remarks(q.s.Set, b, f) {
		p.Remarks = append(p.Remarks, m.In(q.lang))
	}
	p.history(q, b, f)
	if err := p.ledger(q, f); err != nil {
		return err
	}
	if _, over := b.EndOf(seq); !over && p.Write {
		p.ends(q, f, how, at)
	}
	return q.s.render(q.request, code, "evidence_one", p)
}

// describe says what it is.
func (p *filedPage) describe(q *orgRequest, f evidence.Filed) {
	names := q.dutyNames()
	for _, id := range f.DutyIDs() {
		p.Duties = append(p.Duties, filedDuty{link{q.to("duties/" + id), names[id]}, id})
	}
	subject, _ := f.SubjectOf()
	p.fact("subject", q.subjectWords(subject))
	switch {
	case f.Record != nil:
		p.record(q, f)
	case f.Plan != nil:
		p.Title = q.T("evidence.title", f.Seq, q.basisWords(f.Plan))
		p.fact("started", q.dayWords(f.Plan.Started))
		p.fact("due", q.dayWords(f.Plan.Due))
		p.Text, p.TextLabel = f.Plan.What, q.T("evidence.field.what.plan")
	case f.Event != nil:
		p.Title = q.T("evidence.title", f.Seq, q.T("evidence.event"))
		p.fact("day", q.dayWords(f.Event.Day))
		p.Text, p.TextLabel = f.Event.What, q.T("evidence.field.what.event")
	case f.Assignment != nil:
		p.Title, p.State = q.T("evidence.title", f.Seq, q.T("evidence.assignment")), tag{}
		p.fact("owner", f.Assignment.Owner)
		p.fact("due", q.dayWords(f.Assignment.Due))
		p.Text, p.TextLabel = f.Assignment.Note, q.T("evidence.field.note")
	}
	p.fact("filed", q.T("evidence.filed_by", f.By, clock(f.At)))
}

func (p *filedPage) fact(name, value string) {
	if value != "" {
		p.Facts = append(p.Facts, factUsed{Label: p.T("evidence.field." + name), Value: value})
	}
}

func (p *filedPage) record(q *orgRequest, f evidence.Filed) {
	r := f.Record
	p.Title, p.Result = q.T("evidence.title", f.Seq, q.evidenceKind(r.Kind)), q.resultOf(r)
	p.fact("observed", q.dayWords(r.Observed))
	p.fact("valid_until", q.dayWords(r.ValidUntil))
	p.fact("method", q.methodWords(r.Method))
	p.fact("scope", q.scopeWords(r.Scope))
	p.Text, p.TextLabel = r.Note, q.T("evidence.field.note")
	for i, file := range r.Files {
		p.Files = append(p.Files, filedFile{q.to("evidence/" + q.PathValue("seq") + "/files/" + strconv.Itoa(i)), file.Name, byteWords(file.Size), q.T("evidence.bytes", file.Size), file.Digest})
	}
}

// history tells what stood before, and what came after.
func (p *filedPage) history(q *orgRequest, b *evidence.Book, f evidence.Filed) {
	step := func(of evidence.Filed, key, path, reason string, args ...any) {
		p.History = append(p.History, filedStep{clock(of.At), of.By, q.T(key, args...), path, reason})
	}
	if f.Record != nil && f.Record.Supersedes != 0 {
		step(f, "evidence.step.supersedes", q.evidencePath(f.Record.Supersedes), f.Record.Reason, f.Record.Supersedes)
	} else {
		step(f, "evidence.step.filed", "", "")
	}
	end, ok := b.EndOf(f.Seq)
	switch {
	case !ok:
	case end.Record != nil:
		p.Behind = q.evidencePath(end.Seq)
		step(end, "evidence.step.superseded", p.Behind, end.Record.Reason, end.Seq, end.Record.Observed.String())
	default:
		step(end, "evidence.step."+string(end.End.How), "", end.End.Reason, end.End.Day.String())
	}
}

// ledger tells where the ledger speaks of it, and whether that is signed yet.
func (p *filedPage) ledger(q *orgRequest, f evidence.Filed) error {
	rows, err := q.s.Record.Store.About(q.Context(), ledger.Filed, q.org, strconv.FormatInt(f.Seq, 10))
	if err != nil || len(rows) == 0 {
		return err
	}
	for _, r := range rows {
		n := strconv.FormatInt(r.Number, 10)
		leaf := filedLeaf{Path: "/ledger/leaves/" + n, Number: n, Digest: r.After}
		if l, err := ledger.ParseLeaf(r.Body); err == nil {
			leaf.At, leaf.By = clock(l.At), l.By
		}
		p.Leaves = append(p.Leaves, leaf)
	}
	head, err := q.s.Record.Head(q.Context())
	last := rows[len(rows)-1].Number
	switch {
	case err != nil: // the page of the ledger says more
		p.Checkpoint = q.T("evidence.leaf.unreadable")
	case last < head.Size:
		p.Checkpoint = q.T("evidence.leaf.signed", head.Size, clock(head.Made))
	default:
		p.Checkpoint = q.T("evidence.leaf.waiting")
	}
	return nil
}

// ends offers what can still be done.
func (p *filedPage) ends(q *orgRequest, f evidence.Filed, how string, at map[string]string) {
	if f.Record != nil {
		p.Replace = q.to("evidence/new", "supersedes", q.PathValue("seq"))
	}
	for _, h := range []evidence.How{evidence.Done, evidence.Withdrawn} {
		if !f.EndsBy(h) || h == evidence.Done && f.Plan == nil {
			continue
		}
		e := filedEnd{words: q.words, How: h}
		value, reason, wrong := q.when.today.String(), "", map[string]string(nil)
		if string(h) == how {
			e.Open, value, reason, wrong = true, q.PostFormValue("day"), q.PostFormValue("reason"), at
		}
		e.Day, e.Reason = q.dayField("day", value, wrong, false), q.textField("reason", reason, wrong, evidence.MaxText, false)
		e.Day.Label, e.Reason.Label, e.Reason.Hint = q.T("evidence.end.day."+string(h)), q.T("evidence.end.reason."+string(h)), ""
		e.Day.Hint, e.Day.Scope, e.Reason.Scope = "", string(h), string(h)
		p.Ends = append(p.Ends, e)
	}
	if len(p.Ends) > 0 {
		p.EndPath = q.to("evidence/" + q.PathValue("seq") + "/end")
	}
}

// endFiled withdraws something filed, or marks a plan as carried out.
func (s *server) endFiled(q *orgRequest) error {
	seq, err := q.seq()
	if err != nil {
		return err
	}
	r := &formReader{orgRequest: q}
	how := r.line("how")
	_, err = q.file(evidence.Item{End: &evidence.End{Of: seq, How: evidence.How(how), Day: r.day("day"), Reason: r.text("reason")}}, r.Fields)
	if problem.KindOf(err) == problem.Conflict {
		return q.renderFiled(http.StatusConflict, problem.In(err, q.lang), "", nil)
	}
	at, err := q.fieldErrors(err)
	if err != nil {
		return err
	}
	if at != nil {
		return q.renderFiled(http.StatusUnprocessableEntity, at["of"], how, at)
	}
	s.redirect(q.request, q.to("evidence/"+q.PathValue("seq"), "done", how))
	return nil
}
