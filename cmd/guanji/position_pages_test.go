package main

import (
	"encoding/csv"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"guanji/internal/day"
	"guanji/internal/evidence"
	"guanji/internal/message"
	"guanji/internal/regime"
)

// today is the day on which the test runs.
func today() day.Day { return day.In(time.Now()) }

// fileItems opens a home beside the program that serves it, and files items.
func fileItems(t *testing.T, home, organization, by string, items ...evidence.Item) []evidence.Filed {
	t.Helper()
	p := &program{lang: message.English, in: strings.NewReader(""), out: io.Discard, errs: io.Discard, getenv: func(string) string { return "" }, now: time.Now}
	in, err := p.open(t.Context(), home)
	if err != nil {
		t.Fatal(err)
	}
	defer in.close()
	list, err := in.filing.File(t.Context(), organization, by, items...)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// attested is evidence that somebody attested, observed some days ago.
func attested(duty, subject, kind string, ago int) evidence.Item {
	return evidence.Item{Record: &evidence.Record{Kind: kind, Duties: []string{duty}, Subject: subject, Observed: today().AddDays(-ago), Result: evidence.InOrder,
		Method: evidence.Method{Kind: evidence.Attested, Who: "the security lead"}}}
}

// someEvidence files for the bank what a year leaves: much on file, some that
// ends soon, some that lapsed, some never filed; an order that was carried out
// in time, a plan that runs, and tasks that somebody has.
func someEvidence(t *testing.T, home, owner string) {
	t.Helper()
	p := &program{lang: message.English, getenv: func(string) string { return "" }, now: time.Now}
	set, err := p.set()
	if err != nil {
		t.Fatal(err)
	}
	f, err := set.Vocabulary.ReadFile("bank", readExample(t, "designated-bank.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	a, err := set.Assess(f, today())
	if err != nil {
		t.Fatal(err)
	}
	var items []evidence.Item
	ago := []int{3, 40, 340, 500, 90, 800, 200}
	for i, d := range a.Duties {
		if d.Applies != regime.Yes || i%6 == 0 {
			continue
		}
		if d.Cadence.Kind == "event" && i%3 == 0 {
			items = append(items, evidence.Item{Event: &evidence.Event{Duty: d.ID, Subject: d.Subject, Day: today().AddDays(-ago[i%7]), What: "a drill"}})
		}
		items = append(items, attested(d.ID, d.Subject, d.Evidence[0].Kind, ago[(i/2)%7]))
	}
	fileItems(t, home, "harbour-bank", "Li Na", items...)
	one := func(it evidence.Item) int64 { return fileItems(t, home, "harbour-bank", "Li Na", it)[0].Seq }
	order := one(planned("CSL-36-3-BACKUP", "payments", evidence.ByOrder, 120, 60, "Restore the payment gateways from their backup, and show it."))
	one(attested("CSL-36-3-BACKUP", "payments", "backup.test", 100))
	one(evidence.Item{End: &evidence.End{Of: order, How: evidence.Done, Day: today().AddDays(-75), Reason: "measured"}})
	one(planned("CIIR-15-1-PLAN", evidence.Organization, evidence.ByPlan, 20, -40, "Bring the protection plan up to date and have it adopted."))
	for _, duty := range []string{"CIIR-15-1-PLAN", "CSL-27-PLAN"} {
		one(evidence.Item{Assignment: &evidence.Assignment{Duty: duty, Subject: evidence.Organization, Owner: owner, Due: today().AddDays(5), Remind: 10, Note: "ask operations first"}})
	}
}

// planned is an order or plan that started some days ago and is due some days ago.
func planned(duty, subject string, basis evidence.Basis, started, due int, what string) evidence.Item {
	p := &evidence.Plan{Duty: duty, Subject: subject, Basis: basis, Started: today().AddDays(-started), Due: today().AddDays(-due), What: what, Reference: "EXAMPLE-7"}
	if basis == evidence.ByOrder {
		p.By = "the sector regulator"
	}
	return evidence.Item{Plan: p}
}

// TestPositionPages reads the pages of position and tasks without a script.
func TestPositionPages(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml", "knows-almost-nothing.yaml")
	v := s.first(t, "Li Na")
	v.want(http.StatusSeeOther, v.post("/organizations", "id", "new-co", "name_en", "New Example Company", "name_zh", "示例新公司"))
	someEvidence(t, s.home, "Li Na")
	t.Run("position", v.on((*visitor).readPosition))
	t.Run("filters", v.on((*visitor).filterPosition))
	t.Run("other days", v.on((*visitor).otherPositions))
	t.Run("file", v.on((*visitor).positionFile))
	t.Run("rectification", v.on((*visitor).readLeniency))
	t.Run("duty", v.on((*visitor).readDutyEvidence))
	t.Run("overview", v.on((*visitor).readPositionCard))
	t.Run("tasks", v.on((*visitor).readTasks))
	t.Run("calendar", v.on((*visitor).readCalendar))
	t.Run("calendar file", v.on((*visitor).readCalendarFile))
	t.Run("assign", v.on((*visitor).assignTask))
	t.Run("gaps", func(t *testing.T) { s.positionWithGaps(t, v) })
	t.Run("nothing stated", v.on((*visitor).emptyPosition))
	t.Run("a reader", func(t *testing.T) { s.readerOfTasks(t, v) })
}

// on makes a test of what a visitor does.
func (v *visitor) on(do func(v *visitor)) func(*testing.T) {
	return func(t *testing.T) {
		as := *v
		as.t = t
		do(&as)
	}
}

const bank = "/o/harbour-bank"

func (v *visitor) readPosition() {
	got := v.want(http.StatusOK, v.get(bank+"/position"), "Binding duties, by where they stand", "Overdue (", "Attach evidence", "Areas over time", "What changed since", "Orders and plans", "Every duty",
		`href="/o/harbour-bank/position?state=overdue#list"`, `href="/o/harbour-bank/evidence/new?duty=`)
	if n := strings.Count(got.body, `<th scope="col"><a href="/o/harbour-bank/position?on=`) + strings.Count(got.body, `<th scope="col" class="asked">`); n != 13 {
		v.t.Errorf("the heat map has %d days, want the ends of 12 months and the day asked", n)
	}
	if late := strings.Index(got.body, `id="overdue"`); late < 0 || late > strings.Index(got.body, `id="heat"`) {
		v.t.Error("what is overdue does not come before the rest")
	}
	if star, note := strings.Contains(got.body, " *</span></a></td>"), strings.Contains(got.body, "* Nothing in the area binds"); star != note {
		v.t.Errorf("a cell has a star: %v, and the star is explained: %v", star, note)
	}
}

func (v *visitor) filterPosition() {
	for query, want := range map[string]int{"state=overdue": -1, "state=on_file&area=protect": -1, "subject=payments": -1, "q=csl-23-logs": 1, "q=%C2%A7%C2%A7": 0, "area=nothing": 0} {
		got := v.want(http.StatusOK, v.get(bank+"/position?"+query))
		list := got.body[strings.Index(got.body, `<div id="list"`):]
		rows := strings.Count(list, `<tr class="first">`)
		if want < 0 && rows == 0 || want >= 0 && rows != want {
			v.t.Errorf("%s lists %d duties, want %d", query, rows, want)
		}
		if strings.HasPrefix(query, "state=overdue") && (strings.Contains(list, "> evidence on file<") || !strings.Contains(list, "> overdue<")) {
			v.t.Errorf("%s lists other states, too", query)
		}
	}
	r, err := http.NewRequest(http.MethodGet, v.at(bank+"/position?state=none"), nil)
	if err != nil {
		v.t.Fatal(err)
	}
	r.Header.Set("HX-Request", "true")
	r.Header.Set("HX-Target", "list")
	if got := v.want(http.StatusOK, v.do(r), `<div id="list"`); strings.Contains(got.body, "<html") {
		v.t.Error("htmx gets the whole page")
	}
}

func (v *visitor) otherPositions() {
	past := today().AddDays(-70).String()
	v.want(http.StatusOK, v.get(bank+"/position?on="+past+"&span=quarter"), "Answer for "+past, "in rectification", "span=year")
	v.want(http.StatusNotFound, v.get(bank+"/position?known="+today().AddDays(-1).String())) // nobody had told of it yet
	v.want(http.StatusOK, v.get(bank+"/position?since="+today().AddDays(-90).String()), "What changed since "+today().AddDays(-90).String())
	v.want(http.StatusUnprocessableEntity, v.get(bank+"/position?since=2026-02-30"), "is no day")
	v.want(http.StatusUnprocessableEntity, v.get(bank+"/position?since="+today().AddDays(1).String()), "choose an earlier one")
	v.want(http.StatusUnprocessableEntity, v.get(bank+"/position?since=2016-01-01"))
	v.want(http.StatusNotFound, v.get("/o/nobody/position"))
}

func (v *visitor) positionFile() {
	got := v.want(http.StatusOK, v.get(bank+"/position.csv?state=overdue"), "\uFEFFid,")
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(got.body, "\uFEFF"))).ReadAll()
	if err != nil || len(rows) < 2 {
		v.t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, r := range rows[1:] {
		if at := slices.Index(rows[0], "state"); r[at] != "overdue" || r[slices.Index(rows[0], "since")] == "" {
			v.t.Errorf("a row of what is overdue: %q", r)
		}
	}
	if name := got.header.Get("Content-Disposition"); !strings.Contains(name, "harbour-bank-position-"+today().String()+".csv") {
		v.t.Errorf("the file is called %s", name)
	}
}

func (v *visitor) readLeniency() {
	v.want(http.StatusOK, v.get(bank+"/position/leniency"), "/law/provisions/CSL-73", "/law/provisions/IRM-11", "The authority decides", "the sector regulator", "done in time, 15 days before", "runs, 40 days left",
		"backup and restore test", "data-print")
	v.want(http.StatusOK, v.get(bank+"/position/leniency?on="+today().AddDays(-130).String()), "No order or plan had started")
	v.want(http.StatusOK, v.get(bank+"/position"), "done in time, 15 days before")
}

func (v *visitor) readDutyEvidence() {
	got := v.want(http.StatusOK, v.get(bank+"/duties/CIIR-15-1-PLAN"), "Where it stands", "in rectification", "the plan of the organization sets this day", "Li Na",
		`href="/o/harbour-bank/evidence/new?duty=CIIR-15-1-PLAN&amp;subject=organization"`, `href="/o/harbour-bank/plans/new?duty=CIIR-15-1-PLAN&amp;subject=organization"`)
	if strings.Contains(got.body, "events/new") {
		v.t.Error("an event can be recorded for a duty that none starts")
	}
	v.want(http.StatusOK, v.get(bank+"/duties/CIIR-11-CHANGE"), `href="/o/harbour-bank/events/new?duty=CIIR-11-CHANGE`)
}

func (v *visitor) readPositionCard() {
	v.want(http.StatusOK, v.get(bank), "Evidence for the duties", "Your tasks that are late or near", "All of yours: 2", `href="/o/harbour-bank/tasks?owner=me"`)
}

func (v *visitor) readTasks() {
	all := v.want(http.StatusOK, v.get(bank+"/tasks"), "Tasks: ", "Attach evidence", "nobody", "Assign")
	first, later := strings.Index(all.body, `</span> late</span>`), strings.LastIndex(all.body, `</span> late</span>`)
	if other := strings.Index(all.body, `</span> later</span>`); first < 0 || other >= 0 && other < later {
		v.t.Error("late tasks do not come first")
	}
	mine := v.want(http.StatusOK, v.get(bank+"/tasks?owner=me"), "ask operations first", "shown as near from 10 days before", "set by Li Na; the law sets no such day", today().AddDays(5).String())
	if n := strings.Count(mine.body, `<div class="task">`); n != 2 {
		v.t.Errorf("Li Na has %d tasks, want 2", n)
	}
	if got := v.want(http.StatusOK, v.get(bank+"/tasks?owner=none&area=respond")); strings.Contains(got.body, "ask operations first") {
		v.t.Error("tasks of somebody are listed as nobody's")
	}
	v.want(http.StatusOK, v.get(bank+"/tasks?owner=%3DNobody+Known"), "No task matches")
}

func (v *visitor) readCalendar() {
	month := v.want(http.StatusOK, v.get(bank+"/tasks?view=calendar&month=2026-10"), "October 2026", "November 2026 →", "holiday", "worked", "Thu 1 Oct")
	if n := strings.Count(month.body, "<span class=\"mark\">holiday"); n != 5 {
		v.t.Errorf("%d weekdays of October are holidays, want 1, 2, 5, 6 and 7", n)
	}
	if n := strings.Count(month.body, "<span class=\"mark\">worked"); n != 1 {
		v.t.Errorf("%d weekend days of October are worked, want the 10th", n)
	}
	v.want(http.StatusOK, v.get(bank+"/tasks?view=calendar&month=2031-02"), "The public holidays of this year are not held")
	due := today().AddDays(5)
	v.want(http.StatusOK, v.get(bank+"/tasks?view=calendar&owner=me&month="+due.Start().Format("2006-01")), "Have an incident emergency plan")
	v.want(http.StatusOK, v.get(bank+"/tasks?due="+due.String()), "Due on "+due.String())
	for _, bad := range []string{"2026-13", "x", "2016-01", "2026-10-01"} {
		v.want(http.StatusUnprocessableEntity, v.get(bank+"/tasks?view=calendar&month="+bad), "is no month held here")
	}
}

var eventDays = regexp.MustCompile(`(?m)^DTSTART;VALUE=DATE:(\d{8})\r$`)

func (v *visitor) readCalendarFile() {
	got := v.want(http.StatusOK, v.get(bank+"/tasks.ics?owner=me"), "BEGIN:VCALENDAR\r\n", "TRIGGER:-P10D\r\n", "END:VCALENDAR\r\n")
	if kind := got.header.Get("Content-Type"); kind != "text/calendar; charset=utf-8" {
		v.t.Errorf("the file is %s", kind)
	}
	want := today().AddDays(5).Start().Format("20060102")
	if days := eventDays.FindAllStringSubmatch(got.body, -1); len(days) != 2 || days[0][1] != want {
		v.t.Errorf("the events are on %v, want two on %s", days, want)
	}
	if again := v.get(bank + "/tasks.ics?owner=me"); uids(again.body) != uids(got.body) || uids(got.body) == "" {
		v.t.Errorf("the ids change: %s and %s", uids(got.body), uids(again.body))
	}
}

func uids(file string) string {
	return strings.Join(regexp.MustCompile(`UID:\S+`).FindAllString(file, -1), " ")
}

func (v *visitor) assignTask() {
	send := func(pairs ...string) answer {
		return v.post(bank+"/tasks/assign?owner=none", append([]string{"duty", "CIIR-16-RESOURCES", "subject", "organization"}, pairs...)...)
	}
	got := v.want(http.StatusSeeOther, send("assignee", "Li Na", "due_day", today().AddDays(30).String(), "remind", "7", "note", "the budget"))
	if to := got.header.Get("Location"); to != bank+"/tasks?done=assigned&owner=none" {
		v.t.Errorf("it leads to %s", to)
	}
	v.want(http.StatusOK, v.get(bank+"/tasks?owner=me"), "the budget", "shown as near from 7 days before")
	for name, tt := range map[string]struct {
		pairs []string
		why   string
	}{
		"somebody without an account":  {[]string{"assignee", "Nobody Known", "remind", "7"}, "Nobody Known has no account that may file"},
		"no day":                       {[]string{"assignee", "Li Na", "due_day", "soon", "remind", "7"}, "is no day"},
		"no number":                    {[]string{"assignee", "Li Na", "remind", "week"}, "want 0 to 365 days"},
		"too early":                    {[]string{"assignee", "Li Na", "remind", "366"}, "want 0 to 365 days"},
		"more subjects than there are": {[]string{"assignee", "Li Na", "remind", "1", "subject", "nothing"}, "more than the subjects of this duty: 1"},
	} {
		if got := send(append(tt.pairs, "note", "kept words")...); got.code != http.StatusUnprocessableEntity || !strings.Contains(got.body, tt.why) || !strings.Contains(got.body, "kept words") {
			v.t.Errorf("%s: %d, want 422 with %q", name, got.code, tt.why)
		}
	}
	v.want(http.StatusUnprocessableEntity, v.post(bank+"/tasks/assign", "duty", "CIIR-16-RESOURCES"))
	v.want(http.StatusUnprocessableEntity, v.post(bank+"/tasks/assign", "duty", "CIIR-16-RESOURCES", "assignee", "Li Na", "remind", "1", "subject", "nothing"), "there is no system nothing")
	v.assignOften()
}

var filedShown = regexp.MustCompile(`/o/harbour-bank/evidence/(\d+)`)

// assignOften names one subject a thousand times in one form: it is filed once.
func (v *visitor) assignOften() {
	newest := func() int {
		m := filedShown.FindStringSubmatch(v.want(http.StatusOK, v.get("/ledger/leaves?org=harbour-bank&what=filed")).body)
		n, err := strconv.Atoi(m[1])
		if err != nil {
			v.t.Fatal(err)
		}
		return n
	}
	before, pairs := newest(), []string{"duty", "CIIR-16-RESOURCES", "assignee", "Li Na", "remind", "3", "note", "once"}
	for range 1000 {
		pairs = append(pairs, "subject", "organization")
	}
	v.want(http.StatusSeeOther, v.post(bank+"/tasks/assign", pairs...))
	if got := newest(); got != before+1 {
		v.t.Errorf("the newest is %d after %d, want one more", got, before)
	}
}

// positionWithGaps follows evidence that saw gaps from the day of filing until
// somebody says that they are put right.
func (s *served) positionWithGaps(t *testing.T, visitor *visitor) {
	v := *visitor
	v.t = t
	line := bank + "/position?q=CSL-27-RISKS"
	v.want(http.StatusOK, v.get(line+"&gaps=1"), "Nothing matches the filter")
	seen := attested("CSL-27-RISKS", evidence.Organization, "rectification.record", 0)
	seen.Record.Result = evidence.Gaps
	fileItems(t, s.home, "harbour-bank", "Li Na", seen)
	v.want(http.StatusOK, v.get(bank+"/position"), "Of the duties with evidence on file, with gaps: 1", `href="/o/harbour-bank/position?gaps=1#list"`)
	v.want(http.StatusOK, v.get(line+"&gaps=1"), "! gaps seen", "evidence on file")
	v.want(http.StatusSeeOther, v.post(bank+"/tasks/assign", "duty", "CSL-27-RISKS", "subject", "organization", "assignee", "Li Na", "remind", "7"))
	v.want(http.StatusOK, v.get(bank+"/tasks?owner=me"), "gaps were seen: record a plan to put them right, or file new evidence", `href="/o/harbour-bank/plans/new?duty=CSL-27-RISKS&amp;subject=organization"`)
	plan := fileItems(t, s.home, "harbour-bank", "Li Na", planned("CSL-27-RISKS", evidence.Organization, evidence.ByPlan, 4, -40, "patch"))[0].Seq
	v.want(http.StatusSeeOther, v.post(bank+"/tasks/assign", "duty", "CSL-27-RISKS", "subject", "organization", "assignee", "Li Na", "due_day", today().AddDays(60).String(), "remind", "7"))
	v.want(http.StatusOK, v.get(bank+"/tasks?owner=me"), "set to "+today().AddDays(60).String()+" by Li Na, which is too late: the duty asks for "+today().AddDays(40).String())
	fileItems(t, s.home, "harbour-bank", "Li Na", evidence.Item{End: &evidence.End{Of: plan, How: evidence.Done, Day: today(), Reason: "done"}})
	v.want(http.StatusOK, v.get(line), "> no evidence<", "gaps were seen, and were put right since")
}

func (v *visitor) emptyPosition() {
	for _, org := range []string{"new-co", "fog-co"} {
		for _, page := range []string{"/position", "/position/leniency", "/tasks", "/tasks?view=calendar", "/tasks.ics", "/position.csv", ""} {
			v.want(http.StatusOK, v.get("/o/"+org+page))
		}
	}
}

// readerOfTasks reads as somebody who may not file.
func (s *served) readerOfTasks(t *testing.T, admin *visitor) {
	v := s.visitor(t)
	v.want(http.StatusSeeOther, v.post(s.invite(t, admin, "Wang Fang", "reader"), "password", goodPassword))
	for _, page := range []string{"/position", "/position/leniency", "/tasks", "/duties/CIIR-15-1-PLAN", ""} {
		got := v.want(http.StatusOK, v.get(bank+page))
		if m := regexp.MustCompile(`(evidence|plans|events)/new|tasks/assign`).FindString(got.body); m != "" {
			t.Errorf("%s offers a reader %s", page, m)
		}
	}
	v.want(http.StatusForbidden, v.post(bank+"/tasks/assign", "duty", "CIIR-16-RESOURCES", "subject", "organization", "assignee", "Li Na", "remind", "1"))
	admin.t = t
	if got := admin.get(bank + "/tasks"); strings.Contains(got.body, ">Wang Fang</option>") {
		t.Error("a reader can be given a task")
	}
}
