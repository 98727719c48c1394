package respond

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"guanji/internal/account"
	"guanji/internal/channel"
	"guanji/internal/incident"
	"guanji/internal/job"
	"guanji/internal/message"
	"guanji/internal/problem"
)

// hook is a channel that two allowed.
func hook(id string) Channel {
	return Channel{ID: id, Means: channel.Webhook, Name: id, Address: "https://hooks.example/" + id,
		Approval: account.Approval{ProposedBy: "Ann", Proposed: start, AllowedBy: "Bo", Allowed: start}}
}

// notified returns a service whose people are told by channels, and a case
// that was opened: its first notice is queued.
func notified(t *testing.T, drill bool) (*Service, *room, job.Job) {
	t.Helper()
	s, r := open(t)
	r.channels = []Channel{hook("ann"), hook("bo")}
	must(t, s.SavePlan(t.Context(), "bank", "Ann", 0, incident.Plan{Wait: 5, Ladder: []incident.Person{{Name: "Ann", Channels: []string{"ann"}}, {Name: "Bo", Channels: []string{"bo", "ann"}}}}))
	step := opened("Ransom note on the core system", start)
	step.Open.Drill = drill
	_, err := s.Open(t.Context(), "bank", "Ann", step)
	must(t, err)
	_, err = s.Wake(t.Context(), WakeJob("bank", 1, start))
	must(t, err)
	return s, r, r.queued(t, job.Send)
}

// queued returns the only job of a kind.
func (r *room) queued(t *testing.T, k job.Kind) job.Job {
	t.Helper()
	var found []job.Job
	for _, j := range r.jobs {
		if j.Kind == k {
			found = append(found, j)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d jobs of kind %s: %+v", len(found), k, found)
	}
	return found[0]
}

// given lists what became of messages, by channel.
func (r *room) given() (list []string) {
	for _, s := range r.steps {
		if g := s.Given; g != nil {
			text := fmt.Sprint(g.Channel, " ", g.Attempt)
			if g.Failed != "" {
				text += " failed"
			}
			list = append(list, text)
		}
	}
	return list
}

// TestDeliver has one attempt after another at a notice.
func TestDeliver(t *testing.T) {
	refused := problem.New(problem.Unavailable, "notify.timeout")
	stopped := func(t *testing.T) context.Context {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		return ctx
	}
	over := func(t *testing.T) context.Context {
		ctx, cancel := context.WithDeadline(t.Context(), start)
		t.Cleanup(cancel)
		return ctx
	}
	const last = job.MaxAttempts
	type attempt struct {
		n      int
		fault  error                              // of the channel
		lost   bool                               // it was not recorded: the program was killed before
		ctx    func(t *testing.T) context.Context // nil for one that lasts
		before func(r *room)
		fails  bool
	}
	tests := map[string]struct {
		attempts []attempt
		sent     []int // attempts, as the messages tell
		given    []string
	}{
		"it goes well":             {[]attempt{{n: 1}}, []int{1}, []string{"ann 1"}},
		"asked again":              {[]attempt{{n: 1}, {n: 2}}, []int{1}, []string{"ann 1"}},
		"killed after it was sent": {[]attempt{{n: 1, lost: true, fails: true}, {n: 2}}, []int{1, 2}, []string{"ann 2"}},
		"killed three times":       {[]attempt{{n: 1, lost: true, fails: true}, {n: 2, lost: true, fails: true}, {n: 3, lost: true, fails: true}, {n: 4}}, []int{1, 2, 3, 4}, []string{"ann 4"}},
		"it fails, and then goes":  {[]attempt{{n: 1, fault: refused, fails: true}, {n: 2}}, []int{2}, []string{"ann 2"}},
		"given up":                 {[]attempt{{n: last - 1, fault: refused, fails: true}, {n: last, fault: refused, fails: true}}, nil, []string{"ann 15 failed"}},
		"given up, as it hangs":    {[]attempt{{n: last, fault: refused, ctx: over, fails: true}}, nil, []string{"ann 15 failed"}},
		"stopped at the last":      {[]attempt{{n: last, fault: context.Canceled, ctx: stopped, fails: true}}, nil, nil},
		"given up, killed, again":  {[]attempt{{n: last, fault: refused, lost: true, fails: true}, {n: last + 1, fault: refused, fails: true}}, nil, []string{"ann 16 failed"}},
		"given up, and a person tries again": {[]attempt{{n: last, fault: refused, fails: true}, {n: 1, fault: refused, fails: true}, {n: 2}, {n: 3}},
			[]int{17}, []string{"ann 15 failed", "ann 17"}},
		"given up twice":  {[]attempt{{n: last, fault: refused, fails: true}, {n: last, fault: refused, fails: true}, {n: 1}}, []int{31}, []string{"ann 15 failed", "ann 30 failed", "ann 31"}},
		"not allowed yet": {[]attempt{{n: 1, before: func(r *room) { r.channels[0].AllowedBy = "" }}}, nil, []string{"ann 1 failed"}},
		"dropped":         {[]attempt{{n: 1, before: func(r *room) { r.channels[0].Dropped = start }}}, nil, []string{"ann 1 failed"}},
		"not there":       {[]attempt{{n: 1, before: func(r *room) { r.channels = nil }}}, nil, []string{"ann 1 failed"}},
		"dropped after it failed": {[]attempt{{n: 1, fault: refused, fails: true}, {n: 2, before: func(r *room) { r.channels[0].Dropped = start }}},
			nil, []string{"ann 2 failed"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, r, j := notified(t, false)
			for _, a := range tt.attempts {
				ctx := t.Context()
				if a.ctx != nil {
					ctx = a.ctx(t)
				}
				if a.before != nil {
					a.before(r)
				}
				r.fail["ann"], r.lost, j.Attempt = a.fault, a.lost, a.n
				again, err := s.Deliver(ctx, j)
				if (err != nil) != a.fails || !again.IsZero() {
					t.Errorf("attempt %d: %v, again %s", a.n, err, again)
				}
			}
			var got []int
			ids := map[string]bool{}
			for _, m := range r.sent {
				got, ids[m.ID] = append(got, m.Attempt), true
				if says := strings.Contains(m.Text, fmt.Sprintf("Attempt %d:", m.Attempt)); says != (m.Attempt > 1) {
					t.Errorf("attempt %d says %q", m.Attempt, m.Text)
				}
			}
			if !slices.Equal(got, tt.sent) || len(ids) > 1 {
				t.Errorf("sent attempts %v under %d ids, want %v", got, len(ids), tt.sent)
			}
			if got := r.given(); !slices.Equal(got, tt.given) {
				t.Errorf("recorded %q, want %q", got, tt.given)
			}
		})
	}
}

// TestGivenUpThenDone: a channel that fails until it is given up keeps nothing
// else from going out, and five hours pass meanwhile.
func TestGivenUpThenDone(t *testing.T) {
	s, r, _ := notified(t, false)
	r.fail["ann"] = errors.New("no route")
	for range 8 * 60 {
		r.work(t, s)
		r.pass(time.Minute)
	}
	given := r.given()
	if !slices.Contains(given, "bo 1") || !slices.Contains(given, fmt.Sprintf("ann %d failed", job.MaxAttempts)) {
		t.Errorf("given %q", given)
	}
	c, err := s.Case(t.Context(), "bank", 1)
	must(t, err)
	if n := len(c.Given); n != len(given) || n < 4 {
		t.Errorf("%d notices ended, %d steps say so", n, len(given))
	}
}

// TestNoticesSayLittle reads everything that goes outward: no title, no system,
// no grade, and nothing of whose it is.
func TestNoticesSayLittle(t *testing.T) {
	for _, drill := range []bool{false, true} {
		t.Run(fmt.Sprint("drill ", drill), func(t *testing.T) {
			s, r, _ := notified(t, drill)
			c, err := s.Case(t.Context(), "bank", 1)
			must(t, err)
			add(t, s, c, facts(ciiOnly))
			for range 100 {
				r.work(t, s)
				r.pass(time.Minute)
			}
			if len(r.sent) < 8 {
				t.Fatalf("only %d notices", len(r.sent))
			}
			for _, m := range r.sent {
				data, err := json.Marshal(m)
				must(t, err)
				for _, secret := range []string{"Ransom", "core", "Core", "核心", "III", "某银行", "A bank", "bank", "outage"} {
					if strings.Contains(string(data), secret) {
						t.Errorf("it says %q: %s", secret, data)
					}
				}
				if m.Drill != drill || strings.Contains(m.Subject, "DRILL") != drill || strings.Contains(m.Text, "演练") != drill {
					t.Errorf("it says of a drill: %s", data)
				}
				code := Code("bank", 1)
				if m.Case != "#1-"+code || len(code) != 6 {
					t.Errorf("it is of %q", m.Case)
				}
				for _, want := range []string{"#1-" + code, "https://guanji.example/c/1-" + code} {
					if !strings.Contains(m.Text, want) {
						t.Errorf("it does not say %q: %s", want, m.Text)
					}
				}
			}
		})
	}
}

// TestNoticesHaveIds of their own: one for each thing that is said, whoever
// hears it.
func TestNoticesHaveIds(t *testing.T) {
	s, r, _ := notified(t, false)
	c, err := s.Case(t.Context(), "bank", 1)
	must(t, err)
	add(t, s, c, facts(ciiOnly))
	for range 70 {
		r.work(t, s)
		r.pass(time.Minute)
	}
	said, ids := map[string]bool{}, map[string]int{}
	for _, step := range r.steps {
		if step.Said != nil {
			for _, id := range step.Said.Messages {
				if said[id] {
					t.Errorf("%s is the id of two", id)
				}
				said[id] = true
			}
		}
	}
	for _, m := range r.sent {
		ids[m.ID]++
		if !said[m.ID] || m.Attempt != 1 {
			t.Errorf("%s was sent, attempt %d, and not said", m.ID, m.Attempt)
		}
	}
	for id, times := range ids {
		if times > 2 { // two channels
			t.Errorf("%s was sent %d times", id, times)
		}
	}
	if len(ids) != len(said) {
		t.Errorf("%d were said, %d sent", len(said), len(ids))
	}
}

// TestBehind says by how much a notice comes late.
func TestBehind(t *testing.T) {
	s, r, _ := notified(t, false)
	c, err := s.Case(t.Context(), "bank", 1)
	must(t, err)
	add(t, s, c, facts(ciiOnly))
	r.work(t, s)
	r.pass(25 * time.Hour)
	r.work(t, s)
	last := r.sent[len(r.sent)-1]
	if last.Event != "incident.overdue" || !strings.Contains(last.Text, "1440 minutes later") || !strings.Contains(last.Subject, "24 h 00 min overdue") {
		t.Errorf("it says %+v", last)
	}
}

// TestFind follows a notice to its case, among several organizations.
func TestFind(t *testing.T) {
	s, _ := open(t)
	began(t, s, "")
	code := Code("bank", 1)
	for name, tt := range map[string]struct {
		among  []string
		number int64
		code   string
		found  bool
	}{
		"it is there":              {[]string{"acme", "bank"}, 1, code, true},
		"of none of these":         {[]string{"acme"}, 1, code, false},
		"among none":               {nil, 1, code, false},
		"another number":           {[]string{"bank"}, 2, code, false},
		"a case that is not there": {[]string{"bank"}, 2, Code("bank", 2), false},
		"no case at all":           {[]string{"bank"}, 0, Code("bank", 0), false},
		"no code":                  {[]string{"bank"}, 1, "", false},
		"half a code":              {[]string{"bank"}, 1, code[:3], false},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := s.Find(t.Context(), tt.among, tt.number, tt.code)
			if tt.found {
				if must(t, err); got != "bank" {
					t.Errorf("it is of %q", got)
				}
				return
			}
			wantKey(t, err, problem.NotFound, "respond.no_code")
		})
	}
	if Code("bank", 1) == Code("bank", 2) || Code("bank", 1) == Code("acme", 1) {
		t.Error("two cases have one code")
	}
}

// TestDeliveredLater says how much time is left when a notice is delivered, if
// that is a minute or more after it was made.
func TestDeliveredLater(t *testing.T) {
	for after, want := range map[time.Duration]string{0: "", 59 * time.Second: "", -time.Hour: "", time.Minute: "Now it is 2026-11-21 02:31:00: 59 min left.", 20 * time.Minute: "Now it is 2026-11-21 02:50:00: 40 min left.",
		90 * time.Minute: "Now it is 2026-11-21 04:00:00: 30 min overdue."} {
		t.Run(after.String(), func(t *testing.T) {
			s, r, j := notified(t, false)
			r.pass(after)
			j.Attempt = 1
			_, err := s.Deliver(t.Context(), j)
			must(t, err)
			text := r.sent[0].Text
			if says := strings.Contains(text, "Now it is"); says != (want != "") || !strings.Contains(text, want) || says != strings.Contains(text, "现在是") {
				t.Errorf("it says %s, want %q", text, want)
			}
		})
	}
}

// TestDeliveredLaterWithoutALimit has nothing to say of the time left.
func TestDeliveredLaterWithoutALimit(t *testing.T) {
	m := again(Message{At: start, Text: "x"}, 1, start.Add(time.Hour))
	if m.Text != "x" || m.Attempt != 1 {
		t.Errorf("it says %q, attempt %d", m.Text, m.Attempt)
	}
}

// TestSaidAgain: what a clock that was ahead said is said again by another
// message, which says so.
func TestSaidAgain(t *testing.T) {
	s, r := open(t)
	r.channels = []Channel{hook("ann")}
	must(t, s.SavePlan(t.Context(), "bank", "Ann", 0, incident.Plan{Ladder: []incident.Person{{Name: "Ann", Channels: []string{"ann"}}}}))
	began(t, s, ciiOnly)
	r.pass(24 * time.Hour)
	r.work(t, s)
	r.pass(-24*time.Hour + 30*time.Minute)
	jobs, err := s.WakeAll(t.Context(), []string{"bank"})
	must(t, err)
	for _, j := range jobs {
		r.jobs[j.Key] = j
	}
	r.work(t, s)
	if got, want := r.said(), []string{"24h0m0s overdue", "30m0s half"}; !slices.Equal(got, want) {
		t.Fatalf("said %q, want %q", got, want)
	}
	if first, second := r.sent[0], r.sent[1]; first.ID == second.ID || strings.Contains(first.Text, "Said again") || !strings.Contains(second.Text, "Said again: the clock of the machine was ahead") || !strings.Contains(second.Text, "再次") {
		t.Errorf("sent %+v", r.sent)
	}
}

// TestWakeAll looks again at every case in which something is to be done, and at
// the card, of every organization.
func TestWakeAll(t *testing.T) {
	s, r := open(t)
	must(t, s.SavePlan(t.Context(), "bank", "Ann", 0, incident.Plan{Ladder: []incident.Person{{Name: "Ann"}}}))
	began(t, s, "")
	add(t, s, began(t, s, ""), incident.Step{Ended: &incident.Ended{}}, incident.Step{Close: &incident.Close{Why: "x"}})
	raise(t, s, odd("1", "", "Odd", "core"), start)
	r.pass(time.Hour)
	jobs, err := s.WakeAll(t.Context(), []string{"bank"})
	must(t, err)
	var keys []string
	for _, j := range jobs {
		if keys = append(keys, j.Key); !j.At.Equal(r.now()) {
			t.Errorf("%s is due at %s", j.Key, j.At)
		}
	}
	if slices.Sort(keys); !slices.Equal(keys, []string{"card/bank", "wake/bank/1", "wake/bank/3"}) {
		t.Errorf("jobs %q", keys)
	}
	broken := s.Config
	broken.Store = away{}
	if _, err := New(broken).WakeAll(t.Context(), []string{"bank"}); err == nil {
		t.Error("it looked at what it cannot read")
	}
}

// TestWakeTwice looks twice at one moment, as after a crash before the job was
// ended: it is said once.
func TestWakeTwice(t *testing.T) {
	s, r, _ := notified(t, false)
	for range 3 {
		next, err := s.Wake(t.Context(), WakeJob("bank", 1, start))
		if err != nil || !next.Equal(start.Add(15*time.Minute)) {
			t.Errorf("again at %s, %v; want when what is due at once is asked for", next, err)
		}
	}
	if got := r.said(); len(got) != 1 {
		t.Errorf("said %q", got)
	}
}

// TestWakeMeetsAPerson who records something between reading and writing.
func TestWakeMeetsAPerson(t *testing.T) {
	s, r, _ := notified(t, false)
	r.pass(5 * time.Minute)
	r.between = 1
	next, err := s.Wake(t.Context(), WakeJob("bank", 1, r.now()))
	must(t, err)
	if got := r.said(); len(got) != 1 || !next.After(r.now()) {
		t.Errorf("said %q, though somebody answered; again at %s", got, next)
	}
}

// TestBrokenJobs have a body that nobody wrote.
func TestBrokenJobs(t *testing.T) {
	s, _ := open(t)
	for _, body := range []string{"", "[]", `{"case":"x"}`} {
		for name, do := range map[string]func(context.Context, job.Job) (time.Time, error){"wake": s.Wake, "send": s.Deliver} {
			if _, err := do(t.Context(), job.Job{Of: "bank", Body: json.RawMessage(body)}); err == nil {
				t.Errorf("%s took %q", name, body)
			}
		}
	}
	if next, err := s.Wake(t.Context(), WakeJob("bank", 7, start)); err != nil || !next.IsZero() {
		t.Errorf("a case that is not there: %s, %v", next, err)
	}
}

func TestLeft(t *testing.T) {
	for want, d := range map[string]time.Duration{"15 min left": 15 * time.Minute, "59 min left": time.Hour - 40*time.Second, "1 h 00 min left": time.Hour - 20*time.Second, "47 h 59 min left": 48*time.Hour - time.Minute,
		"30 days left": 30 * 24 * time.Hour, "1 h 30 min overdue": -90 * time.Minute, "2 days overdue": -50 * time.Hour} {
		if got := left(start.Add(d), start).In(message.English); got != want {
			t.Errorf("%s: %q, want %q", d, got, want)
		}
	}
}

// TestEveryStageHasWords, with a limit and without, outward and in the record.
func TestEveryStageHasWords(t *testing.T) {
	for _, stage := range []incident.Stage{incident.Overdue, incident.Minutes5, incident.Minutes15, incident.Half, incident.Prompt, incident.Crosses, incident.Todo, incident.Opened, incident.Raised, incident.Escalate, incident.Tasks} {
		keys := []string{"respond.say." + string(stage), "cases.stage." + string(stage)}
		if stage != incident.Tasks { // of which other words are said
			keys = append(keys, "respond.say."+string(stage)+".by")
		}
		for _, key := range keys {
			if message.Catalogue(message.English)[key] == "" || message.Catalogue(message.Chinese)[key] == "" {
				t.Errorf("there are no words for %s", key)
			}
		}
	}
}
