package filing

import (
	"context"

	"guanji/internal/day"
	"guanji/internal/evidence"
	"guanji/internal/message"
	"guanji/internal/problem"
)

// check returns every mistake in an item.
func (s *Service) check(ctx context.Context, organization string, book *evidence.Book, item evidence.Item) error {
	mistakes := item.Check(day.In(s.Now()))
	for _, d := range item.DutyIDs() {
		if !s.Catalogue.Duties[d] {
			mistakes = append(mistakes, problem.Field{Name: "duties", Msg: message.New("filing.no_duty", d)})
		}
	}
	if r := item.Record; r != nil {
		if !s.Catalogue.Kinds[r.Kind] {
			mistakes = append(mistakes, problem.Field{Name: "kind", Msg: message.New("filing.no_kind", r.Kind)})
		}
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
	mistakes = append(append(mistakes, subject...), checkEnds(book, item)...)
	return mistakes.OrNil()
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
func checkEnds(book *evidence.Book, item evidence.Item) problem.Fields {
	of := item.Ends()
	if of == 0 {
		return nil
	}
	f, ok := book.Get(of)
	switch {
	case !ok, item.Record != nil && f.Record == nil, item.End != nil && !f.EndsBy(item.End.How):
		return problem.Fields{{Name: "of", Msg: message.New("filing.cannot_end", of)}}
	case item.End != nil && item.End.Day.Before(f.Since()):
		return problem.Fields{{Name: "day", Msg: message.New("filing.ends_before", f.Since().String())}}
	}
	return nil
}
