package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"guanji/internal/day"
	"guanji/internal/report"
)

// alarm is when the incidents of the tests begin: at 02:31 of a Friday in
// Beijing.
var alarm = time.Date(2026, time.November, 20, 2, 31, 0, 0, day.Beijing)

// desk is a person at a terminal, at simulated time.
type desk struct {
	t    *testing.T
	home string
	now  time.Time
	org  string
}

func newDesk(t *testing.T, example, org string) *desk {
	t.Helper()
	d := &desk{t, t.TempDir(), alarm.AddDate(0, 0, -30), org}
	d.do("organization", "import", "../../examples/"+example)
	d.now = alarm
	return d
}

// run runs a command.
func (d *desk) run(args ...string) (code int, out, errs string) {
	d.t.Helper()
	return callAt(d.t, d.now, d.home, args...)
}

// do runs a command that must succeed, and returns what it wrote.
func (d *desk) do(args ...string) string {
	d.t.Helper()
	code, out, errs := d.run(args...)
	if code != exitDone {
		d.t.Fatalf("guanji %s = %d\n%s", strings.Join(args, " "), code, errs)
	}
	return out
}

// incident runs a command about the first case, some time into the alarm.
func (d *desk) incident(minutes int, command string, args ...string) string {
	d.t.Helper()
	d.now = alarm.Add(time.Duration(minutes) * time.Minute)
	return d.do(append([]string{"incident", command, d.org, "1"}, args...)...)
}

// shown is the first case as it stands.
func (d *desk) shown() (v report.CaseView) {
	d.t.Helper()
	_, out, errs := d.run("incident", "show", d.org, "1", "--format", "json")
	if err := json.Unmarshal([]byte(out), &v); err != nil {
		d.t.Fatalf("%v: %s", err, errs)
	}
	return v
}

// state is what a report of the first case came to.
func (d *desk) state(key string) string {
	d.t.Helper()
	for _, k := range d.shown().Clocks {
		if k.Report == key {
			return k.State
		}
	}
	return "none"
}

// TestAnIncidentByCommands goes from a SIEM's webhook to the closing report, at
// simulated time, and works it out again ten years later.
func TestAnIncidentByCommands(t *testing.T) {
	d := newDesk(t, "designated-bank.yaml", "harbour-bank")
	d.now = alarm.Add(time.Minute)
	alert := filepath.Join("..", "..", "internal", "respond", "testdata", "alerts", "alertmanager.json")
	d.do("incident", "alert", d.org, alert)
	if v := d.shown(); v.State != "alert" || v.AwareAt != nil || len(v.Clocks) != 0 {
		t.Fatalf("an alert alone: %+v", v.CaseLine)
	}
	d.incident(5, "triage", "--as", "incident", "--aware", "2026-11-20 02:35")
	d.incident(7, "fact", "incident.cii=yes", "incident.cii_outage_minutes=12", "incident.crime_suspected=no", "incident.pi_individuals=0", "incident.important_data=no", "incident.core_data=no")
	text := d.incident(34, "show")
	if first, _, _ := strings.Cut(text, "\n"); !strings.HasPrefix(first, "⏱ 30 min left: first report to protection department, by 2026-11-20 03:35") {
		t.Errorf("the first line is %q", first)
	}
	for _, want := range []string{"III, fairly major", "2026-11-20 02:31", "2026-11-20 02:35 · when a person here first saw it", "RPT-CII/public_security/initial"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not shown:\n%s", want, text)
		}
	}
	d.incident(40, "note", "core-1 taken off the network", "--action", "--at", "2026-11-20 02:50")
	d.incident(44, "sent", "protection_department", "--way", "telephone", "--whom", "the officer on duty", "--receipt", "2026-118")
	d.incident(46, "ack")
	d.now = alarm.Add(70 * time.Minute)
	code, out, _ := d.run("incident", "list", d.org)
	if code != exitFound || !strings.Contains(out, "  6 min overdue") {
		t.Errorf("an hour later: %d\n%s", code, out)
	}
	if code, _, errs := d.run("incident", "sent", d.org, "1", "public_security", "--way", "110"); code != exitUsage || !strings.Contains(errs, "--late: the limit had passed") {
		t.Errorf("late without a reason: %d %s", code, errs)
	}
	d.incident(71, "sent", "public_security", "--way", "110", "--at", "2026-11-20T03:20:00+08:00", "--offline")
	d.incident(75, "sent", "sector_regulator", "--way", "the portal of the regulator")
	if got := d.state("RPT-CII/public_security/initial"); got != "made" {
		t.Errorf("what was told on paper is %s", got)
	}
	d.closing()
	d.evidenceOfIt()
	d.now = alarm.AddDate(10, 0, 0)
	if out := d.do("incident", "replay", d.org, "1"); !strings.Contains(out, "the same as in the record") || strings.Contains(out, "✗") {
		t.Errorf("ten years later:\n%s", out)
	}
}

// closing goes from the end of handling to the end of the case.
func (d *desk) closing() {
	d.t.Helper()
	d.incident(5*60, "kept", "--what", "memory image", "--from", "core-1", "--who", "Li Ming", "--where", "safe 2", "--sum", "sha256:"+strings.Repeat("a", 64))
	kept := d.shown().Kept[0].Seq
	d.incident(6*60, "hand", "#"+digits(kept), "--from", "Li Ming", "--to", "Zhang Min", "--where", "safe 1", "--why", "end of shift")
	d.incident(6*60, "role", "lead", "Zhang Min", "--phone", "ext. 8001")
	d.incident(6*60, "task", "restore from backup", "--owner", "Li Ming", "--due", "2026-11-20 12:00")
	d.incident(7*60, "done", digits(d.shown().Tasks[0].Seq), "--note", "restored and checked")
	cause := filepath.Join(d.t.TempDir(), "cause.txt")
	must(d.t, os.WriteFile(cause, []byte("A full disk stopped the journal.\n"), 0o600))
	d.incident(7*60, "part", "closing.cause", cause)
	d.incident(8*60, "end", "--at", "2026-11-20 09:30")
	file := filepath.Join(d.t.TempDir(), "closing.docx")
	d.incident(9*60, "report", "--part", "closing", "-o", file)
	if data, err := os.ReadFile(file); err != nil || string(data[:2]) != "PK" {
		d.t.Errorf("the closing report: %v", err)
	}
	for _, to := range []string{"protection_department", "public_security"} {
		d.incident(20*24*60, "sent", "RPT-CII/"+to+"/closing", "--way", "by post", "--file", file)
	}
	d.incident(20*24*60, "close")
	if v := d.shown(); v.State != "closed" || v.Next != nil || len(v.Kept[0].Hands) != 1 || v.Tasks[0].Done == nil || v.Roles["lead"].Person != "Zhang Min" {
		d.t.Errorf("in the end: %+v", v.CaseLine)
	}
}

func digits(n int64) string { b, _ := json.Marshal(n); return string(b) }

// evidenceOfIt wants evidence and ledger to know of the incident by themselves.
func (d *desk) evidenceOfIt() {
	d.t.Helper()
	out := d.do("evidence", "list", d.org, "--duty", "IRM-4-CII")
	for _, want := range []string{"incident #1: Core banking does not answer; IRM-4-CII", "incident report with receipt; the organization; in order; IRM-4-CII"} {
		if !strings.Contains(strings.Join(strings.Fields(out), " "), want) {
			d.t.Errorf("the evidence for the duty to report lacks %q:\n%s", want, out)
		}
	}
	d.do("ledger", "verify")
}

// TestAnIncidentOfAnother is of an organization that runs no critical
// infrastructure: four hours to the province, and a grade that is corrected.
func TestAnIncidentOfAnother(t *testing.T) {
	d := newDesk(t, "hospital-group.yaml", "willow-hospitals")
	d.do("incident", "open", d.org, "--title", "Patient portal defaced", "--aware", "2026-11-20 02:31", "--lang", "zh")
	d.incident(2, "fact", "incident.cii=no", "incident.qualitative=fairly_serious", "--note", "as the duty officer sees it")
	v := d.shown()
	if *v.Grade != "III" || v.Next.To != "provincial_cac" || v.Next.By.Format("15:04") != "06:31" || *v.Next.Limit != "PT4H" {
		t.Errorf("grade %v, next %+v", *v.Grade, v.Next)
	}
	d.incident(10, "correct", "--aware", "2026-11-20 01:10", "--why", "the help desk saw it first")
	if v = d.shown(); v.Next.By.Format("15:04") != "05:10" || len(v.Awareness) != 2 || *v.Reading != "person" {
		t.Errorf("after the correction: %+v, %+v", v.Next, v.Awareness)
	}
	d.incident(30, "fact", "incident.qualitative=none", "incident.confirmed_below_iii=yes")
	if v = d.shown(); *v.Grade != "IV" || len(v.Grades) < 2 || d.state("RPT-OTHER/provincial_cac/initial") != "none" {
		t.Errorf("below grade III: %v, %+v", *v.Grade, v.Grades)
	}
	d.incident(31, "strike", digits(v.Revision), "--why", "not confirmed by anybody")
	if v = d.shown(); v.Grade == nil || *v.Grade != "III" || d.state("RPT-OTHER/provincial_cac/initial") != "open" {
		t.Errorf("struck: %+v", v.CaseLine)
	}
	d.incident(60, "end")
	d.incident(60, "reopen", "--why", "it came back")
	d.now = alarm.Add(5 * time.Hour)
	if code, out, _ := d.run("incident", "show", d.org, "1", "--lang", "zh"); code != exitFound || !strings.HasPrefix(out, "⏱ 已超过 2 小时 21 分：首报，报送省级网信部门") {
		t.Errorf("in the morning: %d\n%s", code, out)
	}
}

// TestADrillByCommands wants a drill to be told from what happened wherever it
// is named, and to file nothing.
func TestADrillByCommands(t *testing.T) {
	d := newDesk(t, "designated-bank.yaml", "harbour-bank")
	d.do("incident", "open", d.org, "--drill", "--title", "Exercise")
	d.incident(1, "fact", "incident.cii=yes", "incident.cii_outage_minutes=30")
	for _, command := range [][]string{{"incident", "list", d.org}, {"incident", "show", d.org, "1"}, {"incident", "list", d.org, "--lang", "zh"}} {
		if out := d.do(command...); !strings.Contains(out, "演练 DRILL") {
			t.Errorf("%v does not say that it is a drill:\n%s", command, out)
		}
	}
	d.incident(2, "sent", "protection_department", "--way", "pretended")
	if out := d.do("evidence", "list", d.org); strings.Contains(out, "#1") {
		t.Errorf("a drill filed evidence:\n%s", out)
	}
}

// TestReplayNoticesForgery wants exit code 1 where a deadline or a grade in the
// record is not what follows from it.
func TestReplayNoticesForgery(t *testing.T) {
	for name, change := range map[string][2]string{
		"deadline": {`"by":"2026-11-19T19:31:00Z"`, `"by":"2026-11-19T20:31:00Z"`},
		"grade":    {`"grade":"III"`, `"grade":"IV"`},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, "designated-bank.yaml", "harbour-bank")
			d.do("incident", "open", d.org, "--title", "Down")
			d.incident(1, "fact", "incident.cii=yes", "incident.cii_outage_minutes=12")
			d.do("incident", "replay", d.org, "1")
			forger := &target{home: d.home, database: filepath.Join(d.home, databaseFile)}
			forger.sql(t, `update step set body = replace(body, $1, $2) where seq = 2`, change[0], change[1])
			if code, out, _ := d.run("incident", "replay", d.org, "1"); code != exitFound || !strings.Contains(out, "NOT the same") || !strings.Contains(out, "✗") {
				t.Errorf("a forged %s: %d\n%s", name, code, out)
			}
		})
	}
}

// TestTheCardByCommand writes the card and the report to files, whole or not at
// all.
func TestTheCardByCommand(t *testing.T) {
	d := newDesk(t, "designated-bank.yaml", "harbour-bank")
	dir := t.TempDir()
	d.do("incident", "open", d.org, "--title", "Down")
	for name, args := range map[string][]string{
		"card.html": {"incident", "card", d.org}, "card.docx": {"incident", "card", d.org}, "report.docx": {"incident", "report", d.org, "1"}, "notice.html": {"incident", "report", d.org, "1", "--part", "notice"}, "closing.html": {"incident", "report", d.org, "1", "--closing"}, "courtesy.html": {"incident", "report", d.org, "1", "--lang", "en"},
	} {
		file := filepath.Join(dir, name)
		d.do(append(slices.Clone(args), "-o", file)...)
		data, err := os.ReadFile(file)
		if err != nil || (string(data[:2]) == "PK") != strings.HasSuffix(name, ".docx") {
			t.Errorf("%s: %v, %.20q", name, err, data)
		}
		if want := map[string]string{"card.html": "12387", "notice.html": "个人信息安全事件告知书", "closing.html": "总结报告", "courtesy.html": "Courtesy copy"}[name]; !strings.Contains(string(data), want) {
			t.Errorf("%s lacks %q", name, want)
		}
	}
	if code, _, errs := d.run("incident", "report", d.org, "1", "--part", "x", "-o", filepath.Join(dir, "x.docx")); code != exitUsage || !strings.Contains(errs, "--part report, closing or notice") {
		t.Errorf("a part that is none: %d %s", code, errs)
	}
	if code, _, errs := d.run("incident", "card", d.org); code != exitUsage || !strings.Contains(errs, "-o FILE.docx") {
		t.Errorf("without a file: %d %s", code, errs)
	}
	if code, _, _ := d.run("incident", "card", d.org, "-o", filepath.Join(dir, "no", "such", "card.docx")); code != exitFailed {
		t.Errorf("where no folder is: %d", code)
	}
}

// TestTheListByUrgency: what is under way by its deadlines, then alerts, drills,
// and what is over.
func TestTheListByUrgency(t *testing.T) {
	d := newDesk(t, "designated-bank.yaml", "harbour-bank")
	alert := filepath.Join(t.TempDir(), "alert.json")
	for _, ref := range []string{"1", "2"} {
		must(t, os.WriteFile(alert, []byte(`{"source": "siem", "ref": "`+ref+`", "title": "Odd `+ref+`"}`), 0o600))
		d.do("incident", "alert", d.org, alert)
	}
	d.do("incident", "triage", d.org, "2", "--as", "dismiss", "--why", "a test")
	d.do("incident", "open", d.org, "--title", "Exercise", "--drill", "--aware", "2026-11-20 01:00")
	d.do("incident", "open", d.org, "--title", "Later")
	d.do("incident", "open", d.org, "--title", "Sooner", "--aware", "2026-11-20 02:10")
	_, out, _ := d.run("incident", "list", d.org)
	at := -1
	for _, title := range []string{"Sooner", "Later", "Odd 1", "Exercise", "Odd 2"} {
		next := strings.Index(out, title)
		if next < at {
			t.Errorf("%s is too early:\n%s", title, out)
		}
		at = next
	}
}

// TestMistakesOfCommands says all that is wrong, and what to do instead.
func TestMistakesOfCommands(t *testing.T) {
	d := newDesk(t, "designated-bank.yaml", "harbour-bank")
	d.do("incident", "open", d.org, "--title", "Down")
	alert := filepath.Join(t.TempDir(), "alert.json")
	must(t, os.WriteFile(alert, []byte(`{"source": "siem", "title": "Odd"}`), 0o600))
	d.do("incident", "alert", d.org, alert)
	for name, tt := range map[string]struct {
		args []string
		want []string
	}{
		"facts":           {[]string{"fact", d.org, "1", "incident.cii=maybe", "incident.loss_cny=-4", "x=1", "y"}, []string{"incident.cii: choose", "incident.loss_cny: out of range", "x is no fact", "not \"y\""}},
		"joined to what":  {[]string{"triage", d.org, "2", "--as", "join"}, []string{"--into N"}},
		"closed too soon": {[]string{"close", d.org, "1"}, []string{"say first that handling has ended"}},
	} {
		code, _, errs := d.run(append([]string{"incident"}, tt.args...)...)
		for _, want := range tt.want {
			if code == exitDone || !strings.Contains(errs, want) {
				t.Errorf("%s: %d, lacks %q: %s", name, code, want, errs)
			}
		}
	}
}
