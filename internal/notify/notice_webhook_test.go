package notify

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"guanji/internal/channel"
)

// TestStandardWebhooksVector is the vector of the specification's libraries:
// github.com/standard-webhooks/standard-webhooks, libraries/go/webhook_test.go,
// TestWebhookSign.
func TestStandardWebhooksVector(t *testing.T) {
	h := http.Header{}
	fatal(t, sign(h, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`)))
	if got, want := h.Get("webhook-signature"), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("signature %q, want %q", got, want)
	}
	if h.Get("webhook-id") != "msg_p5jXN8AQM9LWM0D4loKWxJek" || h.Get("webhook-timestamp") != "1614265330" {
		t.Errorf("headers %v", h)
	}
}

// verifies does what docs/formats/notices.md tells a receiver to do.
func verifies(h http.Header, body, secret string) bool {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		return false
	}
	m := hmac.New(sha256.New, key)
	m.Write(bytes.Join([][]byte{[]byte(h.Get("webhook-id")), []byte(h.Get("webhook-timestamp")), []byte(body)}, []byte(".")))
	for one := range strings.FieldsSeq(h.Get("webhook-signature")) {
		version, encoded, _ := strings.Cut(one, ",")
		sum, err := base64.StdEncoding.DecodeString(encoded)
		if version == "v1" && err == nil && hmac.Equal(sum, m.Sum(nil)) {
			return true
		}
	}
	return false
}

func TestWebhookNotice(t *testing.T) {
	const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	var b inbox
	address, cfg := b.open(t, status(http.StatusNoContent))
	fatal(t, send(t, cfg, on(channel.Webhook, address+"/in?key=s3cr3t", secret), reminder()))
	h, body, query := b.last(t)
	if !verifies(h, body, secret) || verifies(h, body+" ", secret) || verifies(h, body, "whsec_"+strings.Repeat("A", 32)) {
		t.Errorf("signature %q of %q", h.Get("webhook-signature"), body)
	}
	if query != "key=s3cr3t" || h.Get("webhook-id") != "k7m2q4" || h.Get("webhook-timestamp") != "1772413200" || h.Get("Content-Type") != "application/json" {
		t.Errorf("query %q, headers %v", query, h)
	}
	want := map[string]any{"type": "incident.reminder", "timestamp": "2026-03-02T00:59:00Z", "data": map[string]any{
		"case": "#12", "drill": false, "deadline": "2026-03-02T01:15:00Z", "attempt": 1.0, "subject": reminder().Subject, "text": reminder().Text}}
	if got := decode(t, body); !reflect.DeepEqual(got, want) {
		t.Errorf("body %v, want %v", got, want)
	}
}

func TestWebhookNoticeOfDrillAtOnce(t *testing.T) {
	var b inbox
	address, cfg := b.open(t, func(http.ResponseWriter, *http.Request) {})
	m := reminder()
	m.Drill, m.By, m.Attempt = true, time.Time{}, 3
	fatal(t, send(t, cfg, on(channel.Webhook, address, ""), m))
	_, body, _ := b.last(t)
	data := decode(t, body)["data"].(map[string]any)
	if deadline, has := data["deadline"]; !has || deadline != nil || data["drill"] != true || data["attempt"] != 3.0 {
		t.Errorf("data %v", data)
	}
}

func TestWebhookNoticeWithoutSecret(t *testing.T) {
	var b inbox
	address, cfg := b.open(t, func(http.ResponseWriter, *http.Request) {})
	fatal(t, send(t, cfg, on(channel.Webhook, address, ""), reminder()))
	h, _, _ := b.last(t)
	if _, signed := h["Webhook-Signature"]; signed || h.Get("webhook-id") == "" || h.Get("webhook-timestamp") == "" {
		t.Errorf("headers %v", h)
	}
}

// TestWebhookNoticeThatCannotBeSigned goes nowhere, rather than unsigned.
func TestWebhookNoticeThatCannotBeSigned(t *testing.T) {
	address, cfg, reached := site(t, func(http.ResponseWriter, *http.Request) {})
	c := on(channel.Webhook, address, "whsec_s3cr3t")
	err := send(t, cfg, c, reminder())
	if !failedWith(err, "notify.bad_secret") || reached.Load() != 0 {
		t.Errorf("Send = %v, after %d connections", err, reached.Load())
	}
	quiet(t, err, c)
}

// TestWebhookNoticeTaken accepts whatever a receiver of 2xx says.
func TestWebhookNoticeTaken(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"created": status(http.StatusCreated),
		"garbage": func(w http.ResponseWriter, _ *http.Request) { say(w, "\x00\xff"+strings.Repeat("y", 3*MaxAnswer)) },
		"JSON":    func(w http.ResponseWriter, _ *http.Request) { say(w, `{"errcode":93000}`) },
	} {
		t.Run(name, func(t *testing.T) {
			var b inbox
			address, cfg := b.open(t, answer)
			fatal(t, send(t, cfg, on(channel.Webhook, address, ""), reminder()))
		})
	}
}
