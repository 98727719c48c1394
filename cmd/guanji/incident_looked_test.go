package main

import (
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"guanji/internal/evidence"
	"guanji/internal/incident"
	"guanji/internal/message"
)

// atHome opens a home beside the program that serves it, at another time by
// its clock.
func atHome(t *testing.T, home string, ago time.Duration, do func(in *installation)) {
	t.Helper()
	p := &program{lang: message.English, in: strings.NewReader(""), out: io.Discard, errs: io.Discard, getenv: func(string) string { return "" }, now: func() time.Time { return time.Now().Add(-ago) }}
	in, err := p.open(t.Context(), home)
	if err != nil {
		t.Fatal(err)
	}
	defer in.close()
	do(in)
}

// caseBook records in the cases of the bank, as of some time ago.
type caseBook struct {
	t    *testing.T
	home string
}

// alert raises an alert.
func (b caseBook) alert(ago time.Duration, a incident.Alert) (number int64) {
	b.t.Helper()
	atHome(b.t, b.home, ago, func(in *installation) {
		done, err := in.respond.Alert(b.t.Context(), "harbour-bank", "siem", a, in.respond.Now())
		if err != nil {
			b.t.Fatal(err)
		}
		number = done.Case
	})
	return number
}

// open opens a case of which one is aware since then.
func (b caseBook) open(ago time.Duration, o incident.Open) (number int64) {
	b.t.Helper()
	atHome(b.t, b.home, ago, func(in *installation) {
		o.Aware.At = in.respond.Now()
		if o.Aware.Reading == "" {
			o.Aware.Reading = incident.ByPerson
		}
		c, err := in.respond.Open(b.t.Context(), "harbour-bank", "Li Na", incident.Step{Open: &o})
		if err != nil {
			b.t.Fatal(err)
		}
		number = c.Number
	})
	return number
}

// add records steps.
func (b caseBook) add(number int64, ago time.Duration, steps ...incident.Step) {
	b.t.Helper()
	atHome(b.t, b.home, ago, func(in *installation) {
		for _, step := range steps {
			c, err := in.respond.Case(b.t.Context(), "harbour-bank", number)
			if err == nil {
				_, err = in.respond.Add(b.t.Context(), "harbour-bank", "Li Na", number, c.Revision(), step)
			}
			if err != nil {
				b.t.Fatal(err)
			}
		}
	})
}

// factStep states facts.
func factStep(t *testing.T, values string) incident.Step {
	t.Helper()
	f := incident.Facts{}
	if err := json.Unmarshal([]byte(values), &f.Values); err != nil {
		t.Fatal(err)
	}
	return incident.Step{Facts: &f}
}

// someCases leaves a case of each kind: 1 an alert that came three times, 2 an
// incident of critical infrastructure, 3 one of which little is known and whose
// limit has passed, 4 a threat, 5 a handled one, 6 a closed one, 7 a dismissed
// alert, 8 one that belongs to the incident, 9 a drill.
func someCases(t *testing.T, home string) {
	t.Helper()
	b := caseBook{t, home}
	siem := func(ref string) incident.Alert {
		return incident.Alert{Source: "SIEM", Ref: ref, Group: "R-101", Title: "SIEM-4711", Text: "FW-2 10.0.0.7", System: "payments", Severity: "HIGH"}
	}
	for i, ago := range []time.Duration{50, 30, 10} {
		b.alert(ago*time.Minute, siem("A-"+string(rune('1'+i))))
	}
	b.incident(t)
	three := b.open(5*time.Hour, incident.Open{As: incident.Incident, Title: "PII-9", Systems: []string{"mobile-bank"}, Aware: incident.Aware{Reading: incident.Told}})
	b.add(three, 4*time.Hour, factStep(t, `{"incident.pi_individuals": 1200000, "incident.crime_suspected": true}`))
	b.open(3*time.Hour, incident.Open{As: incident.Threat, Title: "CVE-2026-0001", Systems: []string{"core-banking"}})
	for _, closed := range []bool{false, true} {
		n := b.open(30*time.Hour, incident.Open{As: incident.Incident, Title: "DDOS-3", Systems: []string{"website"}})
		b.add(n, 29*time.Hour, factStep(t, `{"incident.cii": false, "incident.confirmed_below_iii": true}`), incident.Step{Ended: &incident.Ended{Note: "OK"}})
		if closed {
			b.add(n, 28*time.Hour, incident.Step{Close: &incident.Close{Why: "OK"}})
		}
	}
	seven := b.alert(26*time.Hour, incident.Alert{Source: "IDS", Title: "IDS-1"})
	b.add(seven, 25*time.Hour, incident.Step{Dismiss: &incident.Dismiss{Why: "IP 10.0.0.9"}})
	eight := b.alert(15*time.Minute, incident.Alert{Source: "IDS", Title: "IDS-2"})
	b.add(eight, 14*time.Minute, incident.Step{Join: &incident.Join{To: 2}})
	nine := b.open(12*time.Minute, incident.Open{As: incident.Incident, Title: "EX-1", Systems: []string{"payments"}, Drill: true})
	b.add(nine, 10*time.Minute, factStep(t, `{"incident.cii": true, "incident.cii_outage_minutes": 12}`))
}

// incident is the one of critical infrastructure, half an hour old: one report
// is made, one time was corrected, one step struck.
func (b caseBook) incident(t *testing.T) {
	n := b.open(40*time.Minute, incident.Open{As: incident.Incident, Title: "CB-7", Systems: []string{"core-banking", "payments"}})
	b.add(n, 35*time.Minute, factStep(t, `{"incident.cii": true, "incident.outage_ongoing": true, "incident.cii_outage_minutes": 12, "incident.crime_suspected": true}`))
	b.add(n, 33*time.Minute, incident.Step{Aware: &incident.Aware{At: time.Now().Add(-38 * time.Minute), Reading: incident.ByPerson, Why: "LOG 2"}})
	b.add(n, 30*time.Minute, incident.Step{Note: &incident.Note{What: "HSM-2"}}, incident.Step{Note: &incident.Note{What: "VLAN 7", Action: true}})
	b.add(n, 28*time.Minute, incident.Step{Role: &incident.Role{Role: "lead", Person: "Li Na", Phone: "010-0000 0000"}}, incident.Step{Task: &incident.Task{What: "SAN 3", Owner: "Li Na", Due: time.Now().Add(20 * time.Minute)}})
	b.add(n, 20*time.Minute, incident.Step{Kept: &incident.Kept{What: "IMG-1", From: "DB-3", Who: "Li Na", Where: "SAFE 2", Sum: "sha256:" + strings.Repeat("ab", 32)}})
	atHome(t, b.home, 15*time.Minute, func(in *installation) {
		c, err := in.respond.Case(t.Context(), "harbour-bank", n)
		if err != nil {
			t.Fatal(err)
		}
		f, err := in.filing.Keep(t.Context(), "receipt.txt", strings.NewReader("R-77"))
		if err != nil {
			t.Fatal(err)
		}
		var note, kept int64
		for _, r := range c.Steps {
			if r.Note != nil && !r.Note.Action {
				note = r.Seq
			}
			if r.Kept != nil {
				kept = r.Seq
			}
		}
		sent := incident.Sent{Report: "RPT-CII/protection_department/initial", Way: "010-0000 0000", Whom: "W.", Receipt: "R-77", Files: []evidence.File{f}}
		for _, step := range []incident.Step{{Sent: &sent}, {Strike: &incident.Strike{Of: note, Why: "HSM-3"}}, {Handed: &incident.Handed{Of: kept, From: "Li Na", To: "Bo", Where: "LAB", Why: "DFIR"}},
			{Part: &incident.Part{ID: "trend", Text: "恢复中"}}} {
			if _, err := in.respond.Add(t.Context(), "harbour-bank", "Li Na", n, 1<<40, step); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestIncidentPagesLooked looks at the pages of cases as
// [TestEveryPageLooked] looks at the others.
func TestIncidentPagesLooked(t *testing.T) {
	b := newBrowser(t)
	for _, r := range []reader{{lang: "en", name: "Ann Example"}, {lang: "zh", name: "王芳"}} {
		t.Run(r.lang, func(t *testing.T) {
			t.Parallel()
			s := site{served: serve(t, t.TempDir(), "designated-bank.yaml", "knows-almost-nothing.yaml")}
			r.mine = s.first(t, "Li Na")
			someCases(t, s.home)
			p := b.page(t)
			p.open(s.base + "/sign-in")
			if r.lang == "zh" {
				p.follow("button[lang=zh-CN]")
			}
			p.open(s.invite(t, r.mine, r.name, "administrator"))
			p.fill("[name=password]", goodPassword)
			p.follow("main button")
			for _, l := range s.incidentLooks(r) {
				l.get(p)
				p.look(l, r.lang)
			}
		})
	}
}

// incidentLooks are the pages of cases.
func (s site) incidentLooks(r reader) []look {
	at := func(path string) func(*page) { return func(p *page) { p.open(s.base + "/o/harbour-bank/" + path) } }
	list := []look{{name: "incidents-none", get: func(p *page) { p.open(s.base + "/o/fog-co/incidents") }}}
	for _, path := range []string{"incidents", "incidents?state=closed", "incidents?state=handled&from=9", "incidents/new", "incidents/new?drill=1", "incidents/1", "incidents/2", "incidents/3", "incidents/4", "incidents/5", "incidents/6",
		"incidents/7", "incidents/8", "incidents/9", "incidents/2/replay", "incidents/9/replay"} {
		list = append(list, look{name: notInNames.ReplaceAllString(path, "-"), get: at(path), alsoPrint: path == "incidents/2" || path == "incidents/9"})
	}
	return append(list,
		look{name: "incident-strike", get: func(p *page) {
			at("incidents/2")(p)
			p.follow("#timeline a.strike")
		}},
		look{name: "incident-sent-mistake", get: func(p *page) {
			at("incidents/3")(p)
			p.click("#due .step-box summary")
			p.eval(`document.querySelector("#due form").noValidate = true`, nil)
			p.follow("#due form .main")
			p.expect(requestFault, "422")
		}},
		look{name: "incident-facts", get: func(p *page) {
			at("incidents/3")(p)
			p.click("#grade .step-box summary")
			p.click("#grade .incident-facts > details summary")
		}},
		look{name: "incident-conflict", get: func(p *page) {
			at("incidents/3")(p)
			p.click("#times .step-box summary")
			p.fill("#times [name=why]", "LOG 4")
			caseBook{p.t, s.home}.add(3, 0, incident.Step{Aware: &incident.Aware{At: time.Now().Add(-3 * time.Hour), Reading: incident.Confirmed, Why: "LOG 3"}})
			p.follow("#times form .main")
			p.expect(requestFault, "409")
		}},
		look{name: "incident-missing", get: func(p *page) { at("incidents/99")(p); p.expect(requestFault, "404") }},
		look{name: "incident-reader", get: func(p *page) {
			p.open(s.invite(p.t, r.mine, r.name+" 2", "reader"))
			p.fill("[name=password]", goodPassword)
			p.follow("main button")
			at("incidents/2")(p)
		}},
	)
}
