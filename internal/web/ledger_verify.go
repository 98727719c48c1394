package web

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"guanji/internal/account"
	"guanji/internal/problem"
	"guanji/internal/record"
)

// verification is the one verification of the ledger that runs in this
// process, or the last that did.
type verification struct {
	mu           sync.Mutex
	running      bool
	began, ended time.Time
	by           string
	stage        record.Stage
	done, total  int64
	report       *record.Report
	err          error
}

// verifyEvery is how long after one began another may begin: it reads
// everything there is.
const verifyEvery = 5 * time.Minute

// begin makes it the one that runs. It fails with [problem.Conflict] if one does
// already, and with [problem.TooMany] if one began lately, unless it may be
// begun at any time.
func (v *verification) begin(by string, now time.Time, anyTime bool) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	next := v.began.Add(verifyEvery)
	switch {
	case v.running:
		return problem.New(problem.Conflict, "ledger.verifying")
	case now.Before(next) && !anyTime:
		return problem.New(problem.TooMany, "ledger.verified_lately", stampClock(next))
	}
	v.running, v.began, v.by, v.stage, v.done, v.total = true, now, by, record.OfTiles, 0, 0
	return nil
}

func (v *verification) progress(stage record.Stage, done, total int64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.stage, v.done, v.total = stage, done, total
}

func (v *verification) end(r *record.Report, err error, now time.Time) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.running, v.report, v.err, v.ended = false, r, err, now
}

// verificationView is how far verifying has come, and what the last one found.
type verificationView struct {
	words
	Running     bool
	By, Began   string
	Stages      []stageItem
	Never       bool
	Failed      string // why it could not be done
	Whole       bool
	Ended, Took string
	Summary     []string
	Faults      []faultItem
	Count       int64
	More        int64  // faults that are not shown
	Unwitnessed bool   // nothing from elsewhere was compared
	Note        string // as it was sent, where it was not taken
	NoteError   string
}

// stageItem is one part of verifying.
type stageItem struct {
	words
	Name, Icon, State string
	Now               bool
	Done, Total       int64
	Figures           string
}

// verified words the verification.
func (s *server) verified(q *request, at map[string]string) verificationView {
	v := s.verification
	v.mu.Lock()
	defer v.mu.Unlock()
	view := verificationView{words: q.words, Running: v.running, By: v.by, Began: clock(v.began), NoteError: at["note"], Note: at["sent"]}
	if v.running {
		view.Stages = q.stages(v)
		return view
	}
	switch {
	case v.ended.IsZero():
		view.Never = true
	case v.err != nil:
		view.Ended, view.Failed = clock(v.ended), q.why(v.err)
	default:
		view.Ended, view.Took = clock(v.ended), q.T("ledger.took", v.ended.Sub(v.began).Seconds())
		s.found(q, &view, v.report)
	}
	return view
}

// why is an error in words, as far as it has words.
func (q *request) why(err error) string {
	if problem.KindOf(err) == problem.Internal {
		return q.T("web.internal")
	}
	return problem.In(err, q.lang)
}

func (q *request) stages(v *verification) []stageItem {
	all := []record.Stage{record.OfTiles, record.OfLeaves, record.OfRecords, record.OfFiles}
	now := slices.Index(all, v.stage)
	list := make([]stageItem, len(all))
	for i, stage := range all {
		list[i] = stageItem{words: q.words, Name: q.T("ledger.stage." + string(stage)), Icon: "✓", State: q.T("ledger.stage.done")}
		switch {
		case i > now:
			list[i].Icon, list[i].State = "○", q.T("ledger.stage.waits")
		case i == now:
			list[i].Icon, list[i].State, list[i].Now = "◔", q.T("ledger.stage.runs"), true
			list[i].Done, list[i].Total = min(v.done, v.total), v.total
			list[i].Figures = strconv.FormatInt(v.done, 10)
			if v.total > 0 {
				list[i].Figures += " / " + strconv.FormatInt(v.total, 10)
			}
		}
	}
	return list
}

// found words what a verification found.
func (s *server) found(q *request, view *verificationView, r *record.Report) {
	view.Whole, view.Faults, view.Count = r.Whole(), s.faults(q, r), int64(len(r.Faults))+r.More
	view.More, view.Unwitnessed = view.Count-int64(len(view.Faults)), r.Compared == 0
	view.Summary = []string{q.T("verify.leaves", r.Size, r.Under)}
	if waiting := r.Size - r.Under; waiting > 0 {
		view.Summary = append(view.Summary, q.T("verify.waiting", waiting))
	}
	view.Summary = append(view.Summary, q.T("verify.checkpoints", r.Checkpoints, r.Given), q.T("verify.files", r.Files, r.Bytes))
	if u := r.Unnamed; u.Files > 0 {
		view.Summary = append(view.Summary, q.T("verify.unnamed", u.Files, u.Bytes))
	}
}

// verify begins a verification, which goes on when its page is left, and ends
// when the server does.
func (s *server) verify(q *request) error {
	given, err := q.given()
	at, err := q.fieldErrors(err)
	if err != nil {
		return err
	}
	if at != nil {
		at["sent"] = q.PostFormValue("note")
		return s.renderLedger(q, http.StatusUnprocessableEntity, "", at)
	}
	if err := s.verification.begin(q.holder.Name, s.Now(), q.holder.May(account.Administer)); err != nil {
		return s.renderLedger(q, status(problem.KindOf(err)), problem.In(err, q.lang), nil)
	}
	go s.verifyAll(context.WithoutCancel(q.Context()), given)
	s.redirect(q, "/ledger#verification")
	return nil
}

func (s *server) verifyAll(ctx context.Context, given []record.Given) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-s.Stopping:
			cancel()
		case <-ctx.Done():
		}
	}()
	var report *record.Report
	var err error = problem.New(problem.Internal, "web.internal") // what a panic leaves behind
	defer func() {
		if cause := recover(); cause != nil {
			s.Log.ErrorContext(ctx, "verifying panicked", "err", cause)
		}
		s.verification.end(report, err, s.Now())
	}()
	report, err = s.Record.VerifyWitnessed(ctx, record.Verifying{Given: given, Progress: s.verification.progress})
	if problem.KindOf(err) == problem.Internal && ctx.Err() == nil {
		s.Log.ErrorContext(ctx, "the ledger could not be verified", "err", err)
	}
}

// maxNote is the longest checkpoint that is taken from a form, in bytes.
const maxNote = 64 << 10

// given reads the checkpoints of a form: what was pasted and what was uploaded.
func (q *request) given() ([]record.Given, error) {
	var given []record.Given
	if text := strings.ReplaceAll(q.PostFormValue("note"), "\r\n", "\n"); strings.TrimSpace(text) != "" {
		given = append(given, record.Given{Name: q.T("ledger.pasted"), Note: []byte(strings.TrimSpace(text) + "\n")})
	}
	if file, header, err := q.FormFile("file"); err == nil {
		defer file.Close() // it was only read
		data, err := io.ReadAll(io.LimitReader(file, maxNote+1))
		if err != nil {
			return nil, problem.New(problem.Input, "web.bad_form").Because(err)
		}
		if header.Size > 0 {
			given = append(given, record.Given{Name: shortName(header.Filename), Note: data})
		}
	}
	for _, g := range given {
		if !strings.HasPrefix(string(g.Note), "guanji/") || len(g.Note) > maxNote {
			return nil, notCheckpoint()
		}
	}
	return given, nil
}

// notCheckpoint says that what was sent is no checkpoint at all. One that is
// not good is found wanting by verifying.
func notCheckpoint() error {
	return problem.Fields{{Name: "note", Msg: problem.New(problem.Input, "ledger.malformed.checkpoint").Msg}}
}

// verificationPage is the verification alone, for who reloads without a script.
type verificationPage struct {
	page
	Verification verificationView
}

func (s *server) showVerification(q *request) error {
	v := s.verified(q, nil)
	if q.part("verification") {
		return s.renderPart(q, "ledger_verification", "verification", v)
	}
	return s.render(q, http.StatusOK, "ledger_verification", verificationPage{s.page(q, "ledger_verification"), v})
}
