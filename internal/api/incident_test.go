package api

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// bankIncident makes the organization acme with an incident of which somebody
// became aware 20 minutes ago, and returns its address.
func (s *site) bankIncident() string {
	s.t.Helper()
	s.bank()
	s.do("POST", "/organizations/acme/incidents", `{"as": "incident", "title": "Core banking is down", "systems": ["wallet"], "aware": {"at": "2026-09-01T19:40:00+08:00", "reading": "person"}}`)
	return "/organizations/acme/incidents/1"
}

// TestAnIncidentByTheAPI goes from opening to closing.
func TestAnIncidentByTheAPI(t *testing.T) {
	s := newSite(t)
	path := s.bankIncident()
	seen := 1
	step := func(body string) map[string]any {
		t.Helper()
		v := s.do("POST", path+"/steps", fmt.Sprintf(`{"seen": %d, %s}`, seen, body))
		seen = int(v["revision"].(float64))
		return v
	}
	v := step(`"facts": {"values": {"incident.cii": true, "incident.cii_outage_minutes": 15}}`)
	next := v["next"].(map[string]any)
	if v["grade"] != "III" || next["by"] != "2026-09-01T20:40:00+08:00" || next["left_seconds"] != 2400.0 || next["to"] != "protection_department" {
		t.Errorf("grade %v, next %v", v["grade"], next)
	}
	s.kept.clock = noon.Add(time.Hour)
	s.refused(s.call("editor", "POST", Base+path+"/steps", fmt.Sprintf(`{"seen": %d, "sent": {"report": "RPT-CII/protection_department/initial", "way": "010"}}`, seen)), http.StatusUnprocessableEntity, "api.invalid")
	step(`"happened": "2026-09-01T20:10:00+08:00", "offline": true, "sent": {"report": "RPT-CII/protection_department/initial", "way": "010", "receipt": "R-1"}`)
	v = step(`"sent": {"report": "RPT-CII/public_security/initial", "way": "110", "late": "the line was busy"}`)
	if v["next"].(map[string]any)["to"] != "sector_regulator" {
		t.Errorf("next is %v", v["next"])
	}
	step(`"part": {"id": "cause", "text": "a disk was full"}`)
	step(`"kept": {"what": "image of the disk", "from": "core-1", "who": "Ann", "where": "safe", "sum": "sha256:` + strings.Repeat("a", 64) + `"}`)
	step(fmt.Sprintf(`"handed": {"of": %d, "from": "Ann", "to": "Bo", "where": "safe 2", "why": "shift"}`, seen))
	step(`"role": {"role": "lead", "person": "Ann"}`)
	step(`"task": {"what": "clear the disk"}`)
	step(fmt.Sprintf(`"done": {"of": %d}`, seen))
	step(`"note": {"what": "restarted", "action": true}`)
	step(fmt.Sprintf(`"strike": {"of": %d, "why": "that was another machine"}`, seen))
	step(`"aware": {"at": "2026-09-01T19:45:00+08:00", "reading": "confirmed", "why": "the first call was a mistake"}`)
	step(`"ended": {"note": "it runs"}`)
	s.refused(s.call("editor", "POST", Base+path+"/steps", fmt.Sprintf(`{"seen": %d, "close": {}}`, seen)), http.StatusConflict, "respond.open_reports")
	v = step(`"close": {"why": "the closing report follows by post"}`)
	steps := v["steps"].([]any)
	if v["state"] != "closed" || len(v["awareness"].([]any)) != 2 || len(v["kept"].([]any)[0].(map[string]any)["hands"].([]any)) != 1 || steps[len(steps)-4].(map[string]any)["kind"] != "strike" {
		t.Errorf("in the end: %v", v)
	}
	if again := s.do("GET", path+"/replay", ""); again["same"] != true || len(again["judgements"].([]any)) != 5 {
		t.Errorf("worked out again: %v", again)
	}
	v = s.do("GET", path, "")
	if v["clocks"].([]any)[0].(map[string]any)["state"] == "open" || v["next"] != nil {
		t.Errorf("clocks of what is closed: %v", v["clocks"])
	}
}

// TestSteps that are refused: what is wrong in them, what has no place, and
// what somebody else changed.
func TestSteps(t *testing.T) {
	s := newSite(t)
	path := s.bankIncident()
	s.do("POST", path+"/steps", `{"seen": 1, "facts": {"values": {"incident.cii": true}}}`)
	tests := map[string]struct {
		body              string
		status            int
		code              string
		location, mistake string
	}{
		"nothing":              {`{"seen": 2}`, 422, "api.invalid", "body", "incident.one_part"},
		"two things":           {`{"seen": 2, "ack": {}, "note": {"what": "x"}}`, 422, "api.invalid", "body", "incident.one_part"},
		"not seen":             {`{"ack": {}}`, 422, "api.invalid", "body", "api.missing_member"},
		"of the program":       {`{"seen": 2, "said": {"stage": "half", "keys": [], "level": 0}}`, 422, "api.invalid", "body.said", "api.unknown_member"},
		"of a machine":         {`{"seen": 2, "alert": {"source": "x", "title": "x"}}`, 422, "api.invalid", "body.alert", "api.unknown_member"},
		"judged by the caller": {`{"seen": 2, "ack": {}, "judged": {}}`, 422, "api.invalid", "body.judged", "api.unknown_member"},
		"still to come":        {`{"seen": 2, "happened": "2026-09-02T00:00:00Z", "note": {"what": "x"}}`, 422, "api.invalid", "body.happened", "incident.to_come"},
		"no moment":            {`{"seen": 2, "happened": "today", "note": {"what": "x"}}`, 422, "api.invalid", "body.happened", "api.want_moment"},
		"an empty note":        {`{"seen": 2, "note": {"what": " "}}`, 422, "api.invalid", "body.note.what", "evidence.missing"},
		"no such fact":         {`{"seen": 2, "facts": {"values": {"org.sectors": []}}}`, 422, "api.invalid", "body.facts.values.org.sectors", "respond.no_fact"},
		"no such value":        {`{"seen": 2, "facts": {"values": {"incident.cii": "maybe"}}}`, 422, "api.invalid", "body.facts.values.incident.cii", "respond.bad_fact"},
		"no facts":             {`{"seen": 2, "facts": {"values": {}}}`, 422, "api.invalid", "body.facts.values", "incident.facts"},
		"no such report":       {`{"seen": 2, "sent": {"report": "x", "way": "x"}}`, 422, "api.invalid", "body.sent.report", "respond.no_report"},
		"no such file":         {`{"seen": 2, "sent": {"report": "RPT-CII/public_security/initial", "way": "x", "files": [{"name": "a", "digest": "sha256:` + strings.Repeat("0", 64) + `", "size": 1}]}}`, 422, "api.invalid", "body.sent.files", "filing.no_file"},
		"no reason":            {`{"seen": 2, "aware": {"at": "2026-09-01T19:00:00+08:00", "reading": "told"}}`, 422, "api.invalid", "body.aware.why", "evidence.missing"},
		"no such reading":      {`{"seen": 2, "aware": {"at": "2026-09-01T19:00:00+08:00", "reading": "guessed", "why": "x"}}`, 422, "api.invalid", "body.aware.reading", "api.want_one_of"},
		"no such part":         {`{"seen": 2, "part": {"id": "x", "text": "x"}}`, 422, "api.invalid", "body.part.id", "respond.no_part"},
		"opened twice":         {`{"seen": 2, "open": {"as": "threat", "title": "x", "aware": {"at": "2026-09-01T11:00:00Z", "reading": "told"}}}`, 409, "respond.state.running", "", ""},
		"dismissed too late":   {`{"seen": 2, "dismiss": {"why": "x"}}`, 409, "respond.state.running", "", ""},
		"no such step":         {`{"seen": 2, "strike": {"of": 99, "why": "x"}}`, 409, "respond.no_step", "", ""},
		"changed meanwhile":    {`{"seen": 1, "facts": {"values": {"incident.cii": false}}}`, 409, "respond.moved", "", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s.t = t
			p := s.refused(s.call("editor", "POST", Base+path+"/steps", tt.body), tt.status, tt.code)
			if tt.location != "" && (len(p.Errors) == 0 || p.Errors[0].Location != tt.location || p.Errors[0].Code != tt.mistake) {
				t.Errorf("got the mistakes %+v, want %s at %s", p.Errors, tt.mistake, tt.location)
			}
		})
	}
	s.t = t
	if w := s.call("editor", "POST", Base+path+"/steps", `{"seen": 1, "note": {"what": "changes nothing of anybody"}}`); w.Code != http.StatusCreated {
		t.Errorf("a note of one who has not seen the newest: %d\n%s", w.Code, w.Body)
	}
	s.refused(s.call("editor", "POST", Base+"/organizations/acme/incidents/9/steps", `{"seen": 0, "ack": {}}`), http.StatusNotFound, "respond.no_case")
	s.refused(s.call("editor", "GET", Base+"/organizations/none/incidents", ""), http.StatusNotFound, "standing.no_organization")
	p := s.refused(s.call("editor", "POST", Base+"/organizations/acme/incidents", `{"as": "incident", "title": "x", "systems": ["none"], "aware": {"at": "2026-09-09T11:00:00Z", "reading": "told"}}`), 422, "api.invalid")
	if got := fmt.Sprintf("%s %s", p.Errors[0].Location, p.Errors[1].Location); got != "body.aware.at body.systems" {
		t.Errorf("the mistakes of opening lie at %s", got)
	}
	if s.log.Len() > 0 {
		t.Errorf("the log is not empty: %s", s.log)
	}
}

// TestIncidentsAreChosen pages through cases in some states.
func TestIncidentsAreChosen(t *testing.T) {
	s := newSite(t)
	s.bankIncident()
	for i := range 3 {
		s.do("POST", "/organizations/acme/alerts", fmt.Sprintf(`{"source": "siem", "title": "alert %d"}`, i))
	}
	list, next := items(s.do("GET", "/organizations/acme/incidents?state=alert&limit=2", ""))
	if len(list) != 2 || next != 2.0 || list[0].(map[string]any)["number"] != 4.0 {
		t.Errorf("the first page: %v, %v", list, next)
	}
	if list, next = items(s.do("GET", "/organizations/acme/incidents?state=alert,running&limit=3&after=3", "")); len(list) != 1 || next != nil || list[0].(map[string]any)["state"] != "running" {
		t.Errorf("the last page: %v, %v", list, next)
	}
	s.refused(s.call("reader", "GET", Base+"/organizations/acme/incidents?state=open", ""), 422, "api.invalid")
}

// TestDocuments opens what is downloaded: the report in both languages, a drill
// that says so, and the card.
func TestDocuments(t *testing.T) {
	s := newSite(t)
	path := s.bankIncident()
	s.do("POST", "/organizations/acme/incidents", `{"as": "incident", "drill": true, "title": "Exercise", "aware": {"at": "2026-09-01T11:00:00Z", "reading": "told"}}`)
	tests := map[string]struct{ path, name, want, not string }{
		"report":         {path + "/report", "acme-1-report-zh.docx", "Core banking is down", "DRILL"},
		"courtesy copy":  {path + "/report?lang=en", "acme-1-report-en.docx", "Courtesy copy", "DRILL"},
		"closing report": {path + "/report?part=closing", "acme-1-closing-zh.docx", "总结报告", "DRILL"},
		"notice":         {path + "/report?part=notice", "acme-1-notice-zh.docx", "个人信息安全事件告知书", "III"},
		"drill":          {"/organizations/acme/incidents/2/report?lang=en", "acme-2-report-en.docx", "DRILL", "Core banking"},
		"card":           {"/organizations/acme/response-plan/card", "guanji-card-acme.docx", "12387", "Core banking"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := s.call("reader", "GET", Base+tt.path, "")
			if w.Code != 200 || w.Header().Get("Content-Type") != docxType || w.Header().Get("Content-Disposition") != "attachment; filename="+tt.name {
				t.Fatalf("%s = %d %v", tt.path, w.Code, w.Header())
			}
			if text := wordsIn(t, w.Body.Bytes()); !strings.Contains(text, tt.want) || strings.Contains(text, tt.not) {
				t.Errorf("%s lacks %q, or has %q:\n%.2000s", tt.path, tt.want, tt.not, text)
			}
		})
	}
}

// wordsIn returns all that the parts of a document say.
func wordsIn(t *testing.T, data []byte) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, f := range z.File {
		if r, err := f.Open(); err == nil && strings.HasPrefix(f.Name, "word/") {
			_, _ = io.Copy(&b, r)
		}
	}
	return b.String()
}

// TestPlans that two change at once: the second hears of it.
func TestPlans(t *testing.T) {
	s := newSite(t)
	s.bank()
	const path = "/organizations/acme/response-plan"
	if v := s.do("GET", path, ""); v["seq"] != 0.0 || fmt.Sprint(v["ladder"]) != "[]" {
		t.Errorf("before anything: %v", v)
	}
	plan := `{"seen": 0, "wait": 5, "ladder": [{"name": "Ann", "channels": ["abc"]}], "contacts": {"public_security": {"phone": "ext. 7", "checked": "2026-08-01"}}, "phrase": "in the safe"}`
	v := s.do("PUT", path, plan)
	if v["seq"] != 1.0 || v["phrase"] != "in the safe" {
		t.Errorf("got %v", v)
	}
	s.refused(s.call("editor", "PUT", Base+path, plan), http.StatusConflict, "respond.moved")
	s.refused(s.call("reader", "PUT", Base+path, plan), http.StatusForbidden, "api.no_scope")
	p := s.refused(s.call("editor", "PUT", Base+path, `{"seen": 1, "wait": 999, "ladder": [], "contacts": {"nobody": {}}}`), 422, "api.invalid")
	if len(p.Errors) != 2 || p.Errors[0].Location != "body.wait" || p.Errors[1].Location != "body.contacts" {
		t.Errorf("the mistakes: %+v", p.Errors)
	}
}
