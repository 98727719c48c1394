package web

import (
	"encoding/json"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"guanji/internal/account"
	"guanji/internal/ledger"
	"guanji/internal/problem"
	"guanji/internal/record"
)

// leavesPage finds leaves.
type leavesPage struct {
	page
	Administer           bool // leaves about accounts and passes are among those listed
	Organizations, Kinds []option
	ID, Number           string
	NumberError          string
	List                 []leafItem
	Filtered             bool
	NewestPath           string // of the first page, "" on it
	OlderPath            string
}

// leafItem is one leaf in a list.
type leafItem struct {
	words
	Path, Number, At, By string
	Said                 string // what was done to the record
	Kind                 string
	Record, RecordPath   string
	Organization         string
}

// leavesShown is how many leaves one page lists.
const leavesShown = 50

func (s *server) leaves(q *request) error {
	number := strings.TrimSpace(q.FormValue("number"))
	n, err := strconv.ParseInt(number, 10, 64)
	if number != "" && err == nil && n >= 0 {
		s.redirect(q, "/ledger/leaves/"+strconv.FormatInt(n, 10))
		return nil
	}
	p := leavesPage{page: s.page(q, "ledger_leaves"), ID: strings.TrimSpace(q.FormValue("id")), Number: number}
	code := http.StatusOK
	if number != "" {
		code, p.NumberError = http.StatusUnprocessableEntity, q.T("ledger.leaves.bad_number")
	}
	what := ledger.What(q.FormValue("what"))
	kinds, err := q.kinds(what)
	if err != nil {
		return err
	}
	search := record.Search{Kinds: kinds, Organization: q.FormValue("org"), ID: p.ID, Before: math.MaxInt64, Limit: leavesShown + 1}
	if before, err := strconv.ParseInt(q.FormValue("before"), 10, 64); err == nil {
		search.Before = before
	}
	p.Filtered, p.Administer = what != "" || search.Organization != "" || p.ID != "", q.holder.May(account.Administer)
	if err := s.filters(q, &p, what, search.Organization); err != nil {
		return err
	}
	if err := s.foundLeaves(q, &p, what, search); err != nil {
		return err
	}
	return s.render(q, code, "ledger_leaves", p)
}

// kinds returns the kinds of records to find leaves about, where one or "" is
// asked for; none for every kind. It fails with [problem.Denied] for one that
// is not for who asks.
func (q *request) kinds(what ledger.What) ([]ledger.What, error) {
	switch {
	case !mayRead(q.holder, what):
		return nil, errAdministrators()
	case what != "":
		return []ledger.What{what}, nil
	case q.holder.May(account.Administer):
		return nil, nil
	}
	return q.readable(), nil
}

// readable lists the kinds of records that who asks may read of.
func (q *request) readable() []ledger.What {
	return slices.DeleteFunc(record.Kinds(), func(w ledger.What) bool { return !mayRead(q.holder, w) })
}

func (s *server) filters(q *request, p *leavesPage, what ledger.What, organization string) error {
	all, err := s.Standing.Organizations(q.Context())
	if err != nil {
		return err
	}
	p.Organizations = []option{{Name: q.T("web.all")}}
	for _, o := range all {
		p.Organizations = append(p.Organizations, option{Value: o.ID, Name: q.Text(o.Name)})
	}
	options(organization, p.Organizations)
	p.Kinds = []option{{Name: q.T("web.all")}}
	for _, w := range q.readable() {
		p.Kinds = append(p.Kinds, option{Value: string(w), Name: q.T("verify.what." + string(w))})
	}
	options(string(what), p.Kinds)
	return nil
}

func (s *server) foundLeaves(q *request, p *leavesPage, what ledger.What, search record.Search) error {
	rows, err := s.Record.Find(q.Context(), search)
	if err != nil {
		return err
	}
	at := url.Values{"org": {search.Organization}, "what": {string(what)}, "id": {search.ID}}
	if search.Before != math.MaxInt64 {
		p.NewestPath = "/ledger/leaves?" + at.Encode()
	}
	if len(rows) > leavesShown {
		rows = rows[:leavesShown]
		at.Set("before", strconv.FormatInt(rows[leavesShown-1].Number, 10))
		p.OlderPath = "/ledger/leaves?" + at.Encode()
	}
	namer := s.namer(q)
	for _, r := range rows {
		if q.mayReadLeaf(r.What, r.Body) == nil {
			p.List = append(p.List, q.leafItem(r, namer))
		}
	}
	return nil
}

func (q *request) leafItem(r record.Row, namer *namer) leafItem {
	n := strconv.FormatInt(r.Number, 10)
	item := leafItem{words: q.words, Number: n, Path: "/ledger/leaves/" + n, Kind: q.kindOf(r.What)}
	l, err := ledger.ParseLeaf(r.Body)
	if err != nil {
		item.Said = q.T("ledger.leaf.unreadable")
		return item
	}
	item.At, item.By, item.Said = clock(l.At), l.By, q.said(l)
	item.Record, item.RecordPath = namer.leaf(l)
	item.Organization = namer.organization(l.Organization)
	return item
}

// said is what was done to a record.
func (w words) said(l ledger.Leaf) string {
	switch {
	case l.After == "":
		return w.T("ledger.leaf.ended")
	case l.Before == "":
		return w.T("ledger.leaf.made")
	}
	return w.T("ledger.leaf.changed")
}

// leafPage is one leaf, with the proof that it is in the ledger.
type leafPage struct {
	page
	Number               int64
	Sentence             string
	At, By               string
	Kind                 string
	Record, RecordPath   string
	Organization         string
	ID                   string
	Before, After        string
	AboutPath            string // of the leaves about the same record
	Waiting              bool   // under no checkpoint yet
	Covered              *checkpointItem
	Trouble              string // why there is no proof
	Hashes               []string
	HeadSize             int64
	ProofPath            string
	NewerPath, OlderPath string
	Raw                  string // as it is hashed
}

func (s *server) leaf(q *request) error {
	n, err := leafNumber(q)
	if err != nil {
		return err
	}
	rows, err := s.Record.Store.Leaves(q.Context(), n, n+2)
	if err != nil {
		return err
	}
	if len(rows) == 0 || rows[0].Number != n {
		_, err := s.Record.Leaf(q.Context(), n)
		return orProblem(err, n)
	}
	if err := q.mayReadLeaf(rows[0].What, rows[0].Body); err != nil {
		return err
	}
	p := leafPage{page: s.page(q, "ledger_leaf"), Number: n, Raw: string(rows[0].Body), Kind: q.kindOf(rows[0].What)}
	p.Title = q.T("ledger.leaf.title", n)
	if n > 0 {
		p.OlderPath = "/ledger/leaves/" + strconv.FormatInt(n-1, 10)
	}
	if len(rows) > 1 {
		p.NewerPath = "/ledger/leaves/" + strconv.FormatInt(n+1, 10)
	}
	s.describeLeaf(q, &p, rows[0])
	if err := s.proveLeaf(q, &p); err != nil {
		return err
	}
	return s.render(q, http.StatusOK, "ledger_leaf", p)
}

// orProblem is what stands in the way of showing a leaf.
func orProblem(err error, n int64) error {
	if err == nil {
		err = problem.New(problem.Refused, "record.gap", n)
	}
	return err
}

func leafNumber(q *request) (int64, error) {
	n, err := strconv.ParseInt(q.PathValue("n"), 10, 64)
	if err != nil || n < 0 {
		return 0, problem.New(problem.NotFound, "web.no_page")
	}
	return n, nil
}

func (s *server) describeLeaf(q *request, p *leafPage, r record.Row) {
	l, err := ledger.ParseLeaf(r.Body)
	if err != nil {
		p.Sentence = q.T("ledger.leaf.unreadable")
		return
	}
	namer := s.namer(q)
	p.At, p.By, p.ID, p.Before, p.After = clock(l.At), l.By, l.ID, l.Before, l.After
	p.Record, p.RecordPath = namer.leaf(l)
	p.Organization = namer.organization(l.Organization)
	p.Sentence = q.T("ledger.leaf.sentence", q.said(l), q.kindOf(l.What), p.Record)
	p.AboutPath = "/ledger/leaves?" + url.Values{"org": {l.Organization}, "what": {string(l.What)}, "id": {l.ID}}.Encode()
}

// proveLeaf adds the proof that the leaf is under the newest checkpoint.
func (s *server) proveLeaf(q *request, p *leafPage) error {
	now, err := s.Record.Signing(q.Context())
	if err != nil {
		return err
	}
	if p.Waiting = now.Head.Size <= p.Number && now.Trouble == nil; p.Waiting {
		return nil
	}
	proof, err := s.Record.Prove(q.Context(), p.Number)
	switch problem.KindOf(err) {
	case "":
		p.Hashes, p.HeadSize = proof.Hashes, now.Head.Size
		p.ProofPath = "/ledger/leaves/" + strconv.FormatInt(p.Number, 10) + "/proof.json"
	case problem.Refused, problem.Conflict, problem.NotFound, problem.Input:
		p.Trouble = problem.In(err, q.lang)
		return nil
	default:
		return err
	}
	if p.Raw != proof.Record {
		p.Trouble = q.T("ledger.leaf.differs")
	}
	sizes, err := s.Record.Sizes(q.Context())
	if covered := record.CoveredAt(sizes, p.Number); err == nil && covered >= 0 {
		c := q.checkpoint(covered)
		if signed, err := s.Record.Checkpoint(q.Context(), covered); err == nil {
			c.Made = clock(signed.Made)
		}
		p.Covered = &c
	}
	return err
}

// proofFile sends the proof of a leaf, which a public key alone checks.
func (s *server) proofFile(q *request) error {
	n, err := leafNumber(q)
	if err != nil {
		return err
	}
	proof, err := s.Record.Prove(q.Context(), n)
	if err == nil {
		err = q.mayReadLeaf("", []byte(proof.Record))
	}
	if err != nil {
		return err
	}
	data, err := json.MarshalIndent(proof, "", "  ")
	if err != nil {
		return err
	}
	return q.attach("application/json", "leaf-"+strconv.FormatInt(n, 10)+"-proof.json", append(data, '\n'))
}
