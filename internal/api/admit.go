package api

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"golang.org/x/text/language"

	"guanji/internal/access"
	"guanji/internal/account"
	"guanji/internal/message"
	"guanji/internal/problem"
	"guanji/internal/standing"
)

// scheme is the name of the way to authenticate, in the OpenAPI document.
const scheme = "token"

// The scopes of tokens, by name.
const (
	read       = "read"
	write      = "write"
	administer = "administer"
	raise      = "alert" // alerts of machines, and nothing else
)

// permission returns what a scope allows, nothing for a word that is none.
func permission(scope string) account.Permission {
	switch scope {
	case read:
		return account.Read
	case write:
		return account.Write
	case administer:
		return account.Administer
	case raise:
		return account.Alert
	}
	return 0
}

// scopes names what is in a permission.
func scopes(p account.Permission) []string {
	names := []string{}
	for _, scope := range []string{read, write, administer, raise} {
		if p.Has(permission(scope)) {
			names = append(names, scope)
		}
	}
	return names
}

// A caller is who sent a request, and the language of the answer.
type caller struct {
	access.Holder
	lang message.Lang
}

type callerKey struct{}

// callerOf returns who sent the request that a context is of.
func callerOf(ctx context.Context) caller {
	c, _ := ctx.Value(callerKey{}).(caller)
	return c
}

// author is who states something by this request, and how.
func author(ctx context.Context, source string, sure standing.Sure) standing.Author {
	if sure == "" {
		sure = standing.Stated
	}
	return standing.Author{By: callerOf(ctx).Name, Origin: standing.Called, Source: source, Sure: sure}
}

// admit lets a request through to its operation if it carries a token with the
// scope that the operation declares. Only then is the body read.
func (s *server) admit(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	h, err := s.holder(r)
	if err == nil {
		err = enter(w, h, scopeOf(ctx.Operation()))
	}
	if err == nil {
		err = takeBody(w, r, ctx.Operation().MaxBodyBytes-1)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	next(huma.WithValue(ctx, callerKey{}, caller{h, languageOf(r.Header.Get("Accept-Language"))}))
}

// scopeOf returns the scope that an operation declares.
func scopeOf(op *huma.Operation) string { return op.Security[0][scheme][0] }

// holder returns who holds the token of a request. Whatever is wrong with a
// token, the answer is the same.
func (s *server) holder(r *http.Request) (access.Holder, error) {
	h, err := s.Access.Holder(r.Context(), bearer(r.Header.Values("Authorization")), access.Token)
	if k := problem.KindOf(err); k == problem.SignedOut || k == problem.NotFound {
		return h, problem.New(problem.SignedOut, "api.no_token")
	}
	return h, err
}

// bearer returns the token in the header of a request, "" if there is not
// exactly one.
func bearer(headers []string) string {
	if len(headers) != 1 {
		return ""
	}
	kind, secret, _ := strings.Cut(headers[0], " ")
	if !strings.EqualFold(kind, "Bearer") {
		return ""
	}
	return strings.TrimSpace(secret)
}

func enter(w http.ResponseWriter, h access.Holder, scope string) error {
	if p := permission(scope); p != 0 && h.May(p) {
		return nil
	}
	w.Header().Set("WWW-Authenticate", `Bearer realm="guanji", error="insufficient_scope", scope="`+scope+`"`)
	return problem.New(problem.Denied, "api.no_scope", scope)
}

// bodyTime is how long a caller may take to send a body.
const bodyTime = time.Minute

// takeBody reads the whole body of a request, of at most some bytes, so that
// what is wrong with it is known before the operation begins. An operation
// without a body has a limit below 0, and what is sent to it is not read.
func takeBody(w http.ResponseWriter, r *http.Request, most int64) error {
	if most < 0 {
		return nil
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyTime)) // huma takes it back
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	if err != nil {
		return bodyFault(err)
	}
	r.Body = io.NopCloser(bytes.NewReader(data))
	return nil
}

// languageOf returns the language that a caller would rather read, of the
// header Accept-Language.
func languageOf(header string) message.Lang {
	wanted, _, _ := language.ParseAcceptLanguage(header) // what is no header asks for nothing
	for _, tag := range wanted {
		switch base, _ := tag.Base(); base.String() {
		case "zh":
			return message.Chinese
		case "en":
			return message.English
		}
	}
	return message.English
}
