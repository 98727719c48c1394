package web

import (
	"net/http"
	"strconv"
	"strings"

	"guanji/internal/access"
	"guanji/internal/account"
	"guanji/internal/ledger"
	"guanji/internal/problem"
	"guanji/internal/record"
)

// ledgerPage is the ledger at a glance: what is signed, what waits, and
// whether it is whole as far as somebody looked.
type ledgerPage struct {
	page
	Trouble              string // why nothing is signed
	Size, Waiting        int64
	Head                 *checkpointItem
	Keys                 []string
	Witnesses            int // that are on
	Verification         verificationView
	List                 []checkpointItem
	NewerPath, OlderPath string
	From, To, Of         int
}

// checkpointItem is one signed checkpoint.
type checkpointItem struct {
	words
	Path, Root, Made string
	Size             int64
	Keys             string // that signed it
	Bad              string // why it is not good
}

// checkpointsShown is how many checkpoints one page lists.
const checkpointsShown = 20

func (s *server) ledger(q *request) error {
	return s.renderLedger(q, http.StatusOK, "", nil)
}

// renderLedger shows the ledger, with what was wrong with a form on it.
func (s *server) renderLedger(q *request, code int, alert string, at map[string]string) error {
	p := ledgerPage{page: s.page(q, "ledger"), Verification: s.verified(q, at)}
	p.Alert, p.Here = alert, "/ledger"
	now, err := s.Record.Signing(q.Context())
	if err != nil {
		return err
	}
	p.Size, p.Waiting = now.Size, now.Waiting()
	if now.Trouble != nil {
		p.Trouble = problem.In(now.Trouble, q.lang)
	}
	if now.Head.Note != nil {
		c := q.checkpoint(now.Head.Size)
		c.Root, c.Made, c.Keys = now.Head.Root.String(), clock(now.Head.Made), q.join(now.Head.Keys)
		p.Head = &c
	}
	for _, k := range s.Record.Keys.List() {
		p.Keys = append(p.Keys, k.ID)
	}
	if err := s.countWitnesses(q, &p); err != nil {
		return err
	}
	if err := s.checkpoints(q, &p); err != nil {
		return err
	}
	return s.render(q, code, "ledger", p)
}

func (s *server) countWitnesses(q *request, p *ledgerPage) error {
	all, err := s.Record.Witnessing.Witnesses.Witnesses(q.Context())
	for _, w := range all {
		if w.On() {
			p.Witnesses++
		}
	}
	return err
}

func (q *request) checkpoint(size int64) checkpointItem {
	return checkpointItem{words: q.words, Size: size, Path: "/ledger/checkpoints/" + strconv.FormatInt(size, 10)}
}

// checkpoints lists some of the kept checkpoints, the newest first.
func (s *server) checkpoints(q *request, p *ledgerPage) error {
	sizes, err := s.Record.Sizes(q.Context())
	if err != nil {
		return err
	}
	at := newestFirst(q.FormValue("page"), len(sizes), checkpointsShown)
	p.From, p.To, p.Of = at.from+1, at.to, len(sizes)
	p.NewerPath, p.OlderPath = at.paths("/ledger?page=")
	for i := at.from; i < at.to; i++ {
		size := sizes[len(sizes)-1-i]
		c := q.checkpoint(size)
		signed, err := s.Record.Checkpoint(q.Context(), size)
		switch problem.KindOf(err) {
		case "":
			c.Root, c.Made, c.Keys = signed.Root.String(), clock(signed.Made), q.join(signed.Keys)
		case problem.Refused, problem.Conflict, problem.NotFound:
			c.Bad = q.T("ledger.bad_checkpoint")
		default:
			return err
		}
		p.List = append(p.List, c)
	}
	return nil
}

// window is one page of a list, by the places in it.
type window struct{ from, to, page, pages int }

// newestFirst returns a page of a list by its number, counted from 1.
func newestFirst(number string, of, shown int) window {
	pages := max(1, (of+shown-1)/shown)
	n, err := strconv.Atoi(number)
	if err != nil {
		n = 1
	}
	n = min(max(1, n), pages)
	return window{min(of, (n-1)*shown), min(of, n*shown), n, pages}
}

// paths returns where the pages beside it are, "" where there is none.
func (w window) paths(begins string) (newer, older string) {
	if w.page > 1 {
		newer = begins + strconv.Itoa(w.page-1)
	}
	if w.page < w.pages {
		older = begins + strconv.Itoa(w.page+1)
	}
	return newer, older
}

// checkpointFile sends a checkpoint as it was signed, also one that is not
// good: somebody may want to look at it.
func (s *server) checkpointFile(q *request) error {
	size, err := strconv.ParseInt(q.PathValue("size"), 10, 64)
	if err != nil || size < 0 {
		return s.noPage(q)
	}
	signed, err := s.Record.Checkpoint(q.Context(), size)
	if err != nil && signed.Note == nil {
		return err
	}
	name := strings.ReplaceAll(s.Record.Keys.Origin(), "/", "-") + "-" + strconv.FormatInt(size, 10) + ".checkpoint"
	return q.attach("text/plain; charset=utf-8", name, signed.Note)
}

// keyFile sends the public keys, one to a line.
func (s *server) keyFile(q *request) error {
	var b strings.Builder
	for _, k := range s.Record.Keys.List() {
		b.WriteString(k.Line + "\n")
	}
	return q.attach("text/plain; charset=utf-8", "guanji.pub", []byte(b.String()))
}

// attach sends a file to be kept.
func (q *request) attach(kind, name string, data []byte) error {
	q.w.Header().Set("Content-Type", kind)
	q.w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	_, _ = q.w.Write(data) // the reader has gone
	return nil
}

// shownFaults is how many faults one page lists; all are in the file that
// guanji ledger verify --format json makes.
const shownFaults = 500

// faultItem is one thing that is not as the ledger has it.
type faultItem struct {
	words
	Wrong, Place, Name, Text string
	Record                   string // which, in words; "" where it is about none
	RecordPath               string
	Leaf, LeafPath           string
}

// mayRead reports whether somebody may read of the records of a kind. Accounts
// and passes tell who comes and goes: they are for those who administer them.
func mayRead(h access.Holder, what ledger.What) bool {
	return what != ledger.Account && what != ledger.Pass || h.May(account.Administer)
}

// mayReadLeaf fails with [problem.Denied] for a leaf that is not for who asks,
// by the kind that stands beside it and by what it says itself. What cannot be
// read as a leaf may be about anything.
func (q *request) mayReadLeaf(beside ledger.What, body []byte) error {
	l, err := ledger.ParseLeaf(body)
	if q.holder.May(account.Administer) || err == nil && mayRead(q.holder, beside) && mayRead(q.holder, l.What) {
		return nil
	}
	return errAdministrators()
}

func errAdministrators() error { return problem.New(problem.Denied, "ledger.administrators") }

func (s *server) faults(q *request, r *record.Report) []faultItem {
	var list []faultItem
	namer := s.namer(q)
	for _, f := range r.Faults[:min(len(r.Faults), shownFaults)] {
		if !mayRead(q.holder, f.What) {
			list = append(list, q.hiddenFault(f))
			continue
		}
		item := faultItem{words: q.words, Wrong: q.T("ledger.wrong." + string(f.Wrong)), Place: q.T("ledger.place." + string(f.Place)), Name: f.Name, Text: q.Text(f.Text)}
		if f.What != "" {
			item.Record, item.RecordPath = namer.fault(f)
		}
		if f.Leaf != nil {
			item.Leaf = strconv.FormatInt(*f.Leaf, 10)
			item.LeafPath = "/ledger/leaves/" + item.Leaf
		}
		list = append(list, item)
	}
	return list
}

// hiddenFault says that something is wrong, and of which kind, but not which.
func (q *request) hiddenFault(f record.Fault) faultItem {
	return faultItem{words: q.words, Wrong: q.T("ledger.wrong." + string(f.Wrong)), Place: q.T("ledger.place." + string(f.Place)),
		Text: q.T("ledger.fault.administrators"), Record: q.kindOf(f.What)}
}
