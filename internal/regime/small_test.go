package regime

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"guanji/internal/day"
	"guanji/internal/org"
	"guanji/internal/problem"
)

// small returns the small content with one text replaced; the text must be there.
func small(t *testing.T, old, new string) fs.FS {
	t.Helper()
	archive, err := txtar.ParseFile("testdata/content.txtar")
	if err != nil {
		t.Fatal(err)
	}
	files, found := fstest.MapFS{}, false
	for _, f := range archive.Files {
		text := string(f.Data)
		if !found && old != "" && strings.Contains(text, old) {
			text, found = strings.Replace(text, old, new, 1), true
		}
		files[f.Name] = &fstest.MapFile{Data: []byte(text)}
	}
	if old != "" && !found {
		t.Fatalf("%q is not in the small content", old)
	}
	return files
}

func smallSet(t *testing.T) *Set {
	t.Helper()
	s, err := Check(small(t, "", ""))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestCheckFinds(t *testing.T) {
	tests := map[string]struct{ old, new, want string }{
		"unknown key":         {"area: protect\n", "area: protect\n    colour: red\n", `duties/all.yaml:6:5: unknown key "colour"`},
		"missing language":    {"name: {en: Test yearly, zh: 每年检测}", "name: {en: Test yearly}", `missing key "zh"`},
		"missing label":       {"sys.cii, subject: system, type: bool, label: {en: l, zh: l},", "sys.cii, subject: system, type: bool,", `missing key "label"`},
		"dangling provision":  {"provisions: [LAW-40]\n", "provisions: [LAW-41]\n", `duties/all.yaml:10:18: there is no provision "LAW-41"`},
		"dangling bearer":     {"bearer: ciio", "bearer: cio", `no bearer "cio"`},
		"dangling area":       {"area: protect\n    bearer: ciio", "area: guard\n    bearer: ciio", `no area "guard"`},
		"dangling evidence":   {"kind: attestation, text: {en: a report", "kind: oath, text: {en: a report", `no kind of evidence "oath"`},
		"dangling duty":       {"always: [{duty: LAW-63-NEW", "always: [{duty: LAW-64", `no duty "LAW-64"`},
		"dangling source":     {"confidence: single, sources: [S]}]}", "confidence: single, sources: [T]}]}", `no source "T"`},
		"dangling role":       {"asked_of: legal}", "asked_of: nobody}", `no role "nobody"`},
		"dangling rule":       {"rule: LAW-63-NEW, yes", "rule: LAW-64-NEW, yes", `no rule "LAW-64-NEW"`},
		"not a penalty":       {"penalties: [LAW-61]", "penalties: [LAW-40]", "LAW-40 is not of kind penalty"},
		"versions overlap":    {"from: 2026-01-01}", "from: 2025-12-31}", "overlap"},
		"versions gap":        {"from: 2026-01-01}", "from: 2026-01-02}", "gap"},
		"condition type":      {"when: sys.cii\n", "when: sys.users\n", "duties/all.yaml:8:11: a condition must be true or false, not int"},
		"condition unknown":   {"when: sys.cii\n", "when: sys.cij\n", "undeclared reference"},
		"condition value":     {`when: '"finance" in org.sectors'`, `when: '"financial" in org.sectors'`, `"financial" is no value of org.sectors`},
		"unreachable row":     {"when: transfer.ytd_pi_individuals < 1000000", "when: transfer.ytd_pi_individuals >= 2000000", "X13-FEW can never be reached"},
		"gap in a table":      {"when: transfer.ytd_pi_individuals >= 1000000", "when: transfer.ytd_pi_individuals > 1000000", "some facts meet no row"},
		"overlapping actors":  {`when: "!incident.cii && !org.central_organ"`, `when: "!incident.cii"`, "RPT-CENTRAL and RPT-OTHER can both hold"},
		"actors leave a gap":  {`when: "!incident.cii && !org.central_organ"`, `when: "!incident.cii && !org.central_organ && org.exports_pi"`, "some facts meet no row"},
		"no yes-case":         {"{rule: IND-USERS, yes: [{sys.users: 10000001}], ", "{rule: IND-USERS, ", "IND-USERS has no yes-case"},
		"no no-case":          {", no: [{sys.users: 10000000}]", "", "IND-USERS has no no-case"},
		"a case that fails":   {"when: sys.users > 10000000", "when: sys.users >= 10000000", "IND-USERS: this case comes out yes, want no (settled by sys.users)"},
		"a case that is open": {"no: [{incident.minutes: 359}]", "no: [{}]", "GRD-I: this case comes out unknown, want no"},
		"when without why":    {"    why: {en: the system is named in the notice, zh: 该系统列于通知}\n", "", "`when` and `why` go together"},
		"duty reads systems":  {"subject: system\n    when: sys.cii", "subject: organization\n    when: sys.cii", "reads facts of systems"},
		"better than ground":  {"    provisions: [LAW-63]\n    cadence: {kind: continuous}\n    evidence: [{kind: attestation, text: {en: a note, zh: 说明}}]\n    confidence: single", "    provisions: [LAW-63]\n    cadence: {kind: continuous}\n    evidence: [{kind: attestation, text: {en: a note, zh: 说明}}]\n    confidence: verified", "better than its best ground"},
		"bad period":          {"period: P1Y", "period: yearly", "duties/all.yaml:11:14"},
		"bad due":             {`due: "--01-31"`, `due: "--02-30"`, "duties/all.yaml:11:14"},
		"limit alone":         {"limit: P3M, calendar: days", "limit: P3M, calendar: weeks", "export/steps.yaml"},
		"duplicate rule":      {"id: SCR-LISTED", "id: SCR-NOTICE", "SCR-NOTICE"},
		"term twice":          {"id: term.listed,", "id: listed,", `must begin with "term."`},
		"list and term":       {"zh: \"2024版\"}, from: 2024-05-09", "zh: \"2024版\"}, from: 2024-05-10", "says otherwise"},
		"core fact missing":   {"id: sys.cii,", "id: sys.critical,", "the fact sys.cii (bool) is missing"},
		"file name":           {"year: 2026", "year: 2025", "the file is for 2025"},
		"make-up on weekday":  {"make_up_days: [2026-01-04]", "make_up_days: [2026-01-05]", "calendar"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Check(small(t, tt.old, tt.new))
			if err == nil || problem.KindOf(err) != problem.Input || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Check = %v, want %q", err, tt.want)
			}
		})
	}
}

func TestCheckFindsStrayFiles(t *testing.T) {
	files := small(t, "", "").(fstest.MapFS)
	files["duties/more.yml"] = &fstest.MapFile{Data: []byte("duties: []")}
	if _, err := Check(files); err == nil || !strings.Contains(err.Error(), "duties/more.yml: nothing reads this file") {
		t.Errorf("Check = %v", err)
	}
}

func TestLoadNeedsNoCasesButCheckDoes(t *testing.T) {
	files := small(t, "", "").(fstest.MapFS)
	delete(files, "duties/all_test.yaml")
	if _, err := Load(files); err != nil {
		t.Errorf("Load: %v", err)
	}
	if _, err := Check(files); err == nil {
		t.Error("Check found nothing")
	}
}

func TestDigestNamesTheContent(t *testing.T) {
	a, b := smallSet(t), smallSet(t)
	c, err := Load(small(t, "many users", "very many users"))
	if err != nil {
		t.Fatal(err)
	}
	if a.Info.Digest != b.Info.Digest || a.Info.Digest == c.Info.Digest {
		t.Errorf("digests %s, %s, %s", a.Info.Digest, b.Info.Digest, c.Info.Digest)
	}
}

func (s *Set) mustAssess(t *testing.T, file string, on day.Day) *Assessment {
	t.Helper()
	f, err := s.Vocabulary.ReadFile("f", []byte("guanji: 1\norganization: {id: a, name: {en: A, zh: 甲}}\n"+file))
	if err != nil {
		t.Fatal(err)
	}
	a, err := s.Assess(f, on)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestStatus(t *testing.T) {
	s := smallSet(t)
	system := func(facts string) string { return "systems: [{id: s, name: {en: S, zh: S}, facts: {" + facts + "}}]\n" }
	tests := map[string]struct {
		file    string
		want    Status
		missing string // fact of the first missing entry
	}{
		"nothing known":                {"", Undetermined, "org.designation.notified"},
		"designated":                   {"facts: {org.designation.notified: true}", Designated, ""},
		"listed":                       {"facts: {org.sectors: [finance], org.designation.notified: false}", Watch, "sys.users"},
		"listed with an indicator":     {"facts: {org.sectors: [finance], org.designation.notified: false}\n" + system("sys.users: 10000001"), Prepare, ""},
		"indicator outside":            {"facts: {org.sectors: [other], org.designation.notified: false}\n" + system("sys.users: 10000001"), Watch, ""},
		"indicator, sector unknown":    {"facts: {org.designation.notified: false}\n" + system("sys.users: 10000001"), Watch, "org.sectors"},
		"exactly the figure":           {"facts: {org.sectors: [other], org.designation.notified: false}\n" + system("sys.users: 10000000"), NoSign, ""},
		"one of two systems is open":   {"facts: {org.sectors: [other], org.designation.notified: false}\nsystems: [{id: s, name: {en: S, zh: S}, facts: {sys.users: 1}}, {id: u, name: {en: U, zh: U}}]", Undetermined, "sys.users"},
		"only the notice is not known": {"facts: {org.sectors: [other]}\n" + system("sys.users: 1"), NoSign, "org.designation.notified"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := s.mustAssess(t, tt.file, day.Of(2026, 9, 1)).Determination
			first := ""
			if len(d.Missing) > 0 {
				first = d.Missing[0].Fact
			}
			if d.Status != tt.want || first != tt.missing {
				t.Errorf("status %s, missing %v; want %s, first %q", d.Status, d.Missing, tt.want, tt.missing)
			}
		})
	}
}

func TestFlips(t *testing.T) {
	s := smallSet(t)
	d := s.mustAssess(t, "facts: {org.sectors: [finance], org.designation.notified: false}\nsystems: [{id: s, name: {en: S, zh: S}, facts: {sys.users: 12000000}}]", day.Of(2026, 9, 1)).Determination
	want := map[string]Flip{
		"org.designation.notified": {From: false, To: true, Status: Designated, Subject: "organization"},
		"sys.users":                {From: int64(12000000), To: int64(10000000), Status: Watch, Subject: "s"},
	}
	for _, f := range d.Flips {
		w, ok := want[f.Fact]
		if f.Fact == "org.sectors" {
			continue // two sets are equally near
		}
		if !ok || f.From != w.From || f.To != w.To || f.Status != w.Status || f.Subject != w.Subject {
			t.Errorf("flip %+v, want %+v", f, w)
		}
		delete(want, f.Fact)
	}
	if len(want) > 0 {
		t.Errorf("flips %+v lack %v", d.Flips, want)
	}
}

func TestDutiesOfTheDay(t *testing.T) {
	s := smallSet(t)
	const file = "facts: {org.designation.notified: true}\nsystems: [{id: s, name: {en: S, zh: S}, facts: {sys.cii: true}}, {id: u, name: {en: U, zh: U}, facts: {sys.cii: false}}, {id: v, name: {en: V, zh: V}}]"
	find := func(a *Assessment, id, subject string) DutyAnswer {
		for _, d := range a.Duties {
			if d.ID == id && d.Subject == subject {
				return d
			}
		}
		t.Fatalf("no %s of %s", id, subject)
		return DutyAnswer{}
	}
	old, now := s.mustAssess(t, file, day.Of(2025, 12, 31)), s.mustAssess(t, file, day.Of(2026, 1, 1))
	if d := find(old, "LAW-40-TEST", "s"); d.Applies != Yes || d.Provisions[0].ID != "LAW-38" || d.Confidence != "verified" {
		t.Errorf("old: %+v", d)
	}
	d := find(now, "LAW-40-TEST", "s")
	if d.Provisions[0].ID != "LAW-40" || d.Confidence != "single" || d.Penalties[0].Text.En != "a fine" || d.Because[0].Text.En != "applies because a notice stands, and the system is named in the notice" {
		t.Errorf("now: %+v", d)
	}
	if d := find(now, "LAW-40-TEST", "u"); d.Applies != No || d.Because[0].Facts["sys.cii"] != false {
		t.Errorf("other system: %+v", d)
	}
	if d := find(now, "LAW-40-TEST", "v"); d.Applies != Unknown || d.DependsOn[0] != "sys.cii" {
		t.Errorf("open system: %+v", d)
	}
	if d := find(old, "LAW-63-NEW", "organization"); d.Applies != No || d.Because[0].Rule != NotInForce || d.Provisions[0].InForce.From != day.Of(2026, 1, 1) {
		t.Errorf("not in force: %+v", d)
	}
	if now.Headline.Binding.Yes != 2 || old.Headline.Binding.Yes != 1 {
		t.Errorf("headlines %+v, %+v", old.Headline, now.Headline)
	}
	if len(now.Upcoming) != 1 || now.Upcoming[0].Day != day.Of(2026, 1, 31) || *now.Upcoming[0].WorkingDays != 21 {
		t.Errorf("upcoming %+v", now.Upcoming)
	}
	if later := s.mustAssess(t, file, day.Of(2026, 2, 1)).Upcoming; later[0].WorkingDays != nil {
		t.Errorf("the holidays of 2027 are not held, yet %+v", later)
	}
}

func (s *Set) mustDecide(t *testing.T, facts string, on day.Day) *Decision {
	t.Helper()
	f, _, err := s.Vocabulary.ReadSituation("f", []byte("facts: {"+facts+"}"), org.AboutTransfer)
	if err != nil {
		t.Fatal(err)
	}
	d, err := s.DecideTransfer(f, on)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDecideTransfer(t *testing.T) {
	s := smallSet(t)
	const out = "transfer.transmitted_abroad: true, org.ftz: none, "
	tests := map[string]struct {
		facts        string
		on           day.Day
		want         Result
		step         string
		missing      int
		projected    Result
		overlays     int
		confirmation string
	}{
		"nothing leaves":        {facts: "transfer.transmitted_abroad: false, transfer.accessible_abroad: false", want: NotExport, step: "X0", projected: NotExport},
		"agreeing rows":         {facts: out + "transfer.important_data: true", want: SecurityAssessment, step: "X6", projected: SecurityAssessment},
		"unknown but agreed":    {facts: out + "org.designation.notified: true", want: SecurityAssessment, projected: SecurityAssessment},
		"unknown":               {facts: out + "org.designation.notified: false, transfer.ytd_pi_individuals: 5", want: UnknownResult, missing: 1, projected: UnknownResult},
		"below":                 {facts: out + "transfer.important_data: false, org.designation.notified: false, transfer.ytd_pi_individuals: 999999, transfer.planned_pi_individuals: 0", want: Exempt, step: "X13", projected: Exempt},
		"above with the plan":   {facts: out + "transfer.important_data: false, org.designation.notified: false, transfer.ytd_pi_individuals: 999999, transfer.planned_pi_individuals: 1", want: Exempt, step: "X13", projected: SecurityAssessment},
		"plan not known":        {facts: out + "transfer.important_data: false, org.designation.notified: false, transfer.ytd_pi_individuals: 1", want: Exempt, step: "X13", projected: UnknownResult},
		"plan does not matter":  {facts: out + "transfer.important_data: false, org.designation.notified: false, transfer.ytd_pi_individuals: 1000000", want: SecurityAssessment, step: "X10", projected: SecurityAssessment},
		"list not yet in force": {facts: "transfer.transmitted_abroad: true, org.ftz: tianjin, transfer.has_pi: false, transfer.important_data: false, org.designation.notified: true", on: day.Of(2024, 5, 8), want: SecurityAssessment, step: "X9", projected: SecurityAssessment},
		"list in force":         {facts: "transfer.transmitted_abroad: true, org.ftz: tianjin, transfer.has_pi: false, transfer.important_data: false, org.designation.notified: true", on: day.Of(2024, 5, 9), want: Exempt, step: "X7", projected: Exempt},
		"sector rule touches":   {facts: out + "transfer.important_data: false, org.designation.notified: false, transfer.ytd_pi_individuals: 1, transfer.planned_pi_individuals: 1, transfer.data_kinds: [map]", want: Review, step: "X13", projected: Review, overlays: 1},
		"sector rule beside":    {facts: out + "transfer.important_data: true, transfer.data_kinds: [map]", want: SecurityAssessment, step: "X6", projected: SecurityAssessment, overlays: 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if tt.on.IsZero() {
				tt.on = day.Of(2026, 9, 1)
			}
			d := s.mustDecide(t, tt.facts, tt.on)
			step := ""
			if d.Step != nil {
				step = *d.Step
			}
			if d.Result != tt.want || step != tt.step || len(d.Missing) != tt.missing || d.Projected.Result != tt.projected || len(d.Overlays) != tt.overlays {
				t.Errorf("%s at %q, missing %v, projected %+v, overlays %v", d.Result, step, d.Missing, d.Projected, d.Overlays)
			}
		})
	}
}

func TestASectorAloneOnlyWarns(t *testing.T) {
	s := smallSet(t)
	d := s.mustDecide(t, "transfer.transmitted_abroad: true, transfer.important_data: true, org.sectors: [finance], transfer.data_kinds: [credit]", day.Of(2026, 9, 1))
	if len(d.Overlays) != 0 || len(d.Warnings) != 1 || d.Warnings[0].ID != "sector_OVL-MAP" {
		t.Errorf("overlays %v, warnings %v", d.Overlays, d.Warnings)
	}
}

func (s *Set) mustGrade(t *testing.T, facts string) *Grading {
	t.Helper()
	f, _, err := s.Vocabulary.ReadSituation("f", []byte("facts: {"+facts+"}"), org.AboutIncident)
	if err != nil {
		t.Fatal(err)
	}
	g, err := s.GradeIncident(Incident{Facts: f, Discovered: time.Date(2026, 9, 1, 3, 10, 0, 0, day.Beijing)}, day.Of(2026, 9, 1))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestGradeIncident(t *testing.T) {
	s := smallSet(t)
	tests := map[string]struct {
		facts      string
		grade      Grade
		confidence string
		reports    string // to/provisional of each
		missing    string
		crosses    int
	}{
		"grade III":            {"incident.cii: true, incident.minutes: 10", GradeIII, "single", "protection_department", "", 2},
		"unverified raises":    {"incident.cii: true, incident.minutes: 60", GradeII, "unverified", "protection_department", "", 1},
		"grade I":              {"incident.cii: true, incident.minutes: 360", GradeI, "verified", "protection_department", "", 0},
		"nothing met":          {"incident.cii: true, incident.minutes: 9", "", "verified", "protection_department?", "", 3},
		"nothing known":        {"", "", "verified", "protection_department? own_cyberspace_body? provincial_cac? provincial_cac? sector_regulator?", "incident.cii incident.minutes", 0},
		"other actor, no cii":  {"incident.cii: false, org.central_organ: false", "", "verified", "provincial_cac? provincial_cac? sector_regulator?", "", 0},
		"actor open":           {"incident.cii: false", "", "verified", "own_cyberspace_body? provincial_cac? provincial_cac? sector_regulator?", "", 0},
		"confirmed IV":         {"incident.cii: true, incident.minutes: 9, incident.confirmed_below_iii: true", GradeIV, "verified", "", "", 3},
		"confirmed but met":    {"incident.cii: true, incident.minutes: 10, incident.confirmed_below_iii: true", GradeIII, "single", "protection_department", "", 2},
		"confirmed, any grade": {"incident.cii: false, incident.confirmed_below_iii: true, org.sectors: [finance]", GradeIV, "verified", "sector_regulator", "", 0},
		"outage has ended":     {"incident.cii: true, incident.minutes: 10, incident.outage_ongoing: false", GradeIII, "single", "protection_department", "", 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			facts := tt.facts
			if facts != "" && !strings.Contains(facts, "org.sectors") && tt.grade != "" || name == "nothing met" {
				facts += ", org.sectors: [other]"
			}
			g := s.mustGrade(t, facts)
			var reports []string
			for _, r := range g.Reports {
				to := r.To
				if r.Provisional {
					to += "?"
				}
				reports = append(reports, to)
			}
			grade := Grade("")
			if g.Grade != nil {
				grade = *g.Grade
			}
			if grade != tt.grade || string(g.Confidence) != tt.confidence || strings.Join(reports, " ") != tt.reports ||
				strings.Join(g.Missing, " ") != tt.missing || len(g.Crosses) != tt.crosses {
				t.Errorf("grade %q (%s), reports %v, missing %v, crosses %v", grade, g.Confidence, reports, g.Missing, g.Crosses)
			}
		})
	}
}

func TestClocksStartAtDiscovery(t *testing.T) {
	s := smallSet(t)
	g := s.mustGrade(t, "incident.cii: true, incident.minutes: 10, org.sectors: [other]")
	if got := g.Reports[0].By.Format(time.RFC3339); got != "2026-09-01T04:10:00+08:00" {
		t.Errorf("due by %s", got)
	}
	if got := g.Crosses[0].At.Format(time.RFC3339); got != "2026-09-01T04:10:00+08:00" || g.Crosses[0].Grade != GradeII {
		t.Errorf("crosses %+v", g.Crosses)
	}
	g = s.mustGrade(t, "incident.cii: false, org.central_organ: false, org.sectors: [finance]")
	last := g.Reports[len(g.Reports)-1]
	closing := g.Reports[1]
	if last.By != nil || last.Limit != nil || closing.By != nil || *closing.Limit != "P30D" {
		t.Errorf("a limit that is not known, or runs from the end of handling, has no moment: %+v, %+v", last, closing)
	}
}

func TestTooEarly(t *testing.T) {
	s := smallSet(t)
	f := &org.File{Facts: s.Vocabulary.NewFacts()}
	if _, err := s.Assess(f, FirstAssessDay.AddDays(-1)); problem.KindOf(err) != problem.Usage {
		t.Errorf("Assess: %v", err)
	}
	if _, err := s.DecideTransfer(f.Facts, FirstTransferDay.AddDays(-1)); problem.KindOf(err) != problem.Usage {
		t.Errorf("DecideTransfer: %v", err)
	}
	if _, err := s.GradeIncident(Incident{Facts: f.Facts}, FirstIncidentDay.AddDays(-1)); problem.KindOf(err) != problem.Usage {
		t.Errorf("GradeIncident: %v", err)
	}
}
