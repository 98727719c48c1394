// Package notify is the outward channels: the only place of the program that
// opens connections to others than its database. A checkpoint goes by them to
// a witness that two people allowed, and nothing else does.
//
// A channel reaches the address that it is given and no other: redirects are
// refused, proxies are not asked. Answers are read up to a limit, and never
// come back in an error, nor does a password or the query of an address.
package notify

import (
	"context"
	"crypto/x509"
	"errors"
	"net/url"
	"strings"
	"unicode/utf8"

	"guanji/internal/ledger"
	"guanji/internal/problem"
	"guanji/internal/record"
)

// MaxAnswer is the most that is kept of an answer, in bytes.
const MaxAnswer = 64 << 10

// Config holds what the channels need.
type Config struct {
	Server   string         // USER@HOST or USER@HOST:PORT: the mail server that the password is for
	Password string         // sent to Server alone; "" if no mail server needs one
	Roots    *x509.CertPool // of time stamp authorities; nil: the issuer is not checked
	TLS      *x509.CertPool // who is trusted for connections; nil: whom the system trusts
}

// Channels returns a channel for every means.
func Channels(c Config) map[record.Means]record.Channel {
	client := newClient(c)
	return map[record.Means]record.Channel{
		record.ByFolder:    &folder{},
		record.ByWebhook:   webhook{client},
		record.ByTimeStamp: authority{client, Stamps{c.Roots}},
		record.ByMail:      mailer{c},
	}
}

// failed says that a witness could not be given a checkpoint.
func failed(key string, err error) error {
	return problem.New(problem.Unavailable, "witness."+key).Because(plain(err))
}

// plain is the cause of an error without the address that was asked for, which
// may hold a key.
func plain(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

// cosignatures returns the lines of a body that are signatures as C2SP
// signed-note writes them, other than those that were sent.
func cosignatures(body []byte, sent ledger.Signed) []string {
	if !utf8.Valid(body) {
		return nil
	}
	var lines []string
	for line := range strings.Lines(string(body)) {
		line = strings.TrimRight(line, "\r\n")
		if isSignature(line) && !strings.Contains(string(sent.Note), line+"\n") {
			lines = append(lines, line)
		}
	}
	return lines
}

// done reports a context that ended in place of the failure that it caused.
func done(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}
