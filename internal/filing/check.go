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
