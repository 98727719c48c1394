package notify

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"net/mail"
	"strings"
	"testing"
	"time"

	"guanji/internal/channel"
	"guanji/internal/problem"
)

// taken reads the one mail that came.
func (o *postOffice) taken(t *testing.T) (mail.Header, string) {
	t.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.took) != 1 {
		t.Fatalf("%d mails came", len(o.took))
	}
	m, err := mail.ReadMessage(bytes.NewReader(o.took[0]))
	fatal(t, err)
	body, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, m.Body))
	fatal(t, err)
	return m.Header, string(body)
}

func TestMailNotice(t *testing.T) {
	o := &postOffice{implicit: true}
	at, cfg := o.open(t)
	m := reminder()
	m.Attempt = 2
	fatal(t, send(t, cfg, on(channel.Mail, "smtps://me@"+at+"/?from=guanji@sender.example&to=duty@example.com", ""), m))
	h, body := o.taken(t)
	want := map[string]string{"From": "<guanji@sender.example>", "To": "<duty@example.com>", "Message-ID": "<k7m2q4@sender.example>", "Date": "Mon, 02 Mar 2026 00:59:00 +0000",
		"X-Guanji-Attempt": "2", "Auto-Submitted": "auto-generated", "Importance": "high", "Content-Type": "text/plain; charset=utf-8", "Content-Transfer-Encoding": "base64"}
	for name, value := range want {
		if got := h.Get(name); got != value {
			t.Errorf("%s: %q, want %q", name, got, value)
		}
	}
	if got, err := new(mime.WordDecoder).DecodeHeader(h.Get("Subject")); err != nil || got != m.Subject {
		t.Errorf("subject %q, %v, want %q", got, err, m.Subject)
	}
	if want := strings.ReplaceAll(m.Text, "\n", "\r\n") + "\r\n\r\n消息编号 Notice id: k7m2q4\r\n"; body != want {
		t.Errorf("body %q, want %q", body, want)
	}
}

func TestMailNoticeFailures(t *testing.T) {
	tests := map[string]struct {
		office *postOffice
		want   string
		kind   problem.Kind
		came   int
	}{
		"password refused":               {&postOffice{implicit: true, refuse: "AUTH", code: 535}, "notify.smtp_refused", problem.Refused, 0},
		"sender refused":                 {&postOffice{implicit: true, refuse: "MAIL"}, "notify.smtp_refused", problem.Refused, 0},
		"recipient refused for now":      {&postOffice{implicit: true, refuse: "RCPT", code: 450}, "notify.smtp_code", problem.Unavailable, 0},
		"not available":                  {&postOffice{implicit: true, refuse: "MAIL", code: 421}, "notify.smtp_code", problem.Unavailable, 0},
		"mail refused after all of it":   {&postOffice{implicit: true, refuse: ".", code: 554}, "notify.smtp_refused", problem.Refused, 1},
		"mail refused for now, after it": {&postOffice{implicit: true, refuse: ".", code: 451}, "notify.smtp_code", problem.Unavailable, 1},
		"hangs at once":                  {&postOffice{implicit: true, hang: "EHLO"}, "notify.timeout", problem.Unavailable, 0},
		"hangs after the mail":           {&postOffice{implicit: true, hang: "."}, "notify.timeout", problem.Unavailable, 1},
		"dies at once":                   {&postOffice{implicit: true, die: "EHLO"}, "notify.connect", problem.Unavailable, 0},
		"dies in the middle":             {&postOffice{implicit: true, die: "DATA"}, "notify.connect", problem.Unavailable, 0},
		"takes it, and dies":             {&postOffice{implicit: true, die: "."}, "notify.smtp_unsure", problem.Unavailable, 1},
		"takes it, and dies on goodbye":  {&postOffice{implicit: true, die: "QUIT"}, "", "", 1},
		"no mail server":                 {&postOffice{implicit: true, greeting: "0ther-s1de"}, "notify.smtp", problem.Unavailable, 0},
		"endless greeting":               {&postOffice{implicit: true, greeting: "220 " + strings.Repeat("0ther-s1de", maxConversation/4)}, "notify.smtp", problem.Unavailable, 0},
		"no TLS where it comes first":    {&postOffice{}, "notify.smtp", problem.Unavailable, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tt.office.hangs = make(chan struct{}, 1)
			at, cfg := tt.office.open(t)
			c := on(channel.Mail, "smtps://me@"+at+"/?from=a@example.com&to=b@example.com", "")
			err := sendUntil(t, cfg, c, reminder(), tt.office.hangs)
			if !failedWith(err, tt.want) || problem.KindOf(err) != tt.kind {
				t.Errorf("Send = %v, want %s, %s", err, tt.want, tt.kind)
			}
			if err != nil {
				quiet(t, err, c, cfg.Password, base64.StdEncoding.EncodeToString([]byte("\x00me\x00"+cfg.Password)), at, "I heard", "b@example.com")
			}
			tt.office.mu.Lock()
			defer tt.office.mu.Unlock()
			if len(tt.office.took) != tt.came {
				t.Errorf("%d mails came, want %d", len(tt.office.took), tt.came)
			}
		})
	}
}

// TestLetterStaysOneLetter has texts that would end a line, or the header.
func TestLetterStaysOneLetter(t *testing.T) {
	tests := map[string]string{
		"line":             "a\r\nBcc: c@example.com",
		"header ends":      "a\r\n\r\nb",
		"line of Chinese":  "事件\nBcc: c@example.com",
		"long":             strings.Repeat("事件 #12：还剩 15 分钟 ", 40),
		"looks encoded":    "=?utf-8?b?5LqL?= =?utf-8?b?5Lu2?=",
		"dot at the start": ".",
		"nothing":          "",
		"no text":          "\xff\xfe",
	}
	for name, subject := range tests {
		t.Run(name, func(t *testing.T) {
			l := letter{from: "a@example.com", to: "b@example.com", id: "i@example.com", at: sentAt(), subject: subject, body: []byte(".\r\n.\r\n")}
			m, err := mail.ReadMessage(bytes.NewReader(l.bytes()))
			fatal(t, err)
			body, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, m.Body))
			if err != nil || string(body) != ".\r\n.\r\n" || m.Header.Get("Bcc") != "" || len(m.Header) != 9 {
				t.Errorf("header %v, body %q, %v", m.Header, body, err)
			}
			for line := range strings.Lines(string(l.bytes())) {
				if len(line) > 100 || !strings.HasSuffix(line, "\r\n") {
					t.Errorf("line %q", line)
				}
			}
		})
	}
}

// TestMailNoticePasswordIsForOneServer is refused before anything is said;
// TestMailPasswordIsForOneServer tries more names.
func TestMailNoticePasswordIsForOneServer(t *testing.T) {
	o := &postOffice{implicit: true}
	at, cfg := o.open(t)
	for want, change := range map[string]func(*Config){
		"notify.other_server": func(c *Config) { c.Server = "me@mail.example" },
		"notify.no_password":  func(c *Config) { c.Password = "" },
	} {
		c := cfg
		change(&c)
		if err := send(t, c, on(channel.Mail, "smtps://me@"+at+"/?from=a@example.com&to=b@example.com", ""), reminder()); !failedWith(err, want) || problem.KindOf(err) != problem.Refused {
			t.Errorf("Send = %v, want %s", err, want)
		}
	}
	if len(o.heard) != 0 {
		t.Errorf("it was spoken to: %q", o.heard)
	}
}

func TestNowOfConfig(t *testing.T) {
	if at := (Config{Now: sentAt}).now(); !at.Equal(sentAt()) {
		t.Errorf("now() = %v", at)
	}
	if at := (Config{}).now(); at.Before(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("without a clock it is %v", at)
	}
}
