package api

import (
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"guanji/internal/message"
)

// translate turns what huma finds wrong with a request into a problem in the
// language of the caller. Its own words are English only, and repeat the body.
func translate(ctx huma.Context, _ string, v any) (any, error) {
	model, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	l := languageOf(ctx.Header("Accept-Language"))
	ctx.SetHeader("Content-Language", string(l))
	p := details(model.Status, message.New(codeOf(model.Status)), l)
	for _, e := range model.Errors {
		m, words := mistake{Location: e.Location}, words(e.Message)
		if line, column, key := badJSON(e.Value); key != "" && model.Status == http.StatusBadRequest {
			m.Line, m.Column, words = line, column, message.New(key)
		}
		m.Detail, m.Code = words.In(l), words.Key
		p.Errors = append(p.Errors, m)
	}
	return p, nil
}

// codeOf returns the message for a request that huma refuses.
func codeOf(status int) string {
	switch status {
	case http.StatusBadRequest:
		return "api.bad_body"
	case http.StatusUnsupportedMediaType:
		return "api.not_json"
	case http.StatusUnprocessableEntity:
		return "api.invalid"
	}
	return "api.internal"
}

// words returns the message for what huma says of one place: the beginning of
// its English words tells what it is about, and the rest is what is wanted.
func words(english string) message.M {
	for _, known := range []struct {
		begins, key string
		rest        bool
	}{
		{"unexpected property", "api.unknown_member", false},
		{"unknown query parameter", "api.unknown_parameter", false},
		{"required ", "api.missing_parameter", false},
		{"expected required property ", "api.missing_member", true},
		{"expected boolean", "api.want_bool", false},
		{"invalid boolean", "api.want_bool", false},
		{"expected integer", "api.want_int", false},
		{"invalid integer", "api.want_int", false},
		{"expected string to be RFC 3339 date-time", "api.want_moment", false},
		{"expected string to be RFC 3339 date", "api.want_day", false},
		{"expected string to match pattern", "strict.control", false}, // no other pattern is asked for
		{"expected string", "api.want_string", false},
		{"expected array length >= ", "api.want_more_items", true},
		{"expected array", "api.want_array", false},
		{"expected object", "api.want_object", false},
		{"expected value to be one of ", "api.want_one_of", true},
		{"expected number >= ", "api.want_more", true},
		{"expected number <= ", "api.want_less", true},
		{"expected length <= ", "api.want_shorter", true},
	} {
		rest, ok := strings.CutPrefix(english, known.begins)
		if ok && known.rest {
			return message.New(known.key, strings.Trim(strings.TrimSuffix(rest, " to be present"), `"`))
		}
		if ok {
			return message.New(known.key)
		}
	}
	return message.New("api.wrong")
}
