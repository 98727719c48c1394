package web

import (
	"net/url"
	"slices"
	"strings"

	"guanji/internal/law"
	"guanji/internal/message"
)

// citeLink leads to a provision by the name that lawyers give it.
type citeLink struct{ Path, Name, Title string }

// citation names the provision with an id, in the numbering of any day, as
// lawyers do; an id that nothing bears stands for itself.
func (s *server) citation(id string) message.Text {
	if p, w, ok := s.Set.Library.Wording(id); ok {
		return p.Cite(w)
	}
	return message.Text{En: id, Zh: id}
}

// cite leads to the provision with an id.
func (q *orgRequest) cite(id string) citeLink {
	return citeLink{provisionPath(id), q.Text(q.s.citation(id)), id}
}

func (q *orgRequest) cites(ids []string) []citeLink {
	list := make([]citeLink, len(ids))
	for i, id := range ids {
		list[i] = q.cite(id)
	}
	return list
}

// briefCite is cite for a column of a table, with the whole citation as title.
func (q *orgRequest) briefCite(id string) citeLink {
	c := q.cite(id)
	if p, w, ok := q.s.Set.Library.Wording(id); ok {
		c.Name, c.Title = q.Text(p.Brief(w)), c.Name+" · "+id
	}
	return c
}

func provisionPath(id string) string { return "/law/provisions/" + url.PathEscape(id) }

// sources are the lines of some sources, those of authorities first.
func (s *server) sources(ids []string) []sourceView {
	list := make([]sourceView, len(ids))
	for i, id := range ids {
		list[i] = sourceLine(s.sourceOf(id))
	}
	slices.SortStableFunc(list, func(a, b sourceView) int {
		switch {
		case a.official() == b.official():
			return 0
		case a.official():
			return -1
		}
		return 1
	})
	return list
}

// official reports whether the address is one of an authority of the mainland.
func (s sourceView) official() bool {
	u, err := url.Parse(s.URL)
	if err != nil {
		return false
	}
	host := "." + strings.ToLower(u.Hostname())
	return strings.HasSuffix(host, ".gov.cn") || strings.HasSuffix(host, ".cert.org.cn")
}

// sourceLine finds the address at the head of a source, which may go on with a
// path, a digest or a remark.
func sourceLine(s string) sourceView {
	if strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://") {
		address, _, _ := strings.Cut(s, " ")
		return sourceView{s, address}
	}
	return sourceView{Text: s}
}

// sourceOf is where a statement of law was read.
func (s *server) sourceOf(id string) string {
	src := s.Set.Library.Source(id)
	switch {
	case src == nil:
		return id
	case src.URL != "":
		return src.URL
	}
	return src.What
}

// instrumentPath is the page of an instrument, at one of its provisions.
func instrumentPath(p *law.Provision) string {
	id := p.ID.Value
	return "/law/instruments/" + p.Instrument.ID.Value + when{}.query("at", id) + "#" + url.PathEscape(id)
}
