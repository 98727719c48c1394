package notify

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
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
	t := &http.Transport{Proxy: nil, DisableKeepAlives: true, ForceAttemptHTTP2: true, TLSHandshakeTimeout: handshakeTimeout,
		ResponseHeaderTimeout: headerTimeout, MaxResponseHeaderBytes: maxHeaders, TLSClientConfig: c.tls("")}
	return &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// tls is how connections are secured; the name is that of the host, "" where
// the caller fills it in.
func (c Config) tls(name string) *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, ServerName: name, RootCAs: c.TLS}
}

// post sends bytes and returns what came back, which is read up to
// [MaxAnswer]; whole says that this was all.
func post(ctx context.Context, client *http.Client, address, kind string, data []byte) (body []byte, whole bool, header http.Header, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(data))
	if err != nil {
		return nil, false, nil, failed("connect", err)
	}
	r.Header.Set("Content-Type", kind)
	r.Header.Set("User-Agent", "guanji")
	got, err := client.Do(r)
	if err != nil {
		return nil, false, nil, done(ctx, failed("connect", err))
	}
	defer got.Body.Close()
	switch {
	case got.StatusCode/100 == 3:
		return nil, false, nil, problem.New(problem.Refused, "witness.redirect", got.StatusCode)
	case got.StatusCode/100 != 2:
		return nil, false, nil, problem.New(problem.Unavailable, "witness.status", got.StatusCode)
	}
	body, err = io.ReadAll(io.LimitReader(got.Body, MaxAnswer+1))
	if err != nil || ctx.Err() != nil {
		return nil, false, nil, done(ctx, failed("connect", err))
	}
	whole = len(body) <= MaxAnswer
	return body[:min(len(body), MaxAnswer)], whole, got.Header, nil
}

// webhook gives a checkpoint as the body of a request. Any answer of 2xx is a
// receipt.
type webhook struct{ client *http.Client }

func (h webhook) Give(ctx context.Context, address string, c ledger.Signed) (record.Receipt, error) {
	body, _, _, err := post(ctx, h.client, address, "text/plain; charset=utf-8", c.Note)
	if err != nil {
		return record.Receipt{}, err
	}
	return record.Receipt{Body: body, Cosignatures: cosignatures(body, c)}, nil
}

// isSignature reports whether a line is a signature: a dash, a name and, in
// base64, a hash of four bytes with the signature after it.
func isSignature(line string) bool {
	rest, ok := strings.CutPrefix(line, "— ")
	name, encoded, _ := strings.Cut(rest, " ")
	raw, err := base64.StdEncoding.Strict().DecodeString(encoded)
	return ok && name != "" && err == nil && len(raw) > 4
}
