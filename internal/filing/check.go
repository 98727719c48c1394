package filing

import (
	"context"

	"guanji/internal/day"
	"guanji/internal/evidence"
	"guanji/internal/message"
	"guanji/internal/problem"
)

// Check finds what is wrong with an item before it is filed, as [Service.File]
// does, but for files that are not kept: so a file need not be kept for an item
// that would be refused.
func (s *Service) Check(ctx context.Context, organization string, item evidence.Item) error {
	if r := item.Record; r != nil {
		bare := *r
		bare.Files = nil
		item.Record = &bare
	}
	book, err := s.Book(ctx, organization)
	if err != nil {
		return err
	}
	if err := s.check(ctx, organization, book, item); err != nil {
		return err
	}
	return ended(book, item)
}

// ended fails with [problem.Conflict] if what an item ends has ended already,
// and says what ended it.
func ended(book *evidence.Book, item evidence.Item) error {
	why, ok := endOf(book, item.Ends())
	if !ok {
		return nil
	}
	return problem.New(problem.Conflict, "filing.ended", item.Ends()).Because(&problem.Error{Kind: problem.Conflict, Msg: why})
}

// check returns every mistake in an item.
func (s *Service) check(ctx context.Context, organization string, book *evidence.Book, item evidence.Item) error {
	mistakes := append(item.Check(day.In(s.Now())), s.Catalogue.check(item)...)
	if r := item.Record; r != nil {
		files, err := s.checkFiles(ctx, r.Files)
		if err != nil {
			return err
		}
		mistakes = append(mistakes, files...)
	}
	subject, err := s.checkSubject(ctx, organization, item)
	if err != nil {
		return err
	}
	mistakes = append(append(mistakes, subject...), checkEnds(book.Get, item)...)
	return mistakes.OrNil()
}

// endOf says what ended something: its number, who filed it and when.
func endOf(b *evidence.Book, seq int64) (message.M, bool) {
	f, ok := b.EndOf(seq)
	if !ok {
		return message.M{}, false
	}
	how := "superseded"
	if f.End != nil {
		how = string(f.End.How)
	}
	return message.New("filing.ended."+how, f.Seq, f.By, f.At.In(day.Beijing).Format("2006-01-02 15:04")), true
}

// check finds what an item names and the content does not know.
func (c Catalogue) check(item evidence.Item) (mistakes problem.Fields) {
	field := "duty"
	if r := item.Record; r != nil {
		field = "duties"
		if !c.Kinds[r.Kind] {
			mistakes = append(mistakes, problem.Field{Name: "kind", Msg: message.New("filing.no_kind", r.Kind)})
		}
	}
	for _, d := range item.DutyIDs() {
		if !c.Duties[d] {
			mistakes = append(mistakes, problem.Field{Name: field, Msg: message.New("filing.no_duty", d)})
		}
	}
	return mistakes
}

func (s *Service) checkSubject(ctx context.Context, organization string, item evidence.Item) (problem.Fields, error) {
	subject, ok := item.SubjectOf()
	if !ok || subject == evidence.Organization || subject == evidence.AllSystems {
		return nil, nil
	}
	has, err := s.Subjects.HasSystem(ctx, organization, subject)
	if err != nil || has {
		return nil, err
	}
	return problem.Fields{{Name: "subject", Msg: message.New("filing.no_subject", subject)}}, nil
}

// checkFiles finds files that are not kept, or have another size.
func (s *Service) checkFiles(ctx context.Context, files []evidence.File) (mistakes problem.Fields, err error) {
	for _, f := range files {
		size, err := s.Files.Has(ctx, f.Digest)
		switch {
		case problem.KindOf(err) == problem.NotFound || err == nil && size != f.Size:
			mistakes = append(mistakes, problem.Field{Name: "files", Msg: message.New("filing.no_file", f.Name)})
		case err != nil:
			return nil, err
		}
	}
	return mistakes, nil
}

// checkEnds finds what an item wrongly ends: what is not there, or is of a
// kind that does not end so.
func checkEnds(get func(seq int64) (evidence.Filed, bool), item evidence.Item) problem.Fields {
	of := item.Ends()
	if of == 0 {
		return nil
	}
	f, ok := get(of)
	switch {
	case !ok, item.Record != nil && f.Record == nil, item.End != nil && !f.EndsBy(item.End.How):
		return problem.Fields{{Name: "of", Msg: message.New("filing.cannot_end", of)}}
	case item.End != nil && item.End.Day.Before(f.Since()):
		return problem.Fields{{Name: "day", Msg: message.New("filing.ends_before", f.Since().String())}}
	}
	return nil
}
