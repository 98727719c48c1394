package api

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"guanji/internal/access"
	"guanji/internal/account"
	"guanji/internal/evidence"
	"guanji/internal/incident"
	"guanji/internal/ledger"
	"guanji/internal/problem"
	"guanji/internal/record"
	"guanji/internal/standing"
)

// memory keeps everything that a server keeps, as internal/store does, which
// no test on this floor may import.
type memory struct {
	mu       sync.Mutex
	accounts []account.Account
	passes   []access.Pass
	heads    []standing.Head
	entries  map[string][]standing.Entry
	drafts   []standing.Draft
	filed    map[string][]evidence.Filed
	steps    map[string][]incident.Recorded
	leaves   []record.Row
	clock    time.Time // what the server takes for now
	broken   error     // what every method of standing.Store, filing.Store and record.Store fails with
}

func newMemory() *memory {
	return &memory{clock: noon, entries: map[string][]standing.Entry{}, filed: map[string][]evidence.Filed{}, steps: map[string][]incident.Recorded{}}
}

// lock is used as defer m.lock()().
func (m *memory) lock() func() {
	m.mu.Lock()
	return m.mu.Unlock
}

func (m *memory) Accounts(context.Context) ([]account.Account, error) {
	defer m.lock()()
	return slices.Clone(m.accounts), nil
}

func (m *memory) Credentials(_ context.Context, key string) (account.Account, string, error) {
	defer m.lock()()
	i := slices.IndexFunc(m.accounts, func(a account.Account) bool { return account.Key(a.Name) == key })
	if i < 0 {
		return account.Account{}, "", problem.New(problem.NotFound, "access.no_account")
	}
	return m.accounts[i], "", nil
}

func (m *memory) AddAccount(_ context.Context, a account.Account, link access.Pass, _ ledger.Actor) error {
	defer m.lock()()
	if slices.ContainsFunc(m.accounts, func(b account.Account) bool { return account.Key(a.Name) == account.Key(b.Name) }) {
		return problem.New(problem.Conflict, "access.name_taken")
	}
	m.accounts, m.passes = append(m.accounts, a), append(m.passes, link)
	return nil
}

func (m *memory) SetAccount(_ context.Context, a account.Account, _ ledger.Actor) error {
	defer m.lock()()
	i := slices.IndexFunc(m.accounts, func(b account.Account) bool { return a.ID == b.ID })
	if i < 0 {
		return problem.New(problem.NotFound, "access.no_account")
	}
	after := slices.Clone(m.accounts)
	after[i].Role, after[i].Disabled = a.Role, a.Disabled
	if !slices.ContainsFunc(after, func(b account.Account) bool { return b.Role == account.Administrator && !b.Disabled }) {
		return problem.New(problem.Conflict, "access.last_administrator")
	}
	m.accounts = after
	if a.Disabled {
		m.passes = slices.DeleteFunc(m.passes, func(p access.Pass) bool { return p.Account == a.ID })
	}
	return nil
}

func (m *memory) SetPassword(context.Context, string, string, string, ledger.Actor) error { return nil }

func (m *memory) SavePass(_ context.Context, p access.Pass, _ ledger.Actor) error {
	defer m.lock()()
	m.passes = append(m.passes, p)
	return nil
}

func (m *memory) Pass(_ context.Context, digest string) (access.Pass, account.Account, error) {
	defer m.lock()()
	i := slices.IndexFunc(m.passes, func(p access.Pass) bool { return p.Digest == digest })
	if i < 0 {
		return access.Pass{}, account.Account{}, problem.New(problem.NotFound, "access.no_pass")
	}
	j := slices.IndexFunc(m.accounts, func(a account.Account) bool { return a.ID == m.passes[i].Account })
	return m.passes[i], m.accounts[j], nil
}

func (m *memory) Passes(_ context.Context, owner string, k access.Kind) ([]access.Pass, error) {
	defer m.lock()()
	var mine []access.Pass
	for _, p := range slices.Backward(m.passes) {
		if p.Account == owner && p.Kind == k {
			mine = append(mine, p)
		}
	}
	return mine, nil
}

func (m *memory) TouchPass(context.Context, string, time.Time) error { return nil }

func (m *memory) TakePass(_ context.Context, digest string, _ ledger.Actor) error {
	defer m.lock()()
	n := len(m.passes)
	m.passes = slices.DeleteFunc(m.passes, func(p access.Pass) bool { return p.Digest == digest })
	if len(m.passes) == n {
		return problem.New(problem.NotFound, "access.no_pass")
	}
	return nil
}

func (m *memory) Begin(context.Context, access.Pass, ledger.Actor) error { return nil }

func (m *memory) Start(context.Context, string, account.Account, string, ledger.Actor) error {
	return nil
}

func (m *memory) Organizations(context.Context) ([]standing.Head, error) {
	defer m.lock()()
	return slices.Clone(m.heads), m.broken
}

func (m *memory) head(organization string) (*standing.Head, error) {
	i := slices.IndexFunc(m.heads, func(h standing.Head) bool { return h.ID == organization })
	if m.broken != nil {
		return nil, m.broken
	}
	if i < 0 {
		return nil, problem.New(problem.NotFound, "standing.no_organization", organization)
	}
	return &m.heads[i], nil
}

func (m *memory) Head(_ context.Context, organization string) (standing.Head, error) {
	defer m.lock()()
	h, err := m.head(organization)
	if err != nil {
		return standing.Head{}, err
	}
	return *h, nil
}

func (m *memory) Entries(_ context.Context, organization string, after, upto int64) ([]standing.Entry, error) {
	defer m.lock()()
	all := m.entries[organization]
	upto = min(upto, int64(len(all)))
	return slices.Clone(all[min(after, upto):upto]), m.broken
}

func (m *memory) History(_ context.Context, organization string, r standing.Ref) ([]standing.Entry, error) {
	defer m.lock()()
	var found []standing.Entry
	for _, e := range slices.Backward(m.entries[organization]) {
		if e.Ref == r {
			found = append(found, e)
		}
	}
	return found, m.broken
}

func (m *memory) Append(_ context.Context, organization string, create bool, changes []standing.Change, a standing.Author, at time.Time) (int64, error) {
	defer m.lock()()
	h, err := m.head(organization)
	switch {
	case err != nil && (!create || problem.KindOf(err) != problem.NotFound):
		return 0, err
	case err == nil && create:
		return 0, problem.New(problem.Conflict, "standing.id_taken", organization)
	case create:
		m.heads = append(m.heads, standing.Head{ID: organization})
		h = &m.heads[len(m.heads)-1]
	}
	for _, c := range changes {
		if e := m.newest(organization, c.Ref); c.Seen != standing.Whatever && c.Seen != e.Seq {
			return 0, &standing.Changed{Now: e}
		}
	}
	for _, c := range changes {
		h.Revision++
		h.At = at
		m.entries[organization] = append(m.entries[organization], standing.Entry{Ref: c.Ref, Seq: h.Revision, Value: c.Value, At: at, Author: a})
	}
	return h.Revision, nil
}

func (m *memory) newest(organization string, r standing.Ref) standing.Entry {
	for _, e := range slices.Backward(m.entries[organization]) {
		if e.Ref == r {
			return e
		}
	}
	return standing.Entry{}
}

func (m *memory) SaveDraft(_ context.Context, d standing.Draft) error {
	defer m.lock()()
	data, err := json.Marshal(d.Changes) // as a database would
	if err != nil {
		return err
	}
	d.Changes = nil
	if err := json.Unmarshal(data, &d.Changes); err != nil {
		return err
	}
	m.drafts = append(m.drafts, d)
	return nil
}

func (m *memory) draft(owner, id string) int {
	return slices.IndexFunc(m.drafts, func(d standing.Draft) bool { return d.Account == owner && d.ID == id })
}

func (m *memory) Draft(_ context.Context, owner, id string) (standing.Draft, error) {
	defer m.lock()()
	if i := m.draft(owner, id); i >= 0 {
		return m.drafts[i], nil
	}
	return standing.Draft{}, problem.New(problem.NotFound, "standing.no_draft")
}

func (m *memory) Drafts(_ context.Context, owner, organization string) ([]standing.Draft, error) {
	defer m.lock()()
	var mine []standing.Draft
	for _, d := range slices.Backward(m.drafts) {
		if d.Account == owner && d.Organization == organization {
			mine = append(mine, d)
		}
	}
	return mine, nil
}

func (m *memory) DropDraft(_ context.Context, owner, id string) error {
	defer m.lock()()
	i := m.draft(owner, id)
	if i < 0 {
		return problem.New(problem.NotFound, "standing.no_draft")
	}
	m.drafts = slices.Delete(m.drafts, i, i+1)
	return nil
}
