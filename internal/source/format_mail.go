package source

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"mime"
	"strings"

	"github.com/emersion/go-mbox"
	"github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset" // the encodings of mail
	"golang.org/x/text/encoding/htmlindex"

	"guanji/internal/detect"
)

// maxParts is how many parts of a message are read.
const maxParts = 10_000

// decodeEML reads a message: its head, its texts, and what is attached to it.
func decodeEML(o *opened, r io.Reader) error {
	m, err := message.Read(r)
	if err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
		return err
	}
	if err := o.mailHead(m); err != nil {
		return err
	}
	n := 0
	return m.Walk(func(at []int, e *message.Entity, err error) error {
		if err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
			return err
		}
		if n++; n > maxParts {
			return &notRead{"too_large", "more than 10000 parts"}
		}
		kind, params, _ := e.Header.ContentType()
		if strings.HasPrefix(kind, "multipart/") {
			return nil
		}
		return o.inner(partName(e, kind, params, at), limited{e.Body, o.limit})
	})
}

// mailHead hands on who wrote to whom, and of what.
func (o *opened) mailHead(m *message.Entity) error {
	return o.document("head", "eml", detect.Layout{Form: detect.Keyed}, func(w *bufio.Writer) error {
		for _, key := range []string{"From", "To", "Cc", "Bcc", "Reply-To", "Subject"} {
			if v, err := m.Header.Text(key); err == nil && v != "" {
				if _, err := fmt.Fprintf(w, "%s: %s\n", key, v); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// partName is the name of a part: that of the file, or its place and what ends
// it by its type.
func partName(e *message.Entity, kind string, params map[string]string, at []int) string {
	_, disposition, _ := e.Header.ContentDisposition()
	name := disposition["filename"]
	if name == "" {
		name = params["name"]
	}
	if decoded, err := (&mime.WordDecoder{CharsetReader: charsetReader}).DecodeHeader(name); err == nil {
		name = decoded
	}
	if name != "" {
		return name
	}
	place := strings.Trim(strings.ReplaceAll(fmt.Sprint(at), " ", "."), "[]")
	switch kind {
	case "text/html":
		return "part" + place + ".html"
	case "message/rfc822":
		return "part" + place + ".eml"
	}
	return "part" + place + ".txt"
}

func charsetReader(name string, r io.Reader) (io.Reader, error) {
	e, err := htmlindex.Get(name)
	if err != nil {
		return nil, err
	}
	return e.NewDecoder().Reader(r), nil
}

// decodeMBOX reads a box of messages.
func decodeMBOX(o *opened, r io.Reader) error {
	box := mbox.NewReader(r)
	for n := 1; ; n++ {
		m, err := box.NextMessage()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := o.inner(fmt.Sprintf("%d.eml", n), m); err != nil {
			return err
		}
	}
}
