package notify

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"guanji/internal/account"
	"guanji/internal/channel"
	"guanji/internal/message"
	"guanji/internal/problem"
	"guanji/internal/respond"
)

// sentAt is when notices of these tests are sent.
func sentAt() time.Time { return time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC) }

// reminder is a notice, as it is sent for the first time.
func reminder() respond.Message {
	return respond.Message{ID: "k7m2q4", Event: "incident.reminder", Attempt: 1, At: sentAt().Add(-time.Minute), Case: "#12", By: sentAt().Add(15 * time.Minute),
		Subject: "事件 #12：还剩 15 分钟 · Incident #12: 15 minutes left", Text: "报告截止 2026-03-02 09:15（北京时间）。\nThe report is due at 09:15 in Beijing."}
}

// on is a channel that two people allowed.
func on(m channel.Means, address, secret string) respond.Channel {
	return respond.Channel{ID: "c1", Means: m, Name: "duty", Address: address, Secret: secret,
		Approval: account.Approval{ProposedBy: "Ann", Proposed: sentAt(), AllowedBy: "Ben", Allowed: sentAt()}}
}

// send sends a notice.
func send(t testing.TB, cfg Config, c respond.Channel, m respond.Message) error {
	t.Helper()
	return sendUntil(t, cfg, c, m, nil)
}

// sendUntil sends a notice whose time is up as soon as there is word that the
// other side hangs.
func sendUntil(t testing.TB, cfg Config, c respond.Channel, m respond.Message, hangs <-chan struct{}) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	go func() {
		select {
		case <-hangs:
			cancel()
		case <-ctx.Done():
		}
	}()
	if cfg.Now == nil {
		cfg.Now = sentAt
	}
	return Notices(cfg).Send(late{ctx}, c, m)
}

// late is a context that ends because its time is up.
type late struct{ context.Context }

func (l late) Err() error {
	if l.Context.Err() != nil {
		return context.DeadlineExceeded
	}
	return nil
}

// quiet fails if an error tells in any language what it must not: a secret, an
// address, or what the other side said, which holds "0ther-s1de" in every test.
func quiet(t *testing.T, err error, c respond.Channel, more ...string) {
	t.Helper()
	host, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(c.Address, "https://"), "http://"), "/")
	for _, secret := range append(more, c.Secret, c.Address, host, "s3cr3t", "0ther-s1de") {
		for _, l := range message.Languages() {
			if said := problem.In(err, l); secret != "" && strings.Contains(said, secret) {
				t.Errorf("the error tells %q: %s", secret, said)
			}
		}
	}
	if p, ok := err.(*problem.Error); ok && !message.Known(p.Msg.Key) {
		t.Errorf("%q has no words", p.Msg.Key)
	}
}

// inbox is a receiver by HTTP that keeps what it was sent.
type inbox struct {
	mu     sync.Mutex
	header []http.Header
	body   []string
	query  []string
}

// open answers every request alike.
func (b *inbox) open(t *testing.T, answer http.HandlerFunc) (string, Config) {
	t.Helper()
	address, cfg, _ := site(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // looked at below
		b.mu.Lock()
		b.header, b.body, b.query = append(b.header, r.Header), append(b.body, string(body)), append(b.query, r.URL.RawQuery)
		b.mu.Unlock()
		answer(w, r)
	})
	return address, cfg
}

// afterReading answers once all of a request was read: before, a server does not
// see that the other side has gone.
func afterReading(answer http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		answer(w, r)
	}
}

func (b *inbox) last(t *testing.T) (http.Header, string, string) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.body) == 0 {
		t.Fatal("nothing came")
	}
	return b.header[len(b.header)-1], b.body[len(b.body)-1], b.query[len(b.query)-1]
}

// TestNothingGoesByAChannelThatIsOff has channels that are not on; nothing may
// connect.
func TestNothingGoesByAChannelThatIsOff(t *testing.T) {
	for name, change := range map[string]func(*respond.Channel){
		"proposed": func(c *respond.Channel) { c.AllowedBy = "" },
		"dropped":  func(c *respond.Channel) { c.Dropped = sentAt() },
	} {
		t.Run(name, func(t *testing.T) {
			address, cfg, reached := site(t, func(http.ResponseWriter, *http.Request) {})
			c := on(channel.Webhook, address, "")
			change(&c)
			if err := send(t, cfg, c, reminder()); !failedWith(err, "notify.not_on") || reached.Load() != 0 {
				t.Errorf("Send = %v, after %d connections", err, reached.Load())
			}
		})
	}
}

func TestNoticesByOtherMeans(t *testing.T) {
	if err := send(t, Config{}, on(channel.TimeStamp, "https://tsa.example/", ""), reminder()); !failedWith(err, "notify.bad_means") {
		t.Errorf("Send = %v", err)
	}
}

// TestSentAgainHasTheSameID sends a notice twice by every means, and reads the
// id on the other side.
func TestSentAgainHasTheSameID(t *testing.T) {
	ways := map[channel.Means]func(t *testing.T) (respond.Channel, Config, func() []string){
		channel.Mail: func(t *testing.T) (respond.Channel, Config, func() []string) {
			o := &postOffice{}
			at, cfg := o.open(t)
			return on(channel.Mail, "smtp://"+at+"/?from=a@example.com&to=b@example.com", ""), cfg, func() []string {
				var ids []string
				for _, took := range o.took {
					m, err := mail.ReadMessage(strings.NewReader(string(took)))
					fatal(t, err)
					id, _, _ := strings.Cut(m.Header.Get("Message-ID"), "@")
					ids = append(ids, strings.TrimPrefix(id, "<"))
				}
				return ids
			}
		},
		channel.Webhook: func(t *testing.T) (respond.Channel, Config, func() []string) {
			var b inbox
			address, cfg := b.open(t, func(http.ResponseWriter, *http.Request) {})
			return on(channel.Webhook, address, ""), cfg, func() []string {
				var ids []string
				for _, h := range b.header {
					ids = append(ids, h.Get("webhook-id"))
				}
				return ids
			}
		},
		channel.Folder: func(t *testing.T) (respond.Channel, Config, func() []string) {
			dir := t.TempDir()
			return on(channel.Folder, dir, ""), Config{}, func() []string {
				id := strings.TrimSuffix(strings.TrimPrefix(strings.Join(list(dir), " "), "notice-"), ".txt")
				return []string{id, id} // one file for both
			}
		},
	}
	for _, m := range []channel.Means{channel.WeCom, channel.DingTalk, channel.Feishu} {
		ways[m] = func(t *testing.T) (respond.Channel, Config, func() []string) {
			var b inbox
			address, cfg := b.open(t, func(w http.ResponseWriter, _ *http.Request) { say(w, `{"errcode":0,"code":0}`) })
			return on(m, address+"/send?key=s3cr3t", ""), cfg, func() []string {
				var ids []string
				for _, body := range b.body {
					ids = append(ids, body[strings.LastIndex(body, "Notice id: ")+len("Notice id: "):][:len("k7m2q4")])
				}
				return ids
			}
		}
	}
	if len(ways) != len(channel.ForNotices()) {
		t.Errorf("tried by %d means of %v", len(ways), channel.ForNotices())
	}
	for means, way := range ways {
		t.Run(string(means), func(t *testing.T) {
			t.Parallel()
			c, cfg, ids := way(t)
			m := reminder()
			fatal(t, send(t, cfg, c, m))
			m.Attempt, m.Text = 2, "可能已收到。You may have had this.\n"+m.Text
			cfg.Now = func() time.Time { return sentAt().Add(time.Hour) }
			fatal(t, send(t, cfg, c, m))
			if got := ids(); !slices.Equal(got, []string{"k7m2q4", "k7m2q4"}) {
				t.Errorf("ids %q", got)
			}
		})
	}
}

func TestIDsThatNotEveryMeansTakes(t *testing.T) {
	seen := map[string]string{}
	for _, id := range []string{"k7m2q4", "K7_m2-q4", "", "a.b", "a b", "a\r\nb", "../a", "编号", strings.Repeat("a", 64), strings.Repeat("a", 65), strings.Repeat("a", 66)} {
		m := respond.Message{ID: id}
		got := idOf(m)
		if other, taken := seen[got]; taken || got == "" || len(got) > 64 || strings.Trim(got, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") != "" || got != idOf(m) {
			t.Errorf("idOf(%q) = %q, as of %q", id, got, other)
		}
		seen[got] = id
	}
	if seen["k7m2q4"] != "k7m2q4" || seen["K7_m2-q4"] != "K7_m2-q4" {
		t.Error("a plain id is written otherwise")
	}
}

// TestFailuresOfHTTP has a receiver that fails in every way, behind every means
// that goes by HTTP.
func TestFailuresOfHTTP(t *testing.T) {
	elsewhere, _, reached := site(t, func(http.ResponseWriter, *http.Request) {})
	redirect := func(to string, code int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, code) }
	}
	tests := map[string]struct {
		answer http.HandlerFunc
		want   string
		kind   problem.Kind
	}{
		"fails":                     {status(http.StatusInternalServerError), "notify.status", problem.Unavailable},
		"wants a password":          {status(http.StatusUnauthorized), "notify.status", problem.Unavailable},
		"is busy":                   {status(http.StatusTooManyRequests), "notify.status", problem.Unavailable},
		"is gone":                   {status(http.StatusGone), "notify.gone", problem.Refused},
		"redirects to this machine": {redirect(elsewhere, http.StatusTemporaryRedirect), "notify.redirect", problem.Refused},
		"redirects to metadata":     {redirect("http://169.254.169.254/latest/meta-data/", http.StatusPermanentRedirect), "notify.redirect", problem.Refused},
		"redirects to itself":       {redirect("/again", http.StatusFound), "notify.redirect", problem.Refused},
		"hangs":                     {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "notify.timeout", problem.Unavailable},
		"hangs in the middle":       {func(w http.ResponseWriter, r *http.Request) { w.(http.Flusher).Flush(); <-r.Context().Done() }, "notify.timeout", problem.Unavailable},
		"hangs up":                  {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "notify.connect", problem.Unavailable},
		"endless header": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X", strings.Repeat("0ther-s1de", 1<<17))
		}, "notify.connect", problem.Unavailable},
		"repeats what it was told": {func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			say(w, "0ther-s1de "+r.URL.String()+r.Header.Get("webhook-signature"))
		}, "notify.status", problem.Unavailable},
	}
	addresses := map[channel.Means]string{channel.Webhook: "/s3cr3t?key=s3cr3t", channel.WeCom: "/send?key=s3cr3t", channel.DingTalk: "/send?access_token=s3cr3t", channel.Feishu: "/hook/s3cr3t"}
	secrets := map[channel.Means]string{channel.Webhook: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", channel.DingTalk: "SEC0f0fexample", channel.Feishu: "feishu-example"}
	for name, tt := range tests {
		for _, means := range slices.Sorted(maps.Keys(addresses)) {
			t.Run(name+", "+string(means), func(t *testing.T) {
				t.Parallel()
				hangs := make(chan struct{}, 1)
				address, cfg, connections := site(t, afterReading(func(w http.ResponseWriter, r *http.Request) {
					if tt.want == "notify.timeout" {
						hangs <- struct{}{}
					}
					tt.answer(w, r)
				}))
				c := on(means, address+addresses[means], secrets[means])
				err := sendUntil(t, cfg, c, reminder(), hangs)
				if !failedWith(err, tt.want) || problem.KindOf(err) != tt.kind {
					t.Errorf("Send = %v, want %s, %s", err, tt.want, tt.kind)
				}
				if n := connections.Load(); n != 1 {
					t.Errorf("%d connections, want one", n)
				}
				quiet(t, err, c)
			})
		}
	}
	t.Cleanup(func() {
		if n := reached.Load(); n != 0 {
			t.Errorf("a redirect led to %d connections elsewhere", n)
		}
	})
}

// TestUnreached sends to where nobody is, by every means that connects.
func TestUnreached(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	fatal(t, err)
	nobody := l.Addr().String()
	fatal(t, l.Close())
	stranger := httptest.NewTLSServer(nil) // of an authority that nobody trusts
	t.Cleanup(stranger.Close)
	_, trust, _ := site(t, nil)
	other := strings.TrimPrefix(stranger.URL, "https://")
	tests := map[string]struct {
		at, want string
		kind     problem.Kind
		cfg      Config
	}{
		"nobody listens":               {nobody, "notify.connect.nobody", problem.Unavailable, trust},
		"a certificate of strangers":   {other, "notify.connect.certificate", problem.Unavailable, Config{}},
		"metadata":                     {"169.254.169.254:443", "notify.forbidden", problem.Refused, trust},
		"metadata, mapped":             {"[::ffff:169.254.169.254]:443", "notify.forbidden", problem.Refused, trust},
		"metadata of Alibaba Cloud":    {"100.100.100.200:443", "notify.forbidden", problem.Refused, trust},
		"link-local":                   {"[fe80::1]:443", "notify.forbidden", problem.Refused, trust},
		"everybody":                    {"224.0.0.1:443", "notify.forbidden", problem.Refused, trust},
		"this machine, by no address":  {"0.0.0.0:443", "notify.forbidden", problem.Refused, trust},
		"this machine, by none at all": {"[::]:443", "notify.forbidden", problem.Refused, trust},
	}
	for name, tt := range tests {
		for means, address := range map[channel.Means]string{
			channel.Webhook: "https://" + tt.at + "/s3cr3t", channel.Feishu: "https://" + tt.at + "/hook/s3cr3t",
			channel.Mail: "smtps://" + tt.at + "/?from=a@example.com&to=b@example.com",
		} {
			t.Run(name+", "+string(means), func(t *testing.T) {
				t.Parallel()
				c := on(means, address, "")
				err := send(t, tt.cfg, c, reminder())
				if !failedWith(err, tt.want) || problem.KindOf(err) != tt.kind {
					t.Errorf("Send = %v, want %s", err, tt.want)
				}
				host, _, _ := net.SplitHostPort(tt.at)
				quiet(t, err, c, host)
			})
		}
	}
}

// TestSendThatIsCalledOff tells a stop of the program from a failure.
func TestSendThatIsCalledOff(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	address, cfg, _ := site(t, afterReading(func(_ http.ResponseWriter, r *http.Request) { cancel(); <-r.Context().Done() }))
	if err := Notices(cfg).Send(ctx, on(channel.Webhook, address, ""), reminder()); err != context.Canceled {
		t.Errorf("Send = %v", err)
	}
}

func TestCut(t *testing.T) {
	tests := map[string]struct {
		text string
		most int
		want string
	}{
		"fits":              {"关基", 6, "关基"},
		"half a character":  {"关基", 5, "关"},
		"none":              {"关基", 2, ""},
		"ASCII":             {"abc", 2, "ab"},
		"after a character": {"关a", 3, "关"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := cut(tt.text, tt.most); got != tt.want {
				t.Errorf("cut(%q, %d) = %q, want %q", tt.text, tt.most, got, tt.want)
			}
		})
	}
}

// decode reads JSON into a map.
func decode(t *testing.T, body string) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(body), &m); err != nil {
		t.Fatalf("%q: %v", body, err)
	}
	return m
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	fatal(t, err)
	return string(data)
}
