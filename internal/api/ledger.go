package api

import (
	"context"
	"time"

	"guanji/internal/account"
	"guanji/internal/day"
	"guanji/internal/ledger"
	"guanji/internal/problem"
)

// text is an answer that is no JSON.
type text struct {
	Type string `header:"Content-Type"`
	Body []byte
}

// checkpoint is the newest signed head of the ledger.
func (s *server) checkpoint(ctx context.Context, _ *none) (*text, error) {
	head, err := s.Record.Head(ctx)
	if err == nil && head.Note == nil {
		err = problem.New(problem.NotFound, "api.no_checkpoint")
	}
	if err != nil {
		return nil, err
	}
	return &text{textType, head.Note}, nil
}

func (s *server) ledgerKey(context.Context, *none) (*text, error) {
	var lines []byte
	for _, k := range s.Record.Keys.List() {
		lines = append(lines, k.Line+"\n"...)
	}
	return &text{textType, lines}, nil
}

// leaf is one line of the ledger.
type leaf struct {
	Leaf         int64       `json:"leaf" doc:"Its number, from 0."`
	At           time.Time   `json:"at" doc:"When, in Beijing time."`
	By           string      `json:"by" doc:"Who: the name of an account, or of the user of the machine."`
	What         ledger.What `json:"what" enum:"entry,filed,step,account,pass,witness,channel,key" doc:"The kind of record."`
	Organization string      `json:"organization,omitempty"`
	ID           string      `json:"id" doc:"Of the record among those of its kind and organization."`
	About        string      `json:"about,omitempty" doc:"What it is about, for people."`
	Before       string      `json:"before,omitempty" doc:"The digest of what it was, or of the record in whose place it stands; absent if there was none."`
	After        string      `json:"after,omitempty" doc:"The digest of what it is; absent if it is gone."`
}

func leafOf(n int64, l ledger.Leaf) leaf {
	return leaf{n, l.At.In(day.Beijing), l.By, l.What, l.Organization, l.ID, l.About, l.Before, l.After}
}

// mayRead fails for leaves about people and their passes, which tell who comes
// and goes, unless the caller administers them.
func mayRead(ctx context.Context, w ledger.What) error {
	if (w == ledger.Account || w == ledger.Pass) && !callerOf(ctx).May(account.Administer) {
		return problem.New(problem.Denied, "api.no_scope", administer)
	}
	return nil
}

// OfLeaf is the leaf that an operation is about.
type OfLeaf struct {
	Leaf int64 `path:"leaf" minimum:"0" doc:"The number of a leaf, from 0."`
}

// readLeaf returns a leaf that the caller may read. One that is not as it was
// written is no mistake of the caller.
func (s *server) readLeaf(ctx context.Context, n int64) (ledger.Leaf, error) {
	l, err := s.Record.Leaf(ctx, n)
	if problem.KindOf(err) == problem.Input {
		err = problem.New(problem.Refused, "ledger.damaged_leaf", n).Because(err)
	}
	if err == nil {
		err = mayRead(ctx, l.What)
	}
	return l, err
}

func (s *server) leaf(ctx context.Context, in *OfLeaf) (*reply[leaf], error) {
	l, err := s.readLeaf(ctx, in.Leaf)
	if err != nil {
		return nil, err
	}
	return replyOf(leafOf(in.Leaf, l)), nil
}

func (s *server) leaves(ctx context.Context, in *struct {
	What         string `query:"what" required:"true" enum:"entry,filed,step,account,pass,witness,channel,key" doc:"The kind of record."`
	Organization string `query:"organization" doc:"The organization that it belongs to; absent for what belongs to none."`
	ID           string `query:"id" required:"true" doc:"The id of the record: of entry, filed and step, its seq."`
	Paging
}) (*list[leaf], error) {
	what := ledger.What(in.What)
	if err := mayRead(ctx, what); err != nil {
		return nil, err
	}
	rows, err := s.Record.Store.About(ctx, what, in.Organization, in.ID)
	if err != nil {
		return nil, err
	}
	part := pageOf(in.Paging, rows).Body
	body := page[leaf]{Items: []leaf{}, Next: part.Next}
	for _, r := range part.Items {
		l, err := ledger.ParseLeaf(r.Body)
		if err != nil {
			return nil, problem.New(problem.Refused, "ledger.damaged_leaf", r.Number).Because(err)
		}
		body.Items = append(body.Items, leafOf(r.Number, l))
	}
	return replyOf(body), nil
}

// proof is what shows, with the public key alone, that a leaf is in the ledger.
type proof struct {
	Leaf       int64    `json:"leaf" doc:"The number of the leaf, from 0."`
	Record     string   `json:"record" doc:"The bytes of the leaf, as they are hashed."`
	Hashes     []string `json:"hashes" doc:"In Base64, from the leaf up."`
	Checkpoint string   `json:"checkpoint" doc:"The signed checkpoint that the hashes lead to."`
}

func (s *server) proof(ctx context.Context, in *OfLeaf) (*reply[proof], error) {
	if _, err := s.readLeaf(ctx, in.Leaf); err != nil {
		return nil, err
	}
	p, err := s.Record.Prove(ctx, in.Leaf)
	if err != nil {
		return nil, err
	}
	return replyOf(proof(p)), nil
}
