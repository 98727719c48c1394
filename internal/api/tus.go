package api

import (
	"encoding/base64"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"guanji/internal/problem"
)

// What is spoken of tus, the protocol of resumable uploads.
const (
	tusVersion    = "1.0.0"
	tusExtensions = "creation,termination"
	chunkType     = "application/offset+octet-stream"
)

// Tus is what a request of tus has in its head.
type Tus struct {
	Wire
	Version string `header:"Tus-Resumable" doc:"1.0.0"`
}

// check fails for another version of tus, and where a header that counts
// stands twice: who forwards a request may have read the other.
func (t *Tus) check() error {
	for _, name := range []string{"Tus-Resumable", "Upload-Length", "Upload-Offset", "Upload-Metadata", "Upload-Defer-Length", "Content-Type"} {
		if len(t.r.Header.Values(name)) > 1 {
			return wrong("header."+name, "api.header_twice")
		}
	}
	if t.Version != tusVersion {
		t.w.Header().Set("Tus-Version", tusVersion)
		return &refusal{http.StatusPreconditionFailed, problem.New(problem.Usage, "api.tus_version", tusVersion)}
	}
	return nil
}

// resumable does what tus asks of every request and answer about an upload: it
// says the version, and takes the method out of a header for callers that
// cannot send it.
func resumable(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		at := strings.Split(strings.TrimPrefix(r.URL.Path, Base+"/organizations/"), "/")
		if len(at) < 2 || len(at) > 3 || at[1] != "uploads" {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Tus-Resumable", tusVersion)
		if to := r.Header.Get("X-HTTP-Method-Override"); r.Method == http.MethodPost && (to == http.MethodPatch || to == http.MethodDelete) {
			r = r.WithContext(r.Context())
			r.Method = to
		}
		next.ServeHTTP(w, r)
	})
}

// bytesIn reads the number of bytes in a header: digits alone, which
// strconv.ParseInt reads more generously.
func bytesIn(header, text string) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || strings.Trim(text, "0123456789") != "" {
		return 0, wrong("header."+header, "api.want_bytes")
	}
	return n, nil
}

// maxMetadata is the longest header of metadata, in bytes.
const maxMetadata = 8 << 10

// parseMetadata reads the header Upload-Metadata: pairs of a key and a value in
// base64, with commas between them; a value may be missing. It reports false
// for anything else.
func parseMetadata(header string) (map[string]string, bool) {
	pairs := map[string]string{}
	if header == "" {
		return pairs, true
	}
	if len(header) > maxMetadata {
		return nil, false
	}
	for pair := range strings.SplitSeq(header, ",") {
		key, encoded, _ := strings.Cut(strings.Trim(pair, " "), " ")
		value, err := base64.StdEncoding.Strict().DecodeString(encoded)
		if _, twice := pairs[key]; twice || err != nil || !isMetadataKey(key) || strings.ContainsAny(encoded, "\r\n") {
			return nil, false
		}
		pairs[key] = string(value)
	}
	return pairs, true
}

func isMetadataKey(key string) bool {
	return key != "" && !strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' })
}

// formatMetadata writes what parseMetadata reads, in the order of the keys.
func formatMetadata(pairs map[string]string) string {
	list := slices.Sorted(maps.Keys(pairs))
	return strings.Join(views(list, func(key string) string {
		return strings.TrimSuffix(key+" "+base64.StdEncoding.EncodeToString([]byte(pairs[key])), " ")
	}), ",")
}
