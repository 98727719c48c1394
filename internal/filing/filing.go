// Package filing keeps evidence: what is filed is checked, numbered and told
// to the ledger, and is never edited. What was filed by mistake or is no
// longer true is superseded or withdrawn, with the reason.
package filing

import (
	"context"
	"errors"
	"sync"
	"time"

	"guanji/internal/evidence"
	"guanji/internal/ledger"
	"guanji/internal/problem"
)

// A Store keeps what is filed. Each method is one transaction.
type Store interface {
	// Filed returns what an organization filed after an item, in its order.
	Filed(ctx context.Context, organization string, after int64) ([]evidence.Filed, error)

	// File adds items, all or none, each with its leaf in the ledger. Seen is
	// the revision of the book that they were made for, or [AnyRevision]. It
	// fails with [problem.NotFound] if there is no such organization, and with
	// [problem.Conflict] if the book has another revision by now, or an item
	// ends what has ended already.
	File(ctx context.Context, organization string, seen int64, items []evidence.Item, a ledger.Actor) ([]evidence.Filed, error)
}

// AnyRevision says that items can be filed whatever was filed before.
const AnyRevision = -1

// Subjects knows what evidence can be about.
type Subjects interface {
	// HasSystem reports whether an organization has a system. It fails with
	// [problem.NotFound] if there is no such organization.
	HasSystem(ctx context.Context, organization, system string) (bool, error)
}

// A Catalogue is what the content knows of.
type Catalogue struct {
	Kinds  map[string]bool // of evidence
	Duties map[string]bool
}

// Config holds what a Service needs.
type Config struct {
	Store     Store
	Files     Files
	Uploads   Uploads
	Subjects  Subjects
	Catalogue Catalogue
	Now       func() time.Time
}

// A Service keeps evidence. It is safe for concurrent use, and several may
// work on one store.
type Service struct {
	Config
	mu    sync.Mutex
	books map[string]*evidence.Book // as they were last read
}

// New returns a Service.
func New(c Config) *Service { return &Service{Config: c, books: map[string]*evidence.Book{}} }

// Book returns all that an organization filed.
func (s *Service) Book(ctx context.Context, organization string) (*evidence.Book, error) {
	s.mu.Lock()
	book := s.books[organization]
	s.mu.Unlock()
	if book == nil {
		book = evidence.NewBook(nil)
	}
	filed, err := s.Store.Filed(ctx, organization, max(0, book.Revision()-1))
	if err != nil {
		return nil, err
	}
	switch {
	case book.Revision() == 0:
		book = evidence.NewBook(filed)
	case len(filed) > 0 && sameAs(book, filed[0]):
		if len(filed) == 1 {
			return book, nil
		}
		book = book.With(filed[1:])
	default: // the store was put back to a copy
		if filed, err = s.Store.Filed(ctx, organization, 0); err != nil {
			return nil, err
		}
		book = evidence.NewBook(filed)
	}
	s.mu.Lock()
	s.books[organization] = book
	s.mu.Unlock()
	return book, nil
}

// sameAs reports whether an item is the last of a book.
func sameAs(b *evidence.Book, f evidence.Filed) bool {
	last := b.Filed[len(b.Filed)-1]
	return last.Seq == f.Seq && last.At.Equal(f.At)
}

// File files items, all or none. It fails with [problem.Fields] for what is no
// valid item, named by the fields of the first that is wrong, and with
// [problem.Conflict] if what one ends has ended already.
func (s *Service) File(ctx context.Context, organization, by string, items ...evidence.Item) ([]evidence.Filed, error) {
	return s.FileAt(ctx, organization, by, AnyRevision, items...)
}

// FileAt files items as [Service.File] does, if the book still has the
// revision that was seen; else it fails with [problem.Conflict]. So a request
// that is sent again files nothing twice.
func (s *Service) FileAt(ctx context.Context, organization, by string, seen int64, items ...evidence.Item) ([]evidence.Filed, error) {
	book, err := s.Book(ctx, organization)
	if err != nil {
		return nil, err
	}
	for _, item := range items {
		if err := s.check(ctx, organization, book, item); err != nil {
			return nil, err
		}
	}
	filed, err := s.Store.File(ctx, organization, seen, items, ledger.Actor{By: by, At: s.Now()})
	if e, ok := errors.AsType[*problem.Error](err); ok && e.Msg.Key == "filing.ended" {
		return nil, s.told(ctx, organization, items, err)
	}
	return filed, err
}

// told adds to a conflict what ended that which the items end.
func (s *Service) told(ctx context.Context, organization string, items []evidence.Item, conflict error) error {
	book, err := s.Book(ctx, organization)
	if err != nil {
		return conflict
	}
	for _, item := range items {
		if err := ended(book, item); err != nil {
			return err
		}
	}
	return conflict
}

// Get returns what was filed under a number. It fails with
// [problem.NotFound].
func (s *Service) Get(ctx context.Context, organization string, seq int64) (evidence.Filed, error) {
	book, err := s.Book(ctx, organization)
	if err != nil {
		return evidence.Filed{}, err
	}
	f, ok := book.Get(seq)
	if !ok {
		return evidence.Filed{}, problem.New(problem.NotFound, "filing.none", seq)
	}
	return f, nil
}
