package main

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"guanji/internal/incident"
)

// inOrder fails if texts do not stand one after the other.
func inOrder(t *testing.T, body string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		_, after, ok := strings.Cut(body, text)
		if !ok {
			t.Fatalf("%q is not there, or stands too early", text)
		}
		body = after
	}
}

// section is a part of a page by its id.
func section(t *testing.T, body, id string) string {
	t.Helper()
	_, after, ok := strings.Cut(body, `id="`+id+`"`)
	if !ok {
		t.Fatalf("there is no %s", id)
	}
	part, _, _ := strings.Cut(after, "</section>")
	return part
}

var picks = regexp.MustCompile(`name="case" value="([0-9.]+)"`)

// TestAlertsBuryNothing lists an incident before all alerts, and these by how
// severe they are.
func TestAlertsBuryNothing(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	b := caseBook{t, s.home}
	for i, severity := range []string{"low", "严重", "", "High"} {
		b.alert(time.Duration(60-i)*time.Minute, incident.Alert{Source: "SIEM", Title: fmt.Sprintf("Rule %d", i+1), Severity: severity})
	}
	b.open(5*time.Minute, incident.Open{As: incident.Incident, Title: "Core banking is down"})
	inOrder(t, v.want(http.StatusOK, v.get(bankCases)).body, "Under way", "Core banking is down", "Alerts that wait", "Rule 2", "Rule 4", "Rule 3", "Rule 1")
}

// TestSeveralAlertsAreDismissed dismisses alerts at once; one to which somebody
// else saw meanwhile stays as it is.
func TestSeveralAlertsAreDismissed(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	b := caseBook{t, s.home}
	for i := range 4 {
		b.alert(time.Hour, incident.Alert{Source: "SIEM", Title: fmt.Sprintf("Rule %d", i+1)})
	}
	var ticked []string
	for _, m := range picks.FindAllStringSubmatch(v.get(bankCases).body, -1) {
		ticked = append(ticked, "case", m[1])
	}
	if len(ticked) != 8 {
		t.Fatalf("the list offers %q", ticked)
	}
	const path = bankCases + "/dismiss"
	v.want(http.StatusUnprocessableEntity, v.post(path, "why", "a scan"), "tick the alerts", "a scan")
	v.want(http.StatusUnprocessableEntity, v.post(path, ticked[:2]...), "Nothing was recorded", `value="`+ticked[1]+`" checked`)
	v.want(http.StatusUnprocessableEntity, v.post(path, "why", "x", "case", "one"))
	v.want(http.StatusNotFound, v.post(path, "why", "x", "case", "77.1"))
	b.add(1, 0, incident.Step{Dismiss: &incident.Dismiss{Why: "another reason"}})
	got := v.want(http.StatusSeeOther, v.post(path, append(ticked[:6:6], "why", "a planned scan", "state", "alert")...))
	v.want(http.StatusOK, v.get(strings.ReplaceAll(got.header.Get("Location"), "&amp;", "&")), "neither incident nor threat: 2.", "meanwhile: 1.", "Rule 4")
	for n, why := range map[int]string{1: "another reason", 2: "a planned scan", 3: "a planned scan"} {
		v.want(http.StatusOK, v.get(fmt.Sprintf("%s/%d", bankCases, n)), "dismissed", why)
	}
	r := v.invite("Wang Fang", "reader")
	if body := r.want(http.StatusOK, r.get(bankCases), "Rule 4").body; picks.MatchString(body) {
		t.Error("a reader is offered to dismiss")
	}
	r.want(http.StatusForbidden, r.post(path, append(ticked, "why", "x")...))
}

// TestThreatHasFacts states a fact of a threat on its page.
func TestThreatHasFacts(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	v.want(http.StatusOK, v.get(bankCases+"/new"), `name="fact.incident.cii"`)
	path := v.openCase("as", "threat", "systems", "website")
	body := v.want(http.StatusOK, v.get(path), `href="#grade"`, `name="fact.incident.cii"`).body
	if grade := section(t, body, "grade"); !strings.Contains(grade, "Facts") || strings.Contains(grade, "How the grade changed") {
		t.Errorf("the facts of a threat: %.500s", grade)
	}
	v.want(http.StatusSeeOther, v.step(path, "facts", withFacts("incident.cii", "yes")...))
	if stated := section(t, v.get(path).body, "grade"); !strings.Contains(stated, "What is stated") || !strings.Contains(stated, "Li Wei") {
		t.Errorf("what was stated: %.800s", stated)
	}
}

// TestClosedCaseSaysWhatWasNotMade closes a case of which reports were never
// made: its head says why, and which.
func TestClosedCaseSaysWhatWasNotMade(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	path := v.openCase(withFacts("incident.cii", "yes", "incident.cii_outage_minutes", "12")...)
	v.want(http.StatusSeeOther, v.step(path, "sent", "of", "RPT-CII/public_security/initial", "way", "by telephone"))
	v.want(http.StatusSeeOther, v.step(path, "ended"))
	v.want(http.StatusSeeOther, v.step(path, "close", "why", "opened by mistake"))
	body := v.want(http.StatusOK, v.get(path), "never made", "The case is closed, and reports were never made").body
	head := section(t, body, "clock")
	for _, want := range []string{"closed", "opened by mistake", "Li Wei", "were never made", "Protection department"} {
		if !strings.Contains(head, want) {
			t.Errorf("the head of a closed case lacks %q: %s", want, head)
		}
	}
	if strings.Contains(body, "No report is to be made now") {
		t.Error("the page says that nothing is due, and not that reports were never made")
	}
	if !strings.Contains(body, `class="was-sent"`) {
		t.Error("what was made is gone")
	}
}

// TestAnotherReportIsMade records a second report to a recipient that was told,
// and offers the notice to the people concerned.
func TestAnotherReportIsMade(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	path := v.openCase(append(withFacts("incident.cii", "yes", "incident.cii_outage_minutes", "12", "incident.pi_individuals", "5"), "at", formTime(time.Now().Add(-2*time.Hour)))...)
	sent := []string{"of", "RPT-CII/public_security/initial", "way", "by telephone"}
	v.want(http.StatusSeeOther, v.step(path, "sent", append(sent, "late", "the line was dead")...))
	v.want(http.StatusOK, v.get(path), "Another report", "items three to eight", "part=notice")
	v.want(http.StatusSeeOther, v.step(path, "sent", append(sent, "receipt", "R-78")...))
	v.want(http.StatusOK, v.get(path), "R-78", "the line was dead")
}

// TestCriticalOrNotIsNeverStatedSilently: for a system that a notice names, yes
// is chosen in the form that opens a case, with the reason, and suggested later;
// where there was no notice, the page says that no is taken.
func TestCriticalOrNotIsNeverStatedSilently(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml", "hospital-group.yaml")
	v := s.first(t, "Li Wei")
	b := caseBook{t, s.home}
	b.alert(time.Hour, incident.Alert{Source: "SIEM", Title: "Rule 1", System: "payments"})
	b.alert(time.Hour, incident.Alert{Source: "SIEM", Title: "Rule 2", System: "website"})
	const yes = `name="fact.incident.cii" value="yes" checked`
	v.want(http.StatusOK, v.get(bankCases+"/1"), yes, "So yes is chosen")
	if body := v.want(http.StatusOK, v.get(bankCases+"/2"), "data-named").body; strings.Contains(body, yes) {
		t.Error("yes is chosen for a system that no notice names")
	}
	path := v.openCase()
	if body := v.want(http.StatusOK, v.get(path), "Named in a notice of designation", "probably yes").body; strings.Contains(body, yes) {
		t.Error("yes is chosen in the form for facts")
	}
	const hospital = "/o/willow-hospitals/incidents"
	v.want(http.StatusOK, v.get(hospital+"/new"), "taken as no")
	got := v.want(http.StatusSeeOther, v.post(hospital+"/new", newCase("systems", "")...))
	where, _, _ := strings.Cut(got.header.Get("Location"), "?")
	v.want(http.StatusOK, v.get(where), "taken as no", "Say yes if")
	v.want(http.StatusSeeOther, v.step(where, "facts", withFacts("incident.cii", "yes")...))
	if body := v.get(where).body; strings.Contains(body, "taken as no") {
		t.Error("what was stated is taken as no")
	}
}

// TestWrittenPartGrowsOld writes a part of the report and states facts after
// it: the page says so, and shows what the record knows.
func TestWrittenPartGrowsOld(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	path := v.openCase(withFacts("incident.cii", "yes", "incident.cii_outage_minutes", "12")...)
	const stale = "Grade or facts changed after this was written"
	v.want(http.StatusSeeOther, v.step(path, "part", "of", "event", "text", "中断十二分钟"))
	v.want(http.StatusSeeOther, v.step(path, "part", "of", "unit", "text", "示例银行"))
	if body := v.want(http.StatusOK, v.get(path), "What the record knows now", "data-copy=").body; strings.Contains(body, stale) {
		t.Error("what was just written is old")
	}
	v.want(http.StatusSeeOther, v.step(path, "facts", "was.incident.cii_outage_minutes", "12", "fact.incident.cii_outage_minutes", "75"))
	body := v.want(http.StatusOK, v.get(path), stale, "75", "中断十二分钟").body
	if n := strings.Count(body, stale); n != 1 {
		t.Errorf("%d parts are old, want one: what names the organization rests on no fact", n)
	}
}

// TestWhatWasDoneIsSaidThere says where a reader lands what was recorded.
func TestWhatWasDoneIsSaidThere(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	path := v.openCase()
	for _, tt := range []struct {
		kind, section string
		pairs         []string
	}{
		{"task", "tasks", []string{"what", "call"}},
		{"role", "roles", []string{"role", "lead", "person", "Bo"}},
		{"note", "timeline", []string{"what", "seen", "action", "0"}},
		{"kept", "kept", []string{"what", "image", "from", "db-3", "who", "Bo", "where", "safe", "sum", strings.Repeat("0", 64)}},
		{"part", "parts", []string{"of", "trend", "text", "恢复中"}},
	} {
		t.Run(tt.kind, func(t *testing.T) {
			v := *v
			v.t = t
			to := v.want(http.StatusSeeOther, v.step(path, tt.kind, tt.pairs...)).header.Get("Location")
			to, at, _ := strings.Cut(to, "#")
			body := v.get(to).body
			if at != "told" || strings.Count(body, `id="told" tabindex="-1" role="status"`) != 1 || !strings.Contains(section(t, body, tt.section), `id="told"`) {
				t.Errorf("after %s one lands at %q of %.200s", tt.kind, at, section(t, body, tt.section))
			}
		})
	}
}

// TestDrillCallsNobody shows the numbers of a drill as text.
func TestDrillCallsNobody(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	real, drill := v.openCase(), v.openCase("drill", "1")
	v.want(http.StatusOK, v.get(real), `href="tel:`)
	body := v.want(http.StatusOK, v.get(drill), "12387").body
	if strings.Contains(body, `href="tel:`) || strings.Contains(body, `class="call"`) {
		t.Error("a drill has a number to be called")
	}
}

// TestEndAsksForTheOutage ends handling while an outage is said to go on.
func TestEndAsksForTheOutage(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	path := v.openCase(withFacts("incident.cii", "yes", "incident.outage_ongoing", "yes", "incident.cii_outage_minutes", "12")...)
	v.want(http.StatusOK, v.get(path), "It is said that the outage goes on")
	was := []string{"was.incident.outage_ongoing", "true", "was.incident.cii_outage_minutes", "12", "fact.incident.cii_outage_minutes", "30"}
	v.want(http.StatusUnprocessableEntity, v.step(path, "ended", was...), "say whether the outage", `value="30"`)
	v.want(http.StatusSeeOther, v.step(path, "ended", append(was, "fact.incident.outage_ongoing", "no")...))
	body := v.want(http.StatusOK, v.get(path), "Handling ended").body
	if stated := section(t, body, "grade"); !strings.Contains(stated, "30 minutes") {
		t.Errorf("after the end is stated: %.1500s", stated)
	}
}

// TestFolderThatIsNotThere proposes a folder that this machine lacks.
func TestFolderThatIsNotThere(t *testing.T) {
	s := serve(t, t.TempDir())
	v := s.first(t, "Li Wei")
	v.want(http.StatusUnprocessableEntity, v.post("/settings/channels", "means", "folder", "name", "Gatehouse", "address", "/nowhere/at/all"), "no such folder", `value="/nowhere/at/all"`)
	v.want(http.StatusUnprocessableEntity, v.post("/settings/channels", "means", "folder", "name", "Gatehouse", "address", "here"))
}
