package api

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"guanji/internal/account"
	"guanji/internal/incident"
	"guanji/internal/respond"
)

const alerts = Base + "/organizations/acme/alerts"

// sentBy is a body as a machine sends it: ../respond/testdata/alerts/README.md.
func sentBy(t *testing.T, machine string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "respond", "testdata", "alerts", machine+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestMachinesRaiseAlerts sends what machines send, twice, by a token that can
// do nothing else.
func TestMachinesRaiseAlerts(t *testing.T) {
	s := newSite(t)
	s.bank()
	s.kept.clock = noon.AddDate(0, 3, 0) // the alerts are of November
	s.tokens["siem"], s.tokens["administrator"] = s.token(account.Editor, account.Alert), s.token(account.Administrator, account.Read)
	tests := []struct{ machine, query, title string }{
		{"guanji", "", "Many failed sign-ins"},
		{"alertmanager", "", "Core banking does not answer"},
		{"grafana", "?source=grafana&severity=/labels/severity&severity=/labels/zone", "Egress above normal"},
		{"splunk", "?source=splunk&ref=/sid&group=/search_name&title=/result/rule_name&text=/result&system=/result/host&severity=/result/urgency&at=/result/_time", "Root sign-in outside the bastion"},
		{"wazuh", "?source=wazuh&ref=/id&group=/rule/id&title=/rule/description&text=/full_log&text=/rule&system=/agent/name&severity=/rule/level&at=/timestamp", "sshd: brute force"},
		{"elastic", "?source=elastic&ref=/kibana.alert.uuid&title=/kibana.alert.rule.name&text=/kibana.alert.reason&system=/host/name&severity=/kibana.alert.severity&at=/@timestamp", "Potential privilege escalation"},
		{"kibana", "?source=kibana&ref=/date&group=/rule/id&title=/rule/name&system=wallet&severity=/rule/severity&at=/date", "Potential privilege escalation"},
	}
	for i, tt := range tests {
		t.Run(tt.machine, func(t *testing.T) {
			s.t = t
			first := s.call("siem", "POST", alerts+tt.query, sentBy(t, tt.machine), "Content-Type", "application/json")
			if first.Code != http.StatusCreated || !strings.Contains(first.Body.String(), fmt.Sprintf(`"case": %d`, i+1)) || strings.Contains(first.Body.String(), `"same": true`) {
				t.Fatalf("%s = %d\n%s", tt.machine, first.Code, first.Body)
			}
			again := s.call("siem", "POST", alerts+tt.query, sentBy(t, tt.machine))
			if again.Code != http.StatusOK || strings.Contains(again.Body.String(), `"same": false`) {
				t.Errorf("%s again = %d\n%s", tt.machine, again.Code, again.Body)
			}
			c := s.do("GET", fmt.Sprintf("/organizations/acme/incidents/%d", i+1), "")
			if c["state"] != "alert" || !strings.HasPrefix(c["title"].(string), tt.title) || c["aware_at"] != nil || len(c["clocks"].([]any)) != 0 {
				t.Errorf("the case: %v %v %v", c["state"], c["title"], c["clocks"])
			}
		})
	}
	s.t = t
	for _, path := range []string{"/me", "/organizations", "/organizations/acme/incidents", "/organizations/acme/incidents/1"} {
		s.refused(s.call("siem", "GET", Base+path, ""), http.StatusForbidden, "api.no_scope")
	}
	s.refused(s.call("siem", "POST", Base+"/organizations/acme/incidents/1/steps", `{"seen": 1, "ack": {}}`), http.StatusForbidden, "api.no_scope")
}

// TestAlertsThatAreRefused wants to hear what is wrong with what a machine
// sends, and nothing to be recorded of it.
func TestAlertsThatAreRefused(t *testing.T) {
	s := newSite(t)
	s.bank()
	s.tokens["siem"] = s.token(account.Editor, account.Alert)
	tests := map[string]struct {
		query, body, location, mistake string
	}{
		"no JSON":              {"", `{`, "body", "alert.bad_json"},
		"unknown":              {"", `{"rule": "x"}`, "body.rule", "alert.unknown_member"},
		"no title":             {"", `{"source": "siem"}`, "body.title", "evidence.missing"},
		"no source":            {"", `{"title": "x"}`, "body.source", "evidence.missing"},
		"a title too long":     {"", `{"source": "siem", "title": "` + strings.Repeat("x", incident.MaxLine+1) + `"}`, "body.title", "evidence.long_line"},
		"not there":            {"?source=siem&title=/rule/name", `{"rule": {}}`, "query.title", "alert.not_found"},
		"not there in a group": {"?severity=/labels/severity", sentBy(t, "grafana"), "query.severity", "alert.not_found"},
		"no pointer":           {"?source=siem&title=rule", `{"rule": "x"}`, "query.title", "alert.bad_pointer"},
		"unknown parameter":    {"?sauce=siem", `{}`, "query.sauce", "api.unknown_parameter"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s.t = t
			en := s.refused(s.call("siem", "POST", alerts+tt.query, tt.body), http.StatusUnprocessableEntity, "api.invalid")
			zh := s.refused(s.call("siem", "POST", alerts+tt.query, tt.body, "Accept-Language", "zh"), http.StatusUnprocessableEntity, "api.invalid")
			if len(en.Errors) == 0 || en.Errors[0].Location != tt.location || en.Errors[0].Code != tt.mistake || en.Errors[0].Detail == zh.Errors[0].Detail {
				t.Errorf("got %+v and %+v, want %s at %s", en.Errors, zh.Errors, tt.mistake, tt.location)
			}
		})
	}
	s.t = t
	s.refused(s.call("siem", "POST", Base+"/organizations/none/alerts", sentBy(t, "guanji")), http.StatusNotFound, "standing.no_organization")
	s.refused(s.call("siem", "POST", alerts, `{"title": "`+strings.Repeat("x", respond.MaxAlertBody)+`"}`), http.StatusRequestEntityTooLarge, "api.large_body")
	if list, _ := items(s.do("GET", "/organizations/acme/incidents", "")); len(list) != 0 || s.log.Len() > 0 {
		t.Errorf("recorded all the same: %v; the log: %s", list, s.log)
	}
}

// TestTooManyAlerts wants a machine that floods to be told so.
func TestTooManyAlerts(t *testing.T) {
	s := newSite(t)
	s.bank()
	for i := range int64(5000) {
		s.kept.steps["acme"] = append(s.kept.steps["acme"], incident.Recorded{Case: i + 1, Seq: i + 1, At: noon, By: "siem", Step: incident.Step{Alert: &incident.Alert{Source: "siem", Title: fmt.Sprint(i)}}})
	}
	token := s.token(account.Editor, account.Alert)
	s.refused(s.call(token, "POST", alerts, `{"source": "siem", "title": "one more"}`), http.StatusTooManyRequests, "respond.too_many_alerts")
	if w := s.call(token, "POST", alerts, `{"source": "siem", "title": "7"}`); w.Code != http.StatusCreated {
		t.Errorf("one of a kind that waits: %d\n%s", w.Code, w.Body)
	}
}

// FuzzIncidents sends any body to the operations of incidents: whatever it
// holds, the answer is good or says what is wrong with it.
func FuzzIncidents(f *testing.F) {
	var s *site
	f.Fuzz(func(t *testing.T, query, body string) {
		if s == nil {
			s = newSite(t)
			s.bank()
			s.t = t
			s.do("POST", "/organizations/acme/incidents", `{"as": "incident", "title": "x", "aware": {"at": "2026-09-01T11:00:00Z", "reading": "told"}}`)
		}
		s.t = t
		before := len(s.kept.steps["acme"])
		for _, request := range []string{"POST /alerts", "POST /incidents", "POST /incidents/1/steps", "PUT /response-plan"} {
			s.log.Reset()
			method, path, _ := strings.Cut(request, " ")
			if path == "/alerts" && strings.Trim(query, "abcdefghijklmnopqrstuvwxyz/=&_.~0123456789@-") == "" {
				path += "?" + query
			}
			w := s.call("administrator", method, Base+"/organizations/acme"+path, body)
			if w.Code >= 500 || s.log.Len() > 0 {
				t.Errorf("%s = %d\n%s\n%s", request, w.Code, w.Body, s.log)
			}
			if w.Code >= 400 && (w.Header().Get("Content-Type") != problemType || strings.Contains(w.Body.String(), "%!")) {
				t.Errorf("%s: %s\n%s", request, w.Header().Get("Content-Type"), w.Body)
			}
		}
		if len(s.kept.steps["acme"]) != before {
			s = nil // so that every body meets the same state
		}
	})
}
