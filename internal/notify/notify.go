// Package notify is the outward channels: the only place of the program that
// opens connections to others than its database. A checkpoint goes by them to
// a witness, and a notice to a channel, that two people allowed, and nothing
// else does.
//
// A channel reaches the address that it is given and no other: redirects are
// refused, proxies are not asked, and addresses that no channel has (link-local,
// multicast, the metadata of clouds) are not connected to, whatever name leads
// there. Answers are read up to a limit, and never come back in an error, nor
// does a password, a secret or an address.
package notify

import (
	"context"
	"crypto/x509"
	"strings"
	"time"
	"unicode/utf8"

	"guanji/internal/ledger"
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

	Now func() time.Time // at which what is sent is signed; nil: time.Now
}

func (c Config) now() time.Time {
	if c.Now == nil {
		return time.Now()
	}
	return c.Now()
}

// Channels returns a channel for every means of giving checkpoints.
func Channels(c Config) map[record.Means]record.Channel {
	client := newClient(c)
	return map[record.Means]record.Channel{
		record.ByFolder:    &folder{},
		record.ByWebhook:   webhook{client},
		record.ByTimeStamp: authority{client, Stamps{c.Roots}},
		record.ByMail:      mailer{c},
	}
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
