package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

//go:embed templates
var templateFiles embed.FS

// pageTemplate is a page with its layout and the parts that pages share.
type pageTemplate = *template.Template

// parsePages parses every page. A page is a file of templates/ that defines
// "content"; the files of templates/parts are shared by all.
func parsePages(asset func(string) string) (map[string]pageTemplate, error) {
	base, err := template.New("").Funcs(template.FuncMap{"asset": asset}).ParseFS(templateFiles, "templates/parts/*.html")
	if err != nil {
		return nil, err
	}
	files, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		return nil, err
	}
	pages := map[string]pageTemplate{}
	for _, file := range files {
		t, err := base.Clone()
		if err == nil {
			t, err = t.ParseFS(templateFiles, file)
		}
		if err != nil {
			return nil, fmt.Errorf("page %s: %w", file, err)
		}
		pages[strings.TrimSuffix(path.Base(file), ".html")] = t
	}
	return pages, nil
}

// render sends a page. It is made in memory first: a page that fails half-way
// is not sent at all.
func (s *server) render(q *request, code int, name string, data any) error {
	return s.execute(q, code, name, "layout", data)
}

// renderPart sends one element of a page alone, for htmx.
func (s *server) renderPart(q *request, name, part string, data any) error {
	return s.execute(q, http.StatusOK, name, part, data)
}

func (s *server) execute(q *request, code int, name, part string, data any) error {
	var b bytes.Buffer
	if err := s.pages[name].ExecuteTemplate(&b, part, data); err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	q.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	q.w.Header().Set("Vary", "HX-Request, Cookie, Accept-Language")
	q.w.WriteHeader(code)
	_, _ = q.w.Write(b.Bytes()) // the reader has gone
	return nil
}
