// Package api is the JSON API of the server: what the pages do, for programs.
//
// Everything lies under [Base]; the OpenAPI 3.1 document, made from the code,
// under [Document]. A caller holds a token and sends it with every request;
// cookies are not looked at, so that no page elsewhere can act in the name of
// a person. Failures are problem details as in RFC 9457. The manual is
// docs/formats/api.md.
package api

import (
	"bytes"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"guanji/internal/access"
	"guanji/internal/filing"
	"guanji/internal/position"
	"guanji/internal/problem"
	"guanji/internal/record"
	"guanji/internal/regime"
	"guanji/internal/report"
	"guanji/internal/respond"
	"guanji/internal/standing"
)

// Where the API lies.
const (
	Root     = "/api/"            // everything that [New] answers
	Base     = "/api/v1"          // the operations
	Document = "/api/openapi"     // their description, with .json or .yaml behind
	jsonType = "application/json" // of every answer but files and problems
)

// Config holds what the API needs. Every field is required.
type Config struct {
	Access   *access.Service
	Standing *standing.Service
	Filing   *filing.Service
	Position *position.Service
	Record   *record.Service
	Respond  *respond.Service
	Set      *regime.Set
	Log      *slog.Logger
	Version  string // of the program, as the OpenAPI document shows it
}

type server struct{ Config }

// New returns the handler of everything under [Root].
func New(c Config) http.Handler {
	s := &server{c}
	mux := http.NewServeMux()
	api := humago.New(mux, s.framework())
	api.UseMiddleware(s.admit)
	s.routes(api)
	describe(api.OpenAPI())
	s.document(mux, api.OpenAPI())
	mux.HandleFunc(Root, func(w http.ResponseWriter, r *http.Request) { s.fail(w, r, noRoute(mux, w, r)) })
	return s.guard(resumable(mux))
}

// framework is the configuration of huma: JSON alone, in the form that the
// commands print, and no page of documentation, which would fetch scripts from
// outside.
func (s *server) framework() huma.Config {
	c := huma.DefaultConfig("Guanji", s.Version)
	c.CreateHooks = nil // no "$schema" in answers
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = "", "", ""
	form := huma.Format{Marshal: report.JSON, Unmarshal: unmarshal}
	c.Formats = map[string]huma.Format{jsonType: form, "json": form} // json: what ends in +json, as problems do
	c.RejectUnknownQueryParameters = true
	c.Transformers = []huma.Transformer{translate}
	c.Info.Description = manual
	c.Tags = tags()
	c.Servers = []*huma.Server{{URL: "/", Description: "This installation"}}
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		scheme: {Type: "http", Scheme: "bearer", Description: "A token, made on the settings page or by create-token. It carries scopes: read, write, administer, alert."},
	}
	c.Components.Schemas = huma.NewMapRegistry(schemas, schemaName)
	aliases(c.Components.Schemas)
	return c
}

// document serves the description of the API, which needs no token: it says
// nothing about this installation.
func (s *server) document(mux *http.ServeMux, doc *huma.OpenAPI) {
	forms := map[string]func() ([]byte, error){
		"json": sync.OnceValues(func() ([]byte, error) {
			var b bytes.Buffer
			err := report.JSON(&b, doc)
			return b.Bytes(), err
		}),
		"yaml": sync.OnceValues(doc.YAML),
	}
	for form, make := range forms {
		mux.HandleFunc("GET "+Document+"."+form, func(w http.ResponseWriter, r *http.Request) {
			data, err := make()
			if err != nil {
				s.fail(w, r, err)
				return
			}
			w.Header().Set("Content-Type", "application/openapi+"+form)
			_, _ = w.Write(data) // a caller who left needs no answer
		})
	}
}

// noRoute says what is wrong with a request that no operation answers: the
// path, or the method alone, in which case the header Allow is set.
func noRoute(mux *http.ServeMux, w http.ResponseWriter, r *http.Request) error {
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions} {
		other := r.Clone(r.Context())
		other.Method = method
		if _, pattern := mux.Handler(other); pattern != Root {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) == 0 {
		return problem.New(problem.NotFound, "api.no_operation")
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	return &refusal{http.StatusMethodNotAllowed, problem.New(problem.Usage, "api.bad_method", r.Method, strings.Join(allowed, ", "))}
}

// guard stands before everything: it sets the headers that every answer has,
// refuses addresses that are no text, and answers for a handler that panics.
func (s *server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		sent := &sentinel{ResponseWriter: w}
		defer func() {
			cause := recover()
			if cause == nil {
				return
			}
			s.Log.Error("api: panic", "cause", cause, "method", r.Method, "pattern", r.Pattern)
			if sent.begun || cause == http.ErrAbortHandler {
				panic(http.ErrAbortHandler) // the answer is broken off, and must not look whole
			}
			s.fail(w, r, problem.New(problem.Internal, "api.internal"))
		}()
		if !isText(r.URL.Path) || !isQuery(r) {
			s.fail(sent, r, problem.New(problem.Usage, "api.bad_address"))
			return
		}
		next.ServeHTTP(sent, r)
	})
}

// sentinel notices whether an answer has begun.
type sentinel struct {
	http.ResponseWriter
	begun bool
}

// WriteHeader implements [http.ResponseWriter].
func (s *sentinel) WriteHeader(status int) {
	s.begun = true
	s.ResponseWriter.WriteHeader(status)
}

// Write implements [http.ResponseWriter].
func (s *sentinel) Write(data []byte) (int, error) {
	s.begun = true
	return s.ResponseWriter.Write(data)
}

// Unwrap lets [http.ResponseController] reach the connection.
func (s *sentinel) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// isText reports whether a text from an address may go on to databases and
// messages.
func isText(s string) bool { return utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl) }

func isQuery(r *http.Request) bool {
	for name, values := range r.URL.Query() {
		if !isText(name) || !isText(strings.Join(values, "")) {
			return false
		}
	}
	return true
}
