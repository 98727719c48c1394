package notify

import (
	"context"
	"strconv"
	"strings"

	"guanji/internal/respond"
)

// byMail sends a notice as a mail. Its Message-ID and date are the same whenever
// it is sent again.
func (n *notices) byMail(ctx context.Context, c respond.Channel, m respond.Message) error {
	_, err := mailer{n.Config}.mail(ctx, c.Address, letter{
		id: idOf(m), at: m.At, subject: m.Subject,
		more: []string{"Importance: high", "X-Guanji-Attempt: " + strconv.Itoa(m.Attempt)},
		body: []byte(strings.ReplaceAll(textOf(m, maxText), "\n", "\r\n")), // as RFC 2045, 6.8, has lines of text
	})
	return err
}
