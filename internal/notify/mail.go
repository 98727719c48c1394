package notify

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/smtp"
	"net/textproto"
	"net/url"
	"strings"
	"time"

	"guanji/internal/channel"
	"guanji/internal/ledger"
	"guanji/internal/problem"
	"guanji/internal/record"
)

// mailer sends mails to the server in the address: after TLS, or on this
// machine.
type mailer struct{ Config }

// The ports of mail where an address names none.
const (
	implicitPort = "465"
	startPort    = "587"
)

// maxConversation is the most that is heard of a mail server, in bytes, its
// part of TLS included.
const maxConversation = 4 * MaxAnswer

// Give gives a checkpoint as a mail: its subject names the ledger and how many
// leaves it has, its body is the checkpoint to the byte.
func (m mailer) Give(ctx context.Context, address string, c ledger.Signed) (record.Receipt, error) {
	name := fmt.Sprintf("%s%d%s", filePrefix(c.Origin), c.Size, fileEnd)
	id, err := m.mail(ctx, address, letter{
		id: strings.ToLower(rand.Text()), at: c.Made, subject: fmt.Sprintf("Guanji checkpoint %s %d", c.Origin, c.Size),
		more: []string{fmt.Sprintf("Content-Disposition: inline; filename=%q", name)}, body: c.Note,
	})
	if err != nil {
		return record.Receipt{}, err
	}
	return record.Receipt{Text: "<" + id + ">"}, nil
}

// mail sends a letter by the server, from the mailbox and to the mailbox in an
// address, and returns the id that it had, which ends with the domain of the
// sender.
func (m mailer) mail(ctx context.Context, address string, l letter) (id string, err error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", problem.New(problem.Input, "channel.bad_mail", channel.MaxAddress)
	}
	if err := m.knows(u); err != nil {
		return "", err
	}
	q := u.Query()
	l.from, l.to = q.Get("from"), q.Get("to")
	l.id += "@" + l.from[strings.LastIndex(l.from, "@")+1:]
	if err := m.send(ctx, u, l); err != nil {
		return "", done(ctx, smtpFault(err))
	}
	return l.id, nil
}

// knows fails if an address names a user whose password is not there, or is for
// another user or server.
func (m mailer) knows(u *url.URL) error {
	name := u.User.Username()
	if name == "" {
		return nil
	}
	if m.Password == "" {
		return problem.New(problem.Refused, "notify.no_password")
	}
	at := strings.LastIndex(m.Server, "@") // the name may be a mailbox
	if at < 0 || m.Server[:at] != name || !strings.EqualFold(m.Server[at+1:], u.Hostname()) && !strings.EqualFold(m.Server[at+1:], u.Host) {
		return problem.New(problem.Refused, "notify.other_server")
	}
	return nil
}

// smtpFault puts a failure into words. What a server says is not repeated: it
// may say again what it was told. A code of 500 and above is meant to last (RFC
// 5321, 4.2.1).
func smtpFault(err error) error {
	if p, ok := errors.AsType[*textproto.Error](err); ok {
		if p.Code >= 500 {
			return problem.New(problem.Refused, "notify.smtp_refused", p.Code)
		}
		return problem.New(problem.Unavailable, "notify.smtp_code", p.Code)
	}
	if p, ok := errors.AsType[*problem.Error](err); ok { // without what is around it: that names addresses
		return p
	}
	_, network := errors.AsType[net.Error](err)
	_, certificate := errors.AsType[*tls.CertificateVerificationError](err)
	if network || certificate || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return unreached(err)
	}
	return problem.New(problem.Unavailable, "notify.smtp")
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

// dial connects, and begins TLS where it comes first.
func (m mailer) dial(ctx context.Context, u *url.URL) (net.Conn, error) {
	port := u.Port()
	switch {
	case port != "":
	case u.Scheme == "smtps":
		port = implicitPort
	default:
		port = startPort
	}
	raw, err := newDialer().DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		return nil, err
	}
	conn := net.Conn(&bounded{Conn: raw, left: maxConversation})
	if u.Scheme != "smtps" {
		return conn, nil
	}
	secure := tls.Client(conn, m.tls(u.Hostname()))
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = raw.Close()
		return nil, err
	}
	return secure, nil
}

// bounded is a connection from which so many bytes are read: a line of a mail
// server has no other end.
type bounded struct {
	net.Conn
	left int
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, problem.New(problem.Unavailable, "notify.smtp")
	}
	n, err := b.Conn.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
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
	if !channel.Loopback(u.Hostname()) {
		return problem.New(problem.Refused, "notify.no_tls")
	}
	return nil
}
