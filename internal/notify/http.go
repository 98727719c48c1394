package notify

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"

	"guanji/internal/ledger"
	"guanji/internal/problem"
	"guanji/internal/record"
)

// The limits of one request; all of it ends with its context.
const (
	headerTimeout    = 20 * time.Second
	handshakeTimeout = 10 * time.Second
	maxHeaders       = 16 << 10
)

// newClient returns a client that asks one address, follows no redirect, asks
// no proxy and keeps no cookie.
func newClient(c Config) *http.Client {
	t := &http.Transport{Proxy: nil, DialContext: newDialer().DialContext, DisableKeepAlives: true, ForceAttemptHTTP2: true,
		TLSHandshakeTimeout: handshakeTimeout, ResponseHeaderTimeout: headerTimeout, MaxResponseHeaderBytes: maxHeaders, TLSClientConfig: c.tls("")}
	return &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// tls is how connections are secured; the name is that of the host, "" where
// the caller fills it in.
func (c Config) tls(name string) *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, ServerName: name, RootCAs: c.TLS}
}

// answer is what came back.
type answer struct {
	status int
	kind   string // Content-Type
	body   []byte // up to [MaxAnswer]
	whole  bool   // the body is all of it
}

// post sends bytes and returns what came back, whatever its status.
func post(ctx context.Context, client *http.Client, address string, header http.Header, data []byte) (answer, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(data))
	if err != nil {
		return answer{}, unreached(err)
	}
	r.Header = header
	r.Header.Set("User-Agent", "guanji")
	got, err := client.Do(r)
	if err != nil {
		return answer{}, done(ctx, unreached(err))
	}
	defer got.Body.Close()
	body, err := io.ReadAll(io.LimitReader(got.Body, MaxAnswer+1))
	a := answer{got.StatusCode, got.Header.Get("Content-Type"), body[:min(len(body), MaxAnswer)], len(body) <= MaxAnswer}
	if a.fault() == nil && (err != nil || ctx.Err() != nil) {
		return answer{}, done(ctx, unreached(err))
	}
	return a, nil
}

// fault is what a status says against the answer, nil for 2xx. Gone (410) is how
// a receiver says that it wants no more, as Standard Webhooks 1.0.0 has it.
func (a answer) fault() error {
	switch {
	case a.status/100 == 3:
		return problem.New(problem.Refused, "notify.redirect", a.status)
	case a.status == http.StatusGone:
		return problem.New(problem.Refused, "notify.gone", a.status)
	case a.status/100 != 2:
		return problem.New(problem.Unavailable, "notify.status", a.status)
	}
	return nil
}

// kind is a header that says what is sent.
func kind(content string) http.Header { return http.Header{"Content-Type": {content}} }

// encode is a value as JSON on one line. Characters stand as they are, where
// they may: some robots take no escapes for them.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// webhook gives a checkpoint as the body of a request. Any answer of 2xx is a
// receipt.
type webhook struct{ client *http.Client }

func (h webhook) Give(ctx context.Context, address string, c ledger.Signed) (record.Receipt, error) {
	got, err := post(ctx, h.client, address, kind("text/plain; charset=utf-8"), c.Note)
	if err == nil {
		err = got.fault()
	}
	if err != nil {
		return record.Receipt{}, err
	}
	return record.Receipt{Body: got.body, Cosignatures: cosignatures(got.body, c)}, nil
}

// isSignature reports whether a line is a signature: a dash, a name and, in
// base64, a hash of four bytes with the signature after it.
func isSignature(line string) bool {
	rest, ok := strings.CutPrefix(line, "— ")
	name, encoded, _ := strings.Cut(rest, " ")
	raw, err := base64.StdEncoding.Strict().DecodeString(encoded)
	return ok && name != "" && err == nil && len(raw) > 4
}
