package notify

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
	"unicode/utf8"

	"guanji/internal/channel"
	"guanji/internal/message"
	"guanji/internal/problem"
	"guanji/internal/respond"
)

// notices sends notices. One is sent once: whoever calls tries again.
type notices struct {
	Config
	client  *http.Client
	folders queues
}

// Notices returns what sends notices by every means of [channel.ForNotices].
// It is for as long as the program runs: a folder that hangs is remembered.
func Notices(c Config) respond.Sender { return &notices{Config: c, client: newClient(c)} }

// Send implements [respond.Sender]. It fails with [problem.Refused] where
// trying again is of no use before somebody has changed something, with
// [problem.Unavailable] where it may be, and with the error of the context where
// it was cancelled. Nothing is sent to a channel that is not on.
func (n *notices) Send(ctx context.Context, c respond.Channel, m respond.Message) error {
	if !c.On() {
		return problem.New(problem.Refused, "notify.not_on")
	}
	err := n.by(ctx, c, m)
	switch {
	case err == nil:
		return nil
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return problem.New(problem.Unavailable, "notify.timeout")
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return err
}

// by sends a notice by the means of a channel.
func (n *notices) by(ctx context.Context, c respond.Channel, m respond.Message) error {
	switch {
	case c.Means == channel.Mail:
		return n.byMail(ctx, c, m)
	case c.Means == channel.Webhook:
		return n.byWebhook(ctx, c, m)
	case c.Means == channel.Folder:
		return n.byFolder(ctx, c, m)
	case c.Means.Robot():
		return n.byRobot(ctx, c, m)
	}
	return problem.New(problem.Refused, "notify.bad_means", string(c.Means))
}

// idOf is the id of a notice as every means writes it: in an address of mail, in
// a header, in the name of a file. One that has other characters than all of
// those take is told by its digest.
func idOf(m respond.Message) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_'
	}
	if m.ID != "" && len(m.ID) <= 64 && strings.IndexFunc(m.ID, func(r rune) bool { return !plain(r) }) < 0 {
		return m.ID
	}
	sum := sha256.Sum256([]byte(m.ID))
	return hex.EncodeToString(sum[:16])
}

// textOf is a notice for people, in at most so many bytes: its text, whose end
// goes where it is too long, and under it its id, by which those who get it twice
// can tell.
func textOf(m respond.Message, most int) string {
	label := message.New("notify.id").Text()
	end := "\n\n" + label.Zh + " " + label.En + ": " + idOf(m) + "\n"
	return cut(strings.TrimSpace(m.Text), most-len(end)) + end
}

// maxText is the longest text where no robot has a smaller limit.
const maxText = 16 << 10

// cut is a text of at most so many bytes, without half a character.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most]
}
