package main

import (
	"bufio"
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"guanji/internal/access"
	"guanji/internal/account"
	"guanji/internal/channel"
	"guanji/internal/day"
	"guanji/internal/incident"
	"guanji/internal/message"
	"guanji/internal/record"
	"guanji/internal/respond"
	"guanji/internal/standing"
	"guanji/internal/work"
)

// mailbox is a mail server of this machine, with what it took.
type mailbox struct {
	mu    sync.Mutex
	mails []*mail.Message
	texts []string
	addr  string
}

// post starts a mail server.
func post(t *testing.T) *mailbox {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = l.Close() })
	m := &mailbox{addr: l.Addr().String()}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go m.talk(conn)
		}
	}()
	return m
}

// talk is one conversation by SMTP.
func (m *mailbox) talk(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	say := func(s string) { _, _ = io.WriteString(conn, s+"\r\n") }
	say("220 mail.example")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		switch verb := strings.ToUpper(strings.Fields(line + " x")[0]); verb {
		case "DATA":
			say("354 go on")
			var text bytes.Buffer
			for {
				line, err := in.ReadString('\n')
				if err != nil {
					return
				}
				if line == ".\r\n" {
					break
				}
				text.WriteString(strings.TrimPrefix(line, "."))
			}
			m.take(text.Bytes())
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func (m *mailbox) take(data []byte) {
	msg, err := mail.ReadMessage(bytes.NewReader(data))
	if err != nil {
		return
	}
	body, _ := io.ReadAll(base64.NewDecoder(base64.StdEncoding, msg.Body))
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mails, m.texts = append(m.mails, msg), append(m.texts, string(body))
}

// subjects lists what came, in its order.
func (m *mailbox) subjects() (list []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, msg := range m.mails {
		s, err := new(mime.WordDecoder).DecodeHeader(msg.Header.Get("Subject"))
		if err != nil {
			s = err.Error()
		}
		list = append(list, s)
	}
	return list
}

// notices is a receiver of webhooks, which checks every signature.
type notices struct {
	mu    sync.Mutex
	types []string
	ids   map[string]int
	url   string
}

const hookKey = "0123456789abcdef0123456789abcdef"

func receive(t *testing.T) *notices {
	t.Helper()
	h := &notices{ids: map[string]int{}}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mac := hmac.New(sha256.New, []byte(hookKey))
		fmt.Fprintf(mac, "%s.%s.%s", r.Header.Get("webhook-id"), r.Header.Get("webhook-timestamp"), body)
		if want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)); r.Header.Get("webhook-signature") != want {
			t.Errorf("signature %q, want %q", r.Header.Get("webhook-signature"), want)
		}
		var event struct{ Type string }
		if err := json.Unmarshal(body, &event); err != nil {
			t.Errorf("webhook: %v: %s", err, body)
		}
		h.mu.Lock()
		defer h.mu.Unlock()
		h.types = append(h.types, event.Type)
		h.ids[r.Header.Get("webhook-id")]++
	}))
	t.Cleanup(s.Close)
	h.url = s.URL
	return h
}

// night is an installation with a clock that is set, a mail server, a receiver
// of webhooks, and a token for its API.
type night struct {
	t      *testing.T
	mu     sync.Mutex
	clock  time.Time
	in     *installation
	worker *work.Runner
	mails  *mailbox
	hook   *notices
	base   string
	token  string
	org    string
}

func (n *night) now() time.Time {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.clock
}

// pass lets time pass minute by minute, with the background work in it.
func (n *night) pass(d time.Duration) {
	n.t.Helper()
	for end := n.now().Add(d); n.now().Before(end); {
		n.mu.Lock()
		n.clock = n.clock.Add(min(time.Minute, end.Sub(n.clock)))
		n.mu.Unlock()
		must(n.t, n.worker.Drain(n.t.Context()))
	}
}

// beginNight opens an installation with an example organization, at a quarter
// past two in Beijing.
func beginNight(t *testing.T, example string) *night {
	t.Helper()
	n := &night{t: t, clock: time.Date(2026, 11, 20, 2, 15, 0, 0, day.Beijing), mails: post(t), hook: receive(t)}
	home := t.TempDir()
	p := &program{out: t.Output(), errs: t.Output(), getenv: func(string) string { return "" }, now: n.now}
	ctx := t.Context()
	in, err := p.open(ctx, home)
	must(t, err)
	t.Cleanup(in.close)
	n.in = in
	data, err := p.readFile("../../examples/" + example)
	must(t, err)
	done, err := in.standing.Import(ctx, "", example, data, false, standing.Author{By: "Ann", Origin: standing.Imported, Source: example, Sure: standing.Documented})
	must(t, err)
	n.org = done.Organization
	n.channels()
	n.worker = p.worker(in, home, slog.New(slog.DiscardHandler))
	h, err := p.handler(ctx, in, serving{}, "", n.worker, slog.New(slog.DiscardHandler))
	must(t, err)
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	n.base = s.URL
	n.sign()
	return n
}

// channels proposes and allows a mailbox and a webhook, and puts two people on
// the ladder.
func (n *night) channels() {
	ctx, by := n.t.Context(), account.Terminal("ann")
	var ids []string
	for _, c := range []respond.Channel{
		{Means: channel.Mail, Name: "duty", Address: "smtp://" + n.mails.addr + "/?from=guanji@bank.example&to=duty@bank.example"},
		{Means: channel.Webhook, Name: "hub", Address: n.hook.url + "/guanji", Secret: "whsec_" + base64.StdEncoding.EncodeToString([]byte(hookKey))},
	} {
		c, err := n.in.respond.Propose(ctx, by, c)
		must(n.t, err)
		must(n.t, n.in.respond.Allow(ctx, by, c.ID))
		ids = append(ids, c.ID)
	}
	must(n.t, n.in.respond.SavePlan(ctx, n.org, "Ann", 0, incident.Plan{Wait: 10,
		Ladder: []incident.Person{{Name: "Duty", Channels: ids[:1]}, {Name: "Lead", Channels: ids}}}))
}

// sign makes the first account, and a token of it.
func (n *night) sign() {
	ctx := n.t.Context()
	first, err := n.in.access.First(ctx, account.Terminal("ann"))
	must(n.t, err)
	session, err := n.in.access.Start(ctx, first, "Ann", goodPassword, "")
	must(n.t, err)
	h, err := n.in.access.Holder(ctx, session, access.Session)
	must(n.t, err)
	n.token, err = n.in.access.NewToken(ctx, h, "siem", account.Read|account.Write|account.Alert, 30)
	must(n.t, err)
}

// ask calls the API about the organization, and returns what it answers.
func (n *night) ask(method, path string, body any) map[string]any {
	n.t.Helper()
	data := n.fetch(method, path, body)
	var v map[string]any
	must(n.t, json.Unmarshal(data, &v))
	return v
}

func (n *night) fetch(method, path string, body any) []byte {
	n.t.Helper()
	code, data := n.call(method, path, body)
	if code/100 != 2 {
		n.t.Fatalf("%s %s: %d %s", method, path, code, data)
	}
	return data
}

// code is what a call is answered with.
func (n *night) code(method, path string, body any) int {
	code, _ := n.call(method, path, body)
	return code
}

func (n *night) call(method, path string, body any) (int, []byte) {
	n.t.Helper()
	var sent io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		must(n.t, err)
		sent = bytes.NewReader(data)
	}
	r, err := http.NewRequestWithContext(n.t.Context(), method, n.base+"/api/v1/organizations/"+n.org+"/"+path, sent)
	must(n.t, err)
	r.Header.Set("Authorization", "Bearer "+n.token)
	r.Header.Set("Content-Type", "application/json")
	got, err := http.DefaultClient.Do(r)
	must(n.t, err)
	defer got.Body.Close()
	data, err := io.ReadAll(got.Body)
	must(n.t, err)
	return got.StatusCode, data
}

// step records a step of a case, seen as it stands.
func (n *night) step(number int64, step map[string]any) {
	n.t.Helper()
	c, err := n.in.respond.Case(n.t.Context(), n.org, number)
	must(n.t, err)
	step["seen"] = c.Revision()
	n.ask("POST", fmt.Sprintf("incidents/%d/steps", number), step)
}

// open lists the reports of a case that are to be made for certain, with what
// is left.
func (n *night) open(number int64) (list []string) {
	n.t.Helper()
	c, err := n.in.respond.Case(n.t.Context(), n.org, number)
	must(n.t, err)
	for _, k := range c.Clocks() {
		if !k.Open || k.Provisional {
			continue
		}
		left := "at once"
		if !k.By.IsZero() {
			left = k.By.Sub(n.now()).Round(time.Minute).String()
		}
		list = append(list, k.To+" "+k.Content+" "+left)
	}
	return list
}

// filedFor lists the duties of which the case filed an event or a record.
func (n *night) filedFor(number int64) (list []string) {
	n.t.Helper()
	book, err := n.in.filing.Book(n.t.Context(), n.org)
	must(n.t, err)
	origin := fmt.Sprintf("incident/%d", number)
	for _, f := range book.Filed {
		switch {
		case f.Event != nil && f.Event.Origin == origin:
			list = append(list, "event "+f.Event.Duty)
		case f.Record != nil && f.Record.Origin == origin:
			list = append(list, "record "+f.Record.Duties[0]+" "+string(f.Record.Result))
		case f.End != nil:
			list = append(list, "end")
		}
	}
	return list
}

// same fails where two lists differ.
func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n got %s\nwant %s", what, strings.Join(got, "\n     "), strings.Join(want, "\n     "))
	}
}

// stages lists the stages of the notices about a case that the duty officer
// was sent, by what their subjects say in English.
func (n *night) stages(number int64) (list []string) {
	for _, s := range n.mails.subjects() {
		_, english, _ := strings.Cut(s, " / ")
		about, rest, _ := strings.Cut(english, fmt.Sprintf("#%d", number))
		if rest == "" || about == "" {
			continue
		}
		for words, stage := range map[string]string{"alert waits": "alert", "was opened": "opened", "nobody has answered": "escalate", "due at once": "prompt", "30 min left": "half",
			"2 h 00 min left": "half", "15 min left": "15min", "05 min left": "5min", " 5 min left": "5min", "HAS PASSED": "overdue", "look at the grade": "crosses"} {
			if strings.Contains(rest, words) {
				list = append(list, stage)
				break
			}
		}
	}
	return list
}

// marked reports whether every notice about a case says that it is a drill, or
// none does.
func (n *night) marked(number int64) (drill, real int) {
	for _, s := range n.mails.subjects() {
		if !strings.Contains(s, fmt.Sprintf("#%d", number)) {
			continue
		}
		if strings.HasPrefix(s, "【演练 DRILL】") || strings.HasPrefix(s, "演练 DRILL") {
			drill++
		} else {
			real++
		}
	}
	return drill, real
}

// TestANightAtTheBank is an incident of a designated operator, from the alert of
// a machine to the closing report, with a drill beside it.
func TestANightAtTheBank(t *testing.T) {
	n := beginNight(t, "designated-bank.yaml")
	alert := map[string]any{"source": "siem", "ref": "A-1", "title": "many files renamed", "system": "core-banking", "severity": "high", "at": n.now().Format(time.RFC3339)}
	n.ask("POST", "alerts", alert)
	n.ask("POST", "alerts", alert) // a machine that was not sure
	must(t, n.worker.Drain(t.Context()))
	n.ask("POST", "incidents", map[string]any{"as": "incident", "title": "exercise", "drill": true, "aware": map[string]any{"at": n.now(), "reading": "person"}})
	n.pass(3 * time.Minute)
	const number, drill = 1, 2
	n.step(number, map[string]any{"open": map[string]any{"as": "incident", "title": "ransomware on core banking", "systems": []string{"core-banking"}, "aware": map[string]any{"at": n.now(), "reading": "person"}}})
	n.step(number, map[string]any{"facts": map[string]any{"values": map[string]any{"incident.cii": true, "incident.cii_outage_minutes": 12, "incident.outage_ongoing": true, "incident.crime_suspected": true, "incident.pi_individuals": 0, "incident.important_data": false, "incident.core_data": false}}})
	same(t, "due", n.open(number), []string{"protection_department initial 1h0m0s", "public_security initial 1h0m0s", "public_security initial at once", "sector_regulator initial at once", "public_security initial 24h0m0s"})
	same(t, "filed", n.filedFor(number), []string{"event CISR-14-POLICE", "event IRM-4-CII", "event IRM-4-CRIME"})
	n.pass(32 * time.Minute)
	n.step(number, map[string]any{"note": map[string]any{"what": "isolated the network segment", "action": true}})
	for _, to := range []string{"protection_department", "public_security"} {
		n.step(number, sentStep("RPT-CII/"+to+"/initial"))
	}
	same(t, "filed once both have it", n.filedFor(number)[3:], []string{"record IRM-4-CII in_order"})
	for _, key := range []string{"RPT-POLICE-24H/public_security/initial", "RPT-CRIME/public_security/initial", "RPT-SECTOR/sector_regulator/initial"} {
		n.step(number, sentStep(key))
	}
	n.pass(35 * time.Minute)
	n.step(number, map[string]any{"facts": map[string]any{"values": map[string]any{"incident.cii_outage_minutes": 65, "incident.outage_ongoing": false}}})
	same(t, "due after it grew", n.open(number), nil)
	n.step(number, map[string]any{"part": map[string]any{"id": "closing.cause", "text": "a password that was used twice"}})
	n.step(number, map[string]any{"ended": map[string]any{}})
	same(t, "due when it has ended", n.open(number), []string{"protection_department closing 740h35m0s", "public_security closing 740h35m0s"}) // to the end of the thirtieth day
	for _, to := range []string{"protection_department", "public_security"} {
		n.step(number, sentStep("RPT-CII/"+to+"/closing"))
	}
	n.step(number, map[string]any{"close": map[string]any{}})

	same(t, "notices about the incident", n.stages(number), []string{"alert", "opened", "prompt", "escalate", "half", "crosses", "escalate"})
	if d, r := n.marked(number); d != 0 || r == 0 {
		t.Errorf("of the notices about the incident %d say drill, %d do not", d, r)
	}
	if d, r := n.marked(drill); d == 0 || r != 0 {
		t.Errorf("of the notices about the drill %d say so, %d do not", d, r)
	}
	same(t, "filed for the drill", n.filedFor(drill), nil)
	n.closes(number, "总结报告", "a password that was used twice")
}

// sentStep is a report that was made.
func sentStep(key string) map[string]any {
	return map[string]any{"sent": map[string]any{"report": key, "way": "010-0000 0000", "whom": "duty desk", "receipt": "R-1"}}
}

// closes looks at what is left of a case: its report, its replay, the ledger.
func (n *night) closes(number int64, words ...string) {
	n.t.Helper()
	d, err := n.in.respond.Report(n.t.Context(), n.org, number, respond.ClosingReport, message.Chinese)
	must(n.t, err)
	said := fmt.Sprint(d)
	for _, w := range words {
		if !strings.Contains(said, w) {
			n.t.Errorf("the closing report lacks %q: %s", w, said)
		}
	}
	if data := n.fetch("GET", fmt.Sprintf("incidents/%d/report?part=closing&lang=zh", number), nil); !bytes.HasPrefix(data, []byte("PK")) {
		n.t.Errorf("the closing report is no DOCX: %.40q", data)
	}
	again, err := n.in.respond.Replay(n.t.Context(), n.org, number)
	must(n.t, err)
	for _, r := range again {
		if !r.Same() {
			n.t.Errorf("step %d came out otherwise: %+v", r.Seq, r.Limits)
		}
	}
	_, err = n.in.record.Publish(n.t.Context())
	must(n.t, err)
	found, err := n.in.record.Verify(n.t.Context(), record.Verifying{})
	must(n.t, err)
	if len(found.Faults) > 0 {
		n.t.Errorf("verifying the ledger finds %+v", found.Faults)
	}
}

// TestANightElsewhere is an incident of an organization that is no operator of
// critical infrastructure: nobody answers until the limit has passed.
func TestANightElsewhere(t *testing.T) {
	n := beginNight(t, "grid-supplier.yaml")
	const number = 1
	n.ask("POST", "incidents", map[string]any{"as": "incident", "title": "customers' data found for sale", "aware": map[string]any{"at": n.now(), "reading": "told"}})
	n.step(number, map[string]any{"facts": map[string]any{"values": map[string]any{"incident.cii": false, "incident.pi_individuals": 1_200_000, "incident.crime_suspected": false}}})
	same(t, "due", n.open(number), []string{"sector_regulator initial at once", "provincial_cac initial at once", "affected_people notice at once", "provincial_cac initial 4h0m0s"})
	n.pass(4*time.Hour + 10*time.Minute)
	same(t, "notices", n.stages(number), []string{"opened", "prompt", "escalate", "prompt", "half", "15min", "5min", "overdue"})
	same(t, "filed", n.filedFor(number), []string{"event IRM-4-OTHER", "event PIPL-57-INCIDENT"})

	late := sentStep("RPT-OTHER/provincial_cac/initial")
	c, err := n.in.respond.Case(t.Context(), n.org, number)
	must(t, err)
	late["seen"] = c.Revision()
	if code := n.code("POST", "incidents/1/steps", late); code != http.StatusUnprocessableEntity {
		t.Errorf("a late report without a reason: %d", code)
	}
	late["sent"].(map[string]any)["late"] = "nobody was on duty"
	n.step(number, late)
	same(t, "filed once it was reported", n.filedFor(number)[2:], []string{"record IRM-4-OTHER gaps"})
	n.step(number, map[string]any{"offline": true, "happened": n.now().Add(-4 * time.Hour), "note": map[string]any{"what": "took the shop offline", "action": true}})
	n.step(number, map[string]any{"facts": map[string]any{"values": map[string]any{"incident.pi_individuals": 40_000, "incident.confirmed_below_iii": true}}})
	same(t, "due when it is grade IV", n.open(number), []string{"provincial_cac initial at once", "affected_people notice at once"})
	n.step(number, map[string]any{"ended": map[string]any{}})
	n.step(number, map[string]any{"close": map[string]any{"why": "told by the parent company"}})
	n.closes(number, "took the shop offline")
}
