package notify

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"net/mail"
	"net/smtp"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"guanji/internal/problem"
	"guanji/internal/record"
)

// postOffice is a mail server, with what is wrong about it.
type postOffice struct {
	implicit bool          // TLS comes first
	start    bool          // offers STARTTLS
	refuse   string        // answers a command that begins so, or the end of a mail ("."), with code and what it was told
	code     int           // 550 if 0
	hang     string        // never answers it
	hangs    chan struct{} // is told that it does, if it is there
	die      string        // hangs up in place of an answer
	greeting string        // in place of its own

	mu     sync.Mutex
	took   [][]byte // the mails, whether it said so or not
	heard  []string // the commands
	secure bool     // the last command came by TLS
}

// open listens, and returns host and port with who is to be trusted.
func (o *postOffice) open(t *testing.T) (string, Config) {
	t.Helper()
	s := httptest.NewTLSServer(nil) // for its certificate
	t.Cleanup(s.Close)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	fatal(t, err)
	t.Cleanup(func() { _ = l.Close() })
	secure := &tls.Config{Certificates: s.TLS.Certificates}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = conn.Close() })
			if o.implicit {
				conn = tls.Server(conn, secure)
			}
			go o.serve(conn, secure)
		}
	}()
	_, c, _ := site(t, nil)
	c.Server, c.Password = "me@"+l.Addr().String(), "pass-w0rd-of-mail"
	return l.Addr().String(), c
}

// serve speaks SMTP, as far as a client of this package hears it.
func (o *postOffice) serve(conn net.Conn, secure *tls.Config) {
	r := bufio.NewReader(conn)
	say := func(text string) { _, _ = io.WriteString(conn, text+"\r\n") }
	say(cmp.Or(o.greeting, "220 mail.example"))
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimSpace(line)
		_, isTLS := conn.(*tls.Conn)
		o.mu.Lock()
		o.heard, o.secure = append(o.heard, line), isTLS
		o.mu.Unlock()
		verb, _, _ := strings.Cut(line, " ")
		switch {
		case o.astray(line, say):
		case o.die != "" && strings.HasPrefix(line, o.die):
			_ = conn.Close()
			return
		case verb == "EHLO" && o.start && !isTLS:
			say("250-mail.example\r\n250 STARTTLS")
		case verb == "EHLO":
			say("250-mail.example\r\n250 AUTH PLAIN")
		case verb == "STARTTLS":
			say("220 go on")
			conn = tls.Server(conn, secure)
			r = bufio.NewReader(conn)
		case verb == "AUTH":
			say("235 welcome")
		case verb == "DATA":
			say("354 go on")
			data, err := io.ReadAll(&untilDot{r: r})
			if err != nil {
				return
			}
			o.mu.Lock()
			o.took = append(o.took, data)
			o.mu.Unlock()
			if o.die == "." {
				_ = conn.Close()
				return
			}
			if !o.astray(".", say) {
				say("250 taken")
			}
		case verb == "QUIT":
			say("221 bye")
			return
		default:
			say("250 fine")
		}
	}
}

// astray reports whether a server does with a command what is wrong about it.
func (o *postOffice) astray(line string, say func(string)) bool {
	if o.refuse != "" && strings.HasPrefix(line, o.refuse) {
		say(fmt.Sprintf("%d I heard: %s", cmp.Or(o.code, 550), line))
		return true
	}
	if o.hang == "" || !strings.HasPrefix(line, o.hang) {
		return false
	}
	select {
	case o.hangs <- struct{}{}:
	default: // nobody waits for it
	}
	return true
}

// untilDot reads the lines before the one with a dot.
type untilDot struct {
	r    *bufio.Reader
	rest []byte
}

func (u *untilDot) Read(p []byte) (int, error) {
	if len(u.rest) == 0 {
		line, err := u.r.ReadBytes('\n')
		if err != nil {
			return 0, io.ErrUnexpectedEOF
		}
		if string(line) == ".\r\n" {
			return 0, io.EOF
		}
		u.rest = line
	}
	n := copy(p, u.rest)
	u.rest = u.rest[n:]
	return n, nil
}

func TestMail(t *testing.T) {
	tests := map[string]struct {
		office *postOffice
		scheme string
		user   string
		want   problem.Kind
	}{
		"TLS first":               {&postOffice{implicit: true}, "smtps", "me@", ""},
		"STARTTLS":                {&postOffice{start: true}, "smtp", "me@", ""},
		"plain, on this machine":  {&postOffice{}, "smtp", "", ""},
		"TLS where none is":       {&postOffice{}, "smtps", "me@", problem.Unavailable},
		"password repeated":       {&postOffice{implicit: true, refuse: "AUTH"}, "smtps", "me@", problem.Refused},
		"sender refused":          {&postOffice{implicit: true, refuse: "MAIL"}, "smtps", "me@", problem.Refused},
		"recipient refused":       {&postOffice{implicit: true, refuse: "RCPT"}, "smtps", "me@", problem.Refused},
		"mail refused":            {&postOffice{implicit: true, refuse: "DATA"}, "smtps", "me@", problem.Refused},
		"recipient not now":       {&postOffice{implicit: true, refuse: "RCPT", code: 450}, "smtps", "me@", problem.Unavailable},
		"hangs up on the mail":    {&postOffice{implicit: true, die: "."}, "smtps", "me@", problem.Unavailable},
		"hangs":                   {&postOffice{implicit: true, hang: "RCPT"}, "smtps", "me@", problem.Internal},
		"hangs at the first word": {&postOffice{start: true, hang: "EHLO"}, "smtp", "me@", problem.Internal},
		"hangs up on goodbye":     {&postOffice{implicit: true, refuse: "QUIT"}, "smtps", "me@", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at, cfg := tt.office.open(t)
			c := checkpoint(t, 7)
			got, err := give(t, cfg, record.ByMail, fmt.Sprintf("%s://%s%s/?from=a@example.com&to=b@example.com", tt.scheme, tt.user, at), c)
			if problem.KindOf(err) != tt.want {
				t.Fatalf("Give = %+v, %v, want %q", got, err, tt.want)
			}
			if err != nil {
				mustNotTell(t, err, cfg.Password)
				return
			}
			tt.office.check(t, c.Note, got, tt.scheme != "smtp" || tt.user != "")
		})
	}
}

// mustNotTell fails if an error has a password in it, in any writing.
func mustNotTell(t *testing.T, err error, password string) {
	t.Helper()
	for _, w := range []string{password, base64.StdEncoding.EncodeToString([]byte(password)), base64.StdEncoding.EncodeToString([]byte("\x00me\x00" + password))} {
		if strings.Contains(err.Error(), w) {
			t.Errorf("the error tells the password: %v", err)
		}
	}
}

// check reads the mail that came.
func (o *postOffice) check(t *testing.T, note []byte, r record.Receipt, secure bool) {
	t.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	m, err := mail.ReadMessage(bytes.NewReader(slices.Concat(o.took...)))
	if err != nil {
		t.Fatalf("%q: %v", o.took, err)
	}
	body, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, m.Body))
	if err != nil || !bytes.Equal(body, note) {
		t.Errorf("the body is %q, %v", body, err)
	}
	if got := m.Header.Get("Subject"); got != "Guanji checkpoint guanji/test 7" || m.Header.Get("Message-ID") != r.Text || r.Text == "" {
		t.Errorf("subject %q, id %q, receipt %q", got, m.Header.Get("Message-ID"), r.Text)
	}
	if o.secure != secure {
		t.Errorf("by TLS: %v, want %v; heard %q", o.secure, secure, o.heard)
	}
}

func TestMailElsewhereWantsTLS(t *testing.T) {
	o := &postOffice{}
	at, _ := o.open(t)
	conn, err := net.Dial("tcp", at)
	fatal(t, err)
	defer conn.Close()
	err = secureElsewhere(conn)
	if !failedWith(err, "notify.no_tls") {
		t.Errorf("a server elsewhere without TLS: %v", err)
	}
}

func TestMailWithoutPassword(t *testing.T) {
	o := &postOffice{implicit: true}
	at, cfg := o.open(t)
	cfg.Password = ""
	if _, err := give(t, cfg, record.ByMail, "smtps://me@"+at+"/?from=a@example.com&to=b@example.com", checkpoint(t, 7)); !failedWith(err, "notify.no_password") {
		t.Errorf("Give = %v", err)
	}
	if len(o.heard) != 0 {
		t.Errorf("it was spoken to: %q", o.heard)
	}
}

func TestMailPasswordIsForOneServer(t *testing.T) {
	host := func(at string) string { h, _, _ := net.SplitHostPort(at); return h }
	port := func(at string) string { _, p, _ := net.SplitHostPort(at); return p }
	tests := map[string]struct {
		server func(at string) string
		user   string
		sent   bool
	}{
		"host and port":            {func(at string) string { return "me@" + at }, "me", true},
		"host alone":               {func(at string) string { return "me@" + host(at) }, "me", true},
		"user that is a mailbox":   {func(at string) string { return "me@example.com@" + at }, "me%40example.com", true},
		"nothing named":            {func(string) string { return "" }, "me", false},
		"no user named":            {host, "me", false},
		"another server":           {func(at string) string { return "me@mail.example:" + port(at) }, "me", false},
		"server that begins so":    {func(at string) string { return "me@" + host(at) + ".mail.example" }, "me", false},
		"another port":             {func(at string) string { return "me@" + host(at) + ":1" }, "me", false},
		"another user":             {func(at string) string { return "you@" + at }, "me", false},
		"user with the other host": {func(at string) string { return "me@mail.example" }, "me@mail.example", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := &postOffice{implicit: true}
			at, cfg := o.open(t)
			cfg.Server = tt.server(at)
			_, err := give(t, cfg, record.ByMail, "smtps://"+tt.user+"@"+at+"/?from=a@example.com&to=b@example.com", checkpoint(t, 7))
			o.mu.Lock()
			defer o.mu.Unlock()
			if tt.sent {
				fatal(t, err)
			} else if !failedWith(err, "notify.other_server") || len(o.heard) != 0 {
				t.Errorf("Give = %v, and the server heard %q", err, o.heard)
			}
		})
	}
}

// TestMailWithoutUser has no password sent, to whomever it is for.
func TestMailWithoutUser(t *testing.T) {
	o := &postOffice{implicit: true}
	at, cfg := o.open(t)
	_, err := give(t, cfg, record.ByMail, "smtps://"+at+"/?from=a@example.com&to=b@example.com", checkpoint(t, 7))
	fatal(t, err)
	if heard := strings.Join(o.heard, "\n"); strings.Contains(heard, "AUTH") {
		t.Errorf("the server heard %q", heard)
	}
}

func TestMailNobodyThere(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	fatal(t, err)
	address := "smtps://me@" + l.Addr().String() + "/?from=a@example.com&to=b@example.com"
	fatal(t, l.Close())
	_, err = Channels(Config{Server: "me@127.0.0.1", Password: "x"})[record.ByMail].Give(ctx, address, checkpoint(t, 7))
	if problem.KindOf(err) != problem.Unavailable {
		t.Errorf("Give = %v", err)
	}
}

// secureElsewhere is what a mailer does with a server elsewhere, spoken to over
// a connection to this machine.
func secureElsewhere(conn net.Conn) error {
	c, err := smtp.NewClient(conn, "mail.example")
	if err != nil {
		return err
	}
	return mailer{}.secure(c, &url.URL{Scheme: "smtp", Host: "mail.example:587"})
}
