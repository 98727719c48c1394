package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// guarded makes acme an operator of networks with a system more, and files
// evidence and an order for its logs.
func (s *site) guarded() {
	s.t.Helper()
	s.bank()
	s.do("POST", acme+"/systems", `{"id": "web", "name": {"en": "Web"}}`)
	s.do("POST", acme+"/statements", `{"changes": [{"about": "organization", "subject": "organization", "key": "org.operates_network", "value": true}]}`)
	s.do("POST", records, recordWith())
	s.do("POST", acme+"/evidence/plans", strings.Replace(plan, "CSL-23-LOGS", "CSL-27-PLAN", 1))
}

// lineAt returns the one line of a duty on a day.
func (s *site) lineAt(query string) map[string]any {
	s.t.Helper()
	list, _ := items(s.do("GET", acme+"/position?"+query, ""))
	if len(list) != 1 {
		s.t.Fatalf("%s: %d lines", query, len(list))
	}
	return list[0].(map[string]any)
}

func TestPosition(t *testing.T) {
	s := newSite(t)
	s.guarded()
	tests := map[string]struct{ query, state string }{
		"evidence is on file":          {"duty=CSL-23-LOGS", "on_file"},
		"before it was observed":       {"duty=CSL-23-LOGS&on=2026-08-29", "none"},
		"a plan runs":                  {"duty=CSL-27-PLAN", "in_rectification"},
		"a plan was not kept":          {"duty=CSL-27-PLAN&on=2026-10-02", "overdue"},
		"on the day of the filing":     {"duty=CSL-23-LOGS&known=2026-09-01", "on_file"},
		"nothing is filed":             {"duty=CSL-23-2-DEFENCES", "none"},
		"with an area and a subject":   {"duty=CSL-23-LOGS&area=watch&subject=organization", "on_file"},
		"with the state that it is in": {"duty=CSL-23-LOGS&state=on_file", "on_file"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s.t = t
			l := s.lineAt(tt.query)
			if l["state"] != tt.state || (l["why"] != nil) != (tt.state == "unknown") {
				t.Errorf("%s: %v", tt.query, l)
			}
		})
	}
	s.t = t
	l := s.lineAt("duty=CSL-27-PLAN&on=2026-10-05")
	if l["due"] != "2026-10-01" || l["overdue_since"] != "2026-10-02" || l["plan"] != 2.0 || l["owner"] != nil || l["until"] != nil {
		t.Errorf("a plan that was not kept: %v", l)
	}
}

// TestPositionPages wants the pages together to be the position, and a choice
// to be part of it.
func TestPositionPages(t *testing.T) {
	s := newSite(t)
	s.guarded()
	whole := s.do("GET", acme+"/position?limit=1000", "")
	all, next := items(whole)
	if next != nil || whole["count"] != float64(len(all)) || len(all) < 50 || whole["known"] != nil || whole["on"] != "2026-09-01" || whole["revision"] != 2.0 {
		t.Fatalf("%d lines, next %v, count %v, revision %v", len(all), next, whole["count"], whole["revision"])
	}
	var got []any
	for after := any(0.0); after != nil; {
		part, more := items(s.do("GET", fmt.Sprintf("%s/position?limit=40&after=%v", acme, after), ""))
		got, after = append(got, part...), more
	}
	a, _ := json.Marshal(all)
	if b, _ := json.Marshal(got); string(a) != string(b) {
		t.Errorf("the pages together have %d lines, the position %d", len(got), len(all))
	}
	for _, query := range []string{"area=watch", "state=unknown", "subject=web", "subject=organization"} {
		if some, _ := items(s.do("GET", acme+"/position?limit=1000&"+query, "")); len(some) == 0 || len(some) >= len(all) {
			t.Errorf("%s chooses %d of %d", query, len(some), len(all))
		}
	}
}

// TestPositionIsBounded wants what is large to be cut, and said to be.
func TestPositionIsBounded(t *testing.T) {
	s := newSite(t)
	s.guarded()
	for i := range mostListed + 20 {
		s.do("POST", acme+"/evidence/events", fmt.Sprintf(`{"duty": "CSL-37-REVIEW", "subject": "organization", "day": "2026-08-20", "what": "purchase %d"}`, i))
		s.do("POST", records, recordWith(`"kind": "appointment"`)) // not of this duty
	}
	review := s.lineAt("duty=CSL-37-REVIEW&subject=organization")
	logs := s.lineAt("duty=CSL-23-LOGS")
	if n := len(review["open"].([]any)); n != mostListed || review["left_out"] != 20.0 {
		t.Errorf("open: %d, left out: %v", n, review["left_out"])
	}
	if n := len(logs["not_counting"].([]any)); n != mostListed || logs["left_out"] != 20.0 {
		t.Errorf("not counting: %d, left out: %v", n, logs["left_out"])
	}
	if newest := logs["not_counting"].([]any)[mostListed-1].(map[string]any)["seq"]; newest != 242.0 {
		t.Errorf("the newest that does not count is %v", newest)
	}
	for i := range mostListed + 20 {
		s.do("POST", acme+"/systems", fmt.Sprintf(`{"id": "s%d", "name": {"en": "S"}}`, i))
	}
	list, _ := items(s.do("GET", acme+"/tasks?limit=1000", ""))
	most := 0.0
	for _, i := range list {
		task := i.(map[string]any)
		if count := task["subject_count"].(float64); count > most {
			most = count
			if n := len(task["subjects"].([]any)); n != min(int(count), mostListed) {
				t.Errorf("%v subjects, of which %d are listed", count, n)
			}
		}
	}
	if most != 122 {
		t.Errorf("the largest task has %v subjects", most)
	}
}

func TestQuestionsOfPositionAreChecked(t *testing.T) {
	s := newSite(t)
	s.guarded()
	tests := map[string]struct {
		path           string
		status         int
		code, location string
	}{
		"no such area":              {"/position?area=none", 422, "api.invalid", "query.area"},
		"no such duty":              {"/position?duty=none", 422, "api.invalid", "query.duty"},
		"no such state":             {"/position?state=compliant", 422, "api.invalid", "query.state"},
		"no such day":               {"/position?on=2026-02-30", 422, "api.invalid", "query.on"},
		"known on no day":           {"/position?known=yesterday", 422, "api.invalid", "query.known"},
		"before the law":            {"/position?on=2001-01-01", 400, "day.too_early", ""},
		"known before anything was": {"/position?known=2026-08-31", 404, "standing.not_known_then", ""},
		"a page too large":          {"/position?limit=1001", 422, "api.invalid", "query.limit"},
		"heat without days":         {"/position/heat", 422, "api.invalid", "query.from"},
		"heat backwards":            {"/position/heat?from=2026-02-01&to=2026-01-01", 400, "position.days", ""},
		"heat of too many days":     {"/position/heat?from=2025-01-01&to=2026-02-05", 400, "position.days", ""},
		"heat of all days":          {"/position/heat?from=1900-01-01&to=2199-12-31", 400, "position.days", ""},
		"heat to no day":            {"/position/heat?from=2026-01-01&to=2026-13-01", 422, "api.invalid", "query.to"},
		"heat of no steps":          {"/position/heat?from=2026-01-01&to=2026-02-01&every=0", 422, "api.invalid", "query.every"},
		"changes since never":       {"/position/changes", 422, "api.invalid", "query.since"},
		"changes of no area":        {"/position/changes?since=2026-01-01&area=none", 422, "api.invalid", "query.area"},
		"tasks of no area":          {"/tasks?area=none", 422, "api.invalid", "query.area"},
		"no such rectification":     {"/rectifications/9", 404, "api.no_rectification", ""},
		"a record is none":          {"/rectifications/1", 404, "api.no_rectification", ""},
		"one that began later":      {"/rectifications/2?on=2026-07-31", 404, "api.no_rectification", ""},
		"an unknown parameter":      {"/rectifications?area=watch", 422, "api.invalid", "query.area"},
		"an unknown one of heat":    {"/position/heat?from=2026-01-01&to=2026-02-01&on=2026-01-01", 422, "api.invalid", "query.on"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s.t = t
			w := s.call("reader", "GET", Base+acme+tt.path, "")
			p := s.refused(w, tt.status, tt.code)
			if tt.location != "" && (len(p.Errors) == 0 || p.Errors[0].Location != tt.location) {
				t.Errorf("got the mistakes %+v, want one at %s", p.Errors, tt.location)
			}
		})
	}
}

// TestHeat wants the days of the heat to count what the position lists.
func TestHeat(t *testing.T) {
	s := newSite(t)
	s.guarded()
	var h heat
	decode(t, s.call("reader", "GET", Base+acme+"/position/heat?from=2026-08-01&to=2026-09-01&every=15", ""), &h)
	if got := fmt.Sprint(h.Days); got != "[2026-08-01 2026-08-16 2026-08-31]" {
		t.Fatalf("days: %s", got)
	}
	lines := s.do("GET", acme+"/position?on=2026-08-31&limit=1000", "")["count"].(float64)
	n := 0
	for _, a := range h.Areas {
		for _, c := range []counts{a.Cells[2].Binding, a.Cells[2].Other} {
			n += c.Overdue + c.InRectification + c.Expiring + c.None + c.Unknown + c.OnFile
		}
	}
	if float64(n) != lines {
		t.Errorf("the heat counts %d lines, the position has %v", n, lines)
	}
}

// TestChangesAndTasks wants what was filed to be seen in both.
func TestChangesAndTasks(t *testing.T) {
	s := newSite(t)
	s.guarded()
	list, _ := items(s.do("GET", acme+"/position/changes?since=2026-08-29&duty=CSL-23-LOGS", ""))
	if got := fmt.Sprint(list); len(list) != 1 || !strings.Contains(got, "from:none") || !strings.Contains(got, "to:on_file") {
		t.Errorf("changes: %s", got)
	}
	s.do("POST", acme+"/evidence/assignments", `{"duty": "CSL-27-PLAN", "subject": "organization", "owner": "李明"}`)
	mine, _ := items(s.do("GET", acme+"/tasks?owner=%E6%9D%8E%E6%98%8E", ""))
	if len(mine) != 1 || mine[0].(map[string]any)["what"] != "put_right" || mine[0].(map[string]any)["due"] != "2026-10-01" {
		t.Errorf("tasks: %v", mine)
	}
	all, _ := items(s.do("GET", acme+"/tasks?limit=1000", ""))
	unowned, _ := items(s.do("GET", acme+"/tasks?limit=1000&unowned=true", ""))
	if len(unowned) != len(all)-1 {
		t.Errorf("%d tasks, %d of nobody", len(all), len(unowned))
	}
}

func TestRectification(t *testing.T) {
	s := newSite(t)
	s.guarded()
	s.do("POST", records, recordWith(`"duties": ["CSL-27-PLAN"]`, `"observed": "2026-07-01"`))
	s.do("POST", records, recordWith(`"duties": ["CSL-27-PLAN"]`, `"observed": "2026-08-15"`))
	s.do("POST", acme+"/evidence/2/end", `{"how": "done", "day": "2026-08-20", "reason": "it is there"}`)
	var got rectificationFull
	decode(t, s.call("reader", "GET", Base+acme+"/rectifications/2", ""), &got)
	if r := got.Rectification; fmt.Sprint(got.Before, got.Meanwhile, r.Before, r.Meanwhile, r.Done, r.Late, r.Days) != "[3] [4] 1 1 2026-08-20 false -42" {
		t.Errorf("got %+v", got)
	}
	s.refused(s.call("reader", "POST", Base+acme+"/rectifications", ""), http.StatusMethodNotAllowed, "api.bad_method")
}
