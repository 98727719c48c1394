package notify

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"time"

	"guanji/internal/channel"
	"guanji/internal/problem"
	"guanji/internal/respond"
)

// event is the body of a webhook: docs/formats/notices.md.
type event struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      eventData `json:"data"`
}

type eventData struct {
	Case     string     `json:"case"`
	Drill    bool       `json:"drill"`
	Deadline *time.Time `json:"deadline"` // null: at once
	Attempt  int        `json:"attempt"`
	Subject  string     `json:"subject"`
	Text     string     `json:"text"`
}

func eventOf(m respond.Message) event {
	d := eventData{Case: m.Case, Drill: m.Drill, Attempt: m.Attempt, Subject: m.Subject, Text: m.Text}
	if by := m.By.UTC(); !by.IsZero() {
		d.Deadline = &by
	}
	return event{m.Event, m.At.UTC(), d}
}

// byWebhook sends a notice as Standard Webhooks 1.0.0 has it
// (github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md).
// A channel without a secret is sent it unsigned.
func (n *notices) byWebhook(ctx context.Context, c respond.Channel, m respond.Message) error {
	body, err := encode(eventOf(m))
	if err != nil {
		return err
	}
	header := kind("application/json")
	if err := sign(header, c.Secret, idOf(m), n.now(), body); err != nil {
		return err
	}
	got, err := post(ctx, n.client, c.Address, header, body)
	if err != nil {
		return err
	}
	return got.fault()
}

// sign adds the headers of Standard Webhooks. One secret signs: v1.
func sign(header http.Header, secret, id string, at time.Time, body []byte) error {
	seconds := strconv.FormatInt(at.Unix(), 10)
	header.Set("webhook-id", id)
	header.Set("webhook-timestamp", seconds)
	if secret == "" {
		return nil
	}
	key, ok := channel.SigningKey(secret)
	if !ok {
		return problem.New(problem.Refused, "notify.bad_secret")
	}
	header.Set("webhook-signature", "v1,"+mac(key, id+"."+seconds+"."+string(body)))
	return nil
}

// mac is the HMAC-SHA256 of a text, in base64.
func mac(key []byte, text string) string {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}
