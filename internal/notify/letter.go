package notify

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"mime"
	"net/smtp"
	"net/textproto"
	"strings"
	"time"
	"unicode"

	"guanji/internal/problem"
)

// letter is a mail with one text.
type letter struct {
	from, to, id string // mailboxes; the id without brackets
	at           time.Time
	subject      string
	more         []string // further lines of the header
	body         []byte
}

// hand gives a letter to a server that has let us in.
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
	if err := w.Close(); err != nil {
		return untaken(err)
	}
	_ = c.Quit() // the server has taken it; how it says goodbye changes nothing
	return nil
}

// untaken is the failure of the last step, after all of a letter was sent. Where
// the server says that it does not take it, that is so; where it says nothing,
// it may have.
func untaken(err error) error {
	if _, ok := errors.AsType[*textproto.Error](err); ok {
		return err
	}
	return problem.New(problem.Unavailable, "notify.smtp_unsure")
}

// bytes is the letter as it is sent. Its text is in base64, so that no server
// changes a byte of it.
func (l letter) bytes() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "From: <%s>\r\nTo: <%s>\r\nSubject: %s\r\nDate: %s\r\nMessage-ID: <%s>\r\n", l.from, l.to, headerText(l.subject), l.at.UTC().Format(time.RFC1123Z), l.id)
	b.WriteString("MIME-Version: 1.0\r\nAuto-Submitted: auto-generated\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n")
	for _, line := range l.more {
		b.WriteString(line + "\r\n")
	}
	b.WriteString("\r\n")
	encoded := base64.StdEncoding.EncodeToString(l.body)
	for len(encoded) > 0 {
		n := min(76, len(encoded))
		b.WriteString(encoded[:n] + "\r\n")
		encoded = encoded[n:]
	}
	return b.Bytes()
}

// headerText is a text as it stands in a header: on one line, in encoded words
// (RFC 2047) unless it is ASCII, each of them on a line of its own.
func headerText(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
	return strings.ReplaceAll(mime.BEncoding.Encode("utf-8", s), "?= =?", "?=\r\n =?")
}
