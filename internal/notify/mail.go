package notify

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/smtp"
	"net/textproto"
	"net/url"
	"strings"
	"time"

	"guanji/internal/ledger"
	"guanji/internal/problem"
	"guanji/internal/record"
)

// mailer gives a checkpoint as a mail, to the server in the address: after TLS,
// or on this machine.
type mailer struct{ Config }

// The ports of mail where an address names none.
const (
	implicitPort = "465"
	startPort    = "587"
)

func (m mailer) Give(ctx context.Context, address string, c ledger.Signed) (record.Receipt, error) {
	u, err := url.Parse(address)
	if err != nil {
		return record.Receipt{}, problem.New(problem.Input, "witness.bad_mail")
	}
	if err := m.knows(u); err != nil {
		return record.Receipt{}, err
	}
	q := u.Query()
	l := letter{from: q.Get("from"), to: q.Get("to"), checkpoint: c, at: c.Made}
	l.id = strings.ToLower(rand.Text()) + "@" + domain(l.from)
	if err := m.send(ctx, u, l); err != nil {
		return record.Receipt{}, done(ctx, smtpFault(err))
	}
	return record.Receipt{Text: "<" + l.id + ">"}, nil
}

// knows fails if an address names a user whose password is not there, or is for
// another user or server.
func (m mailer) knows(u *url.URL) error {
	name := u.User.Username()
	if name == "" {
		return nil
	}
	if m.Password == "" {
		return problem.New(problem.Refused, "witness.no_password")
	}
	at := strings.LastIndex(m.Server, "@") // the name may be a mailbox
	if at < 0 || m.Server[:at] != name || !strings.EqualFold(m.Server[at+1:], u.Hostname()) && !strings.EqualFold(m.Server[at+1:], u.Host) {
		return problem.New(problem.Refused, "witness.other_server")
	}
	return nil
}

func domain(mailbox string) string { return mailbox[strings.LastIndex(mailbox, "@")+1:] }

// smtpFault puts a failure into words. What a server says is not repeated: it
// may say again what it was told.
func smtpFault(err error) error {
	if p, ok := errors.AsType[*textproto.Error](err); ok {
		return problem.New(problem.Unavailable, "witness.smtp_code", p.Code)
	}
	if problem.KindOf(err) != problem.Internal {
		return err
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return failed("connect", err)
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return failed("connect", err)
	}
	return problem.New(problem.Unavailable, "witness.smtp")
}

// send sends a mail over one connection, which ends with the context.
func (m mailer) send(ctx context.Context, u *url.URL, l letter) error {
	conn, err := m.dial(ctx, u)
	if err != nil {
		return err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) }) // whatever waits for it ends
	defer stop()
	c, err := smtp.NewClient(conn, u.Hostname())
	if err != nil {
		return err
	}
	defer c.Close()
	if err := m.secure(c, u); err != nil {
		return err
	}
	if name := u.User.Username(); name != "" {
		if err := c.Auth(smtp.PlainAuth("", name, m.Password, u.Hostname())); err != nil {
			return err
		}
	}
	return l.hand(c)
}

func (m mailer) dial(ctx context.Context, u *url.URL) (net.Conn, error) {
	port := u.Port()
	if u.Scheme == "smtps" {
		if port == "" {
			port = implicitPort
		}
		d := &tls.Dialer{Config: m.tls(u.Hostname())}
		return d.DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	}
	if port == "" {
		port = startPort
	}
	return new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
}

// secure begins TLS where it did not come first. A server that offers none is
// refused, unless it is this machine.
func (m mailer) secure(c *smtp.Client, u *url.URL) error {
	if u.Scheme == "smtps" {
		return nil
	}
	if ok, _ := c.Extension("STARTTLS"); ok {
		return c.StartTLS(m.tls(u.Hostname()))
	}
	if !record.Loopback(u.Hostname()) {
		return problem.New(problem.Refused, "witness.no_tls")
	}
	return nil
}

// letter is a mail with a checkpoint.
type letter struct {
	from, to, id string
	at           time.Time
	checkpoint   ledger.Signed
}

func (l letter) hand(c *smtp.Client) error {
	if err := c.Mail(l.from); err != nil {
		return err
	}
	if err := c.Rcpt(l.to); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(l.bytes()); err != nil {
		return err
	}
	if err := w.Close(); err != nil { // the server has taken it
		return err
	}
	_ = c.Quit() // how it says goodbye changes nothing
	return nil
}

// bytes is the mail: its subject names the ledger and how many leaves it has,
// its body is the checkpoint to the byte.
func (l letter) bytes() []byte {
	var b bytes.Buffer
	name := fmt.Sprintf("%s%d%s", filePrefix(l.checkpoint.Origin), l.checkpoint.Size, fileEnd)
	fmt.Fprintf(&b, "From: <%s>\r\nTo: <%s>\r\nSubject: Guanji checkpoint %s %d\r\nDate: %s\r\nMessage-ID: <%s>\r\n", l.from, l.to,
		l.checkpoint.Origin, l.checkpoint.Size, l.at.UTC().Format(time.RFC1123Z), l.id)
	fmt.Fprintf(&b, "MIME-Version: 1.0\r\nAuto-Submitted: auto-generated\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Disposition: inline; filename=%q\r\nContent-Transfer-Encoding: base64\r\n\r\n", name)
	encoded := base64.StdEncoding.EncodeToString(l.checkpoint.Note)
	for len(encoded) > 0 {
		n := min(76, len(encoded))
		b.WriteString(encoded[:n] + "\r\n")
		encoded = encoded[n:]
	}
	return b.Bytes()
}
