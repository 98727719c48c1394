package web

import (
	"encoding/base64"
	"net/http"
	"strconv"
	"time"

	"guanji/internal/account"
	"guanji/internal/problem"
	"guanji/internal/record"
)

// witnessesPage says to whom checkpoints are given, and by whom that was allowed.
type witnessesPage struct {
	page
	Administer bool // the person may change who is a witness
	Alone      bool // there is no other account
	Note       string
	List       []witnessItem
	Old        []witnessItem // dropped
	Means      []option
	MeansError string
	Address    field
}

// witnessItem is one witness.
type witnessItem struct {
	words
	ID, Means, Address  string
	State               tag
	Proposed, Allowed   string // by whom and when
	Alone               bool   // the one who proposed it allowed it
	Dropped             string
	Last                string // what was given last
	Failed              string // why the last attempt failed, "" if it did not
	Forked              bool   // it has another history
	Next                string
	Receipts            []receiptItem
	Count               int
	AllowPath, DropPath string // "" where the person may not
	WantsAnother        string // why the person cannot allow it, "" if that is not so
}

// receiptItem is what came back for one checkpoint.
type receiptItem struct {
	words
	Path, CheckpointPath string
	Size                 int64
	At, Said             string
}

// receiptsShown is how many receipts of a witness are listed.
const receiptsShown = 5

func (s *server) witnesses(q *request) error {
	return s.renderWitnesses(q, http.StatusOK, "", nil)
}

func (s *server) renderWitnesses(q *request, code int, alert string, at map[string]string) error {
	p := witnessesPage{page: s.page(q, "ledger_witnesses"), Administer: q.holder.May(account.Administer), MeansError: at["means"]}
	p.Alert, p.Here = alert, "/ledger/witnesses"
	var err error
	if p.Alone, err = s.Record.Alone(q.Context()); err != nil {
		return err
	}
	states, err := s.Record.States(q.Context())
	if err != nil {
		return err
	}
	for _, w := range states {
		item := s.witnessItem(q, w, p.Alone)
		if w.Dropped.IsZero() {
			p.List = append(p.List, item)
			continue
		}
		p.Old = append(p.Old, item)
	}
	s.proposeForm(q, &p, at)
	return s.render(q, code, "ledger_witnesses", p)
}

func (s *server) proposeForm(q *request, p *witnessesPage, at map[string]string) {
	for _, m := range record.AllMeans() {
		p.Means = append(p.Means, option{Value: string(m), Name: q.T("witness.means." + string(m))})
	}
	options(q.PostFormValue("means"), p.Means)
	p.Address = field{words: q.words, Name: "address", Label: q.T("witness.address"), Hint: q.T("witness.address.hint"), Value: q.PostFormValue("address"), Max: 1000, Error: at["address"]}
}

func (s *server) witnessItem(q *request, w record.WitnessState, alone bool) witnessItem {
	may := q.holder.May(account.Administer)
	item := witnessItem{words: q.words, ID: w.ID, Means: q.T("witness.means." + string(w.Means)), Address: w.Shown(), State: q.witnessTag(w),
		Proposed: q.T("witness.by", w.ProposedBy, clock(w.Proposed)), Alone: w.AllowedAlone(), Count: len(w.Sizes), Last: q.T("witness.never")}
	if may {
		item.Address = w.Address
	}
	if w.AllowedBy != "" {
		item.Allowed = q.T("witness.by", w.AllowedBy, clock(w.Allowed))
	}
	if !w.Dropped.IsZero() {
		item.Dropped = clock(w.Dropped)
	}
	if len(w.Sizes) > 0 {
		item.Last = q.T("witness.given", clock(w.Given), w.Sizes[0])
	}
	if w.Failure != nil && w.On() {
		item.Failed, item.Forked = q.T("witness.failed", clock(w.Failed), q.why(w.Failure)), problem.KindOf(w.Failure) == problem.Conflict
		item.Next = clock(w.Next)
	}
	if may && w.Dropped.IsZero() {
		item.DropPath = "/ledger/witnesses/" + w.ID + "/drop"
		if !w.On() && !alone {
			item.WantsAnother = q.wantsAnother(w)
		}
		if !w.On() && item.WantsAnother == "" {
			item.AllowPath = "/ledger/witnesses/" + w.ID + "/allow"
		}
	}
	item.Receipts = s.receipts(q, w)
	return item
}

// wantsAnother says why the person cannot allow a witness where there are
// several accounts, "" if that is not so.
func (q *request) wantsAnother(w record.WitnessState) string {
	switch {
	case account.AtTerminal(w.ProposedBy):
		return q.T("channel.propose_again")
	case account.MayBeOne(q.holder.Name, w.ProposedBy):
		return q.T("witness.wants_another")
	}
	return ""
}

func (q *request) witnessTag(w record.WitnessState) tag {
	switch {
	case !w.Dropped.IsZero():
		return tag{"no", "⊘", q.T("witness.state.dropped")}
	case !w.On():
		return tag{"unknown", "?", q.T("witness.state.proposed")}
	case w.Failure != nil:
		return tag{"bad", "!", q.T("witness.state.failing")}
	}
	return tag{"yes", "✓", q.T("witness.state.on")}
}

// receipts lists the newest receipts of a witness.
func (s *server) receipts(q *request, w record.WitnessState) []receiptItem {
	var list []receiptItem
	for _, size := range w.Sizes[:min(len(w.Sizes), receiptsShown)] {
		item := receiptItem{words: q.words, Size: size, CheckpointPath: q.checkpoint(size).Path, Path: "/ledger/witnesses/" + w.ID + "/receipts/" + strconv.FormatInt(size, 10)}
		r, err := s.Record.Receipt(q.Context(), w.ID, size)
		if err != nil {
			item.Said = q.why(err)
		} else {
			item.At, item.Said = clock(r.At), q.receiptWords(r)
		}
		list = append(list, item)
	}
	return list
}

// receiptWords says what came back.
func (w words) receiptWords(r record.Receipt) string {
	switch {
	case r.Means == record.ByTimeStamp && r.Trusted:
		return w.T("witness.stamped", r.Authority, stampClock(r.Stamped))
	case r.Means == record.ByTimeStamp:
		return w.T("witness.stamped_unchecked", r.Authority, stampClock(r.Stamped))
	case r.Text != "":
		return r.Text
	case len(r.Cosignatures) > 0:
		return w.T("witness.cosigned", len(r.Cosignatures))
	}
	return w.T("witness.answered", len(r.Body))
}

// stampClock is the time of a stamp, to the second.
func stampClock(t time.Time) string { return clock(t) + t.Format(":05") }

// receiptFile sends what came back: the answer of an authority as it was, else
// all that is kept, as JSON.
func (s *server) receiptFile(q *request) error {
	size, err := strconv.ParseInt(q.PathValue("size"), 10, 64)
	if err != nil || size < 0 {
		return s.noPage(q)
	}
	w, err := s.Record.Witness(q.Context(), q.PathValue("id"))
	if err != nil {
		return err
	}
	r, err := s.Record.Receipt(q.Context(), w.ID, size)
	if err != nil {
		return err
	}
	name := "checkpoint-" + strconv.FormatInt(size, 10)
	switch {
	case r.Means == record.ByTimeStamp:
		return q.attach("application/timestamp-reply", name+".tsr", r.Body)
	case r.Text != "":
		return q.attach("text/plain; charset=utf-8", name+"-receipt.txt", []byte(r.Text+"\n"))
	}
	return q.attach("text/plain; charset=utf-8", name+"-answer.base64.txt", []byte(base64.StdEncoding.EncodeToString(r.Body)+"\n"))
}

func (s *server) proposeWitness(q *request) error {
	w, err := s.Record.Propose(q.Context(), q.holder.Name, record.Means(q.PostFormValue("means")), q.PostFormValue("address"))
	if err == nil {
		s.Log.InfoContext(q.Context(), "proposed a witness", "witness", w.ID, "by", q.holder.ID, "means", string(w.Means))
	}
	return s.witnessed(q, err, "witness_proposed")
}

// witnessed ends a change of witnesses: with the page again if it was not taken.
func (s *server) witnessed(q *request, err error, done string) error {
	at, err := q.fieldErrors(err)
	switch k := problem.KindOf(err); {
	case at != nil:
		return s.renderWitnesses(q, http.StatusUnprocessableEntity, "", at)
	case k == problem.Conflict || k == problem.Denied:
		return s.renderWitnesses(q, status(k), problem.In(err, q.lang), nil)
	case err != nil:
		return err
	}
	s.redirect(q, "/ledger/witnesses?done="+done)
	return nil
}

func (s *server) allowWitness(q *request) error {
	err := s.Record.Allow(q.Context(), q.holder.Name, q.PathValue("id"))
	if err == nil {
		s.Log.InfoContext(q.Context(), "allowed a witness", "witness", q.PathValue("id"), "by", q.holder.ID)
	}
	return s.witnessed(q, err, "witness_allowed")
}

func (s *server) dropWitness(q *request) error {
	err := s.Record.Drop(q.Context(), q.holder.Name, q.PathValue("id"))
	if err == nil {
		s.Log.InfoContext(q.Context(), "dropped a witness", "witness", q.PathValue("id"), "by", q.holder.ID)
	}
	return s.witnessed(q, err, "witness_dropped")
}
