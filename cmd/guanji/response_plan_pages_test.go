package main

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestResponsePlanIsSavedAndRead(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	v.want(http.StatusOK, v.get(bankPlan), "Nobody is named", "There is no channel yet", "never saved", "printed nowhere", "12387", "one source", `name="seen" value="0"`)
	v.savePlan("person", "  Zhang Wei ", "phone", "000-0001", "person", "", "phone", "", "person", "Wang Lei", "phone", "000-0002", "wait", "7", "phrase", "second floor",
		"public_security-name", "Duty desk", "public_security-phone", "000-0110", "public_security-checked", daysAgo(181), "sector_regulator-other", "a@example.cn", "sector_regulator-checked", daysAgo(180))
	got := v.want(http.StatusOK, v.get(bankPlan), `value="Zhang Wei"`, `value="Wang Lei"`, "2. Told after 7 minutes without an answer", "not tried for 181 days", "tried 180 days ago",
		"People whom no channel reaches: 2.", "1. Zhang Wei · 000-0001", "Duty desk · 000-0110", "Li Wei", "value=\"second floor\"").body
	if strings.Contains(got, "3. Told") {
		t.Error("an empty row became a person")
	}
	v.savePlan("person", "Wang Lei", "phone", "000-0002")
	v.want(http.StatusOK, v.get(bankPlan), "Told at once", `<dt>Public security</dt><dd class="as-typed">nothing</dd>`)
	v.want(http.StatusNotFound, v.get("/o/nobody/response-plan"))
}

// TestResponsePlanIsForEditors has each role look at the plan and save one.
func TestResponsePlanIsForEditors(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	v.savePlan("person", "Zhang Wei", "phone", "000-0001")
	reader, editor := s.join(t, v, "Zhao Min", "reader"), s.join(t, v, "Wang Fang", "editor")
	if got := reader.want(http.StatusOK, reader.get(bankPlan), "Zhang Wei · 000-0001", "no number or way", "12387").body; strings.Contains(got, `action="`+bankPlan) {
		t.Error("a reader is offered the form")
	}
	reader.want(http.StatusForbidden, reader.post(bankPlan, "seen", "1", "person", "x", "phone", ""))
	reader.want(http.StatusOK, reader.get(bankPlan+"/card"), "Zhang Wei")
	editor.savePlan("person", "Sun Li", "phone", "")
}

func daysAgo(n int) string {
	return time.Now().In(time.FixedZone("Beijing", 8*3600)).AddDate(0, 0, -n).Format(time.DateOnly)
}

// TestResponsePlanFormKeepsWhatWasTyped sends what is not taken.
func TestResponsePlanFormKeepsWhatWasTyped(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	many := []string{}
	for i := range 21 {
		many = append(many, "person", "P"+string(rune('a'+i)), "phone", "")
	}
	long := strings.Repeat("a", 301)
	for name, tt := range map[string]struct {
		sent  []string
		code  int
		texts []string
	}{
		"a person without a name": {[]string{"person", "", "phone", "000-1"}, http.StatusUnprocessableEntity, []string{`id="e-1-person"`, "this is needed", `value="000-1"`}},
		"the same person twice":   {[]string{"person", "Li", "phone", "", "person", "Li", "phone", ""}, http.StatusUnprocessableEntity, []string{`id="e-2-person"`, "on the ladder already"}},
		"a long number":           {[]string{"person", "Li", "phone", long}, http.StatusUnprocessableEntity, []string{`id="e-1-phone"`, "at most 300 bytes"}},
		"hidden characters":       {[]string{"person", "a\u202eb", "phone", ""}, http.StatusUnprocessableEntity, []string{`id="e-1-person"`}},
		"too many people":         {many, http.StatusUnprocessableEntity, []string{"at most 20", `value="Pu"`}},
		"no number of minutes":    {[]string{"wait", "soon"}, http.StatusUnprocessableEntity, []string{`id="e-wait"`, "0 to 240"}},
		"too many minutes":        {[]string{"wait", "241"}, http.StatusUnprocessableEntity, []string{`id="e-wait"`, `value="241"`}},
		"less than no minutes":    {[]string{"wait", "-1"}, http.StatusUnprocessableEntity, []string{`id="e-wait"`}},
		"a long place":            {[]string{"phrase", long}, http.StatusUnprocessableEntity, []string{`id="e-phrase"`}},
		"no day":                  {[]string{"public_security-checked", "2026-02-30"}, http.StatusUnprocessableEntity, []string{`id="e-public_security-checked"`, "is no day"}},
		"a day to come":           {[]string{"public_security-checked", "2199-01-01"}, http.StatusUnprocessableEntity, []string{`id="e-public_security-checked"`, "still to come"}},
		"a long contact":          {[]string{"own_cyberspace_body-other", long}, http.StatusUnprocessableEntity, []string{`id="e-own_cyberspace_body-other"`}},
		"another row":             {[]string{"do", "add", "person", "Li", "phone", "1"}, http.StatusOK, []string{"in the form alone", `value="Li"`, `name="do" value="remove-2"`}},
		"a channel that is none":  {[]string{"do", "later-1", "person", "Li", "phone", "1", "channel-1", "nothing"}, http.StatusOK, []string{`value="Li"`}},
		"rows that do not match":  {[]string{"person", "Li"}, http.StatusUnprocessableEntity, []string{"could not be read"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := *v
			w.t = t
			w.want(tt.code, w.post(bankPlan, append(tt.sent, "seen", "0")...), tt.texts...)
		})
	}
	v.want(http.StatusUnprocessableEntity, v.post(bankPlan, "seen", "x"))
	v.want(http.StatusOK, v.get(bankPlan), "never saved")
}

func TestTwoSaveOnePlan(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	a := s.first(t, "Li Wei")
	b := s.join(t, a, "Wang Fang", "editor")
	a.savePlan("person", "Zhang Wei", "phone", "000-0001", "wait", "10")
	seen := seenShown.FindStringSubmatch(a.get(bankPlan).body)[1]
	b.savePlan("person", "Sun Li", "phone", "000-0002", "wait", "10", "phrase", "second floor")
	mine := []string{"person", "Zhao Min", "phone", "000-0003", "wait", "10"}
	got := a.want(http.StatusConflict, a.post(bankPlan, append(mine, "seen", seen)...), "Wang Fang changed this", "1. Sun Li · 000-0002", "1. Zhao Min · 000-0003", `value="Zhao Min"`, "second floor")
	if strings.Contains(got.body, `data-label="Saved now">10 minutes`) {
		t.Error("what both say is listed as a difference")
	}
	again := seenShown.FindStringSubmatch(got.body)[1]
	a.want(http.StatusSeeOther, a.post(bankPlan, append(mine, "seen", again)...))
	a.want(http.StatusOK, a.get(bankPlan), `value="Zhao Min"`)
}

// TestCardIsPrintedElsewhere saves a plan with a folder, and looks for the card
// in it and on the pages.
func TestCardIsPrintedElsewhere(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	folder := t.TempDir()
	id := v.channel("folder", "Gatehouse", folder)
	v.savePlan("person", "Zhang Wei", "phone", "000-0001", "folder", id)
	v.eventually(bankPlan, "What lies in the folders that are on is what is known here.")
	for _, name := range []string{"guanji-card-harbour-bank.html", "guanji-card-harbour-bank.docx"} {
		if data, err := os.ReadFile(filepath.Join(folder, name)); err != nil || len(data) == 0 {
			t.Errorf("%s: %v, %d bytes", name, err, len(data))
		}
	}
	card := v.want(http.StatusOK, v.get(bankPlan+"/card"), "Zhang Wei", "000-0001", "12387")
	if got := card.header.Get("Content-Security-Policy"); strings.Contains(got, "script") || !strings.HasPrefix(got, "default-src 'none'") {
		t.Errorf("the card is sent with %q", got)
	}
	file := v.want(http.StatusOK, v.get(bankPlan+"/card.docx"))
	if !strings.HasPrefix(file.body, "PK") || !strings.Contains(file.header.Get("Content-Disposition"), "guanji-card-harbour-bank.docx") {
		t.Errorf("the file begins with %q and is sent as %q", file.body[:min(4, len(file.body))], file.header.Get("Content-Disposition"))
	}
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	v.savePlan("person", "Wang Lei", "phone", "000-0002", "folder", id)
	v.eventually(bankPlan, "cannot be printed")
	v.want(http.StatusOK, v.get("/settings/background"), "Print the card", "the folder could not be read or written")
}

// channel proposes a channel where there is one account, and allows it.
func (v *visitor) channel(means, name, address string) (id string) {
	v.t.Helper()
	v.want(http.StatusSeeOther, v.post("/settings/channels", "means", means, "name", name, "address", address))
	shown := channelShown.FindAllStringSubmatch(v.get("/settings/channels").body, -1)
	last := shown[len(shown)-1]
	v.want(http.StatusSeeOther, v.post(last[1]+"/allow"))
	return last[2]
}

// TestPlanByKeys saves with Enter in a field, and moves a person by a button:
// neither removes anybody.
func TestPlanByKeys(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	v.savePlan("person", "Zhang Wei", "phone", "", "person", "Wang Lei", "phone", "")
	p := newBrowser(t).page(t)
	p.open(s.base + "/sign-in")
	p.press("Li Wei", "Tab", goodPassword)
	p.travel("Enter")
	p.open(s.base + bankPlan)
	p.tabTo("#f-1-phone")
	p.press("000-0001")
	p.travel("Enter")
	v.want(http.StatusOK, v.get(bankPlan), "1. Zhang Wei · 000-0001")
	p.tabTo("button[value=later-1]")
	p.travel("Space")
	p.stopsAt("#f-2-person")
	if got, _ := url.Parse(p.where()); got != nil && got.Query().Get("done") != "" {
		t.Errorf("moving a person saved the plan: %s", p.where())
	}
	p.tabTo("#card button.main")
	p.travel("Enter")
	v.want(http.StatusOK, v.get(bankPlan), "1. Wang Lei")
}
