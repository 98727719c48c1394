package api

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"guanji/internal/day"
	"guanji/internal/report"
)

// step is one request in a story, with what its answer must hold.
type step struct {
	operation  string
	path, body string
	want       string // a text in the answer
}

// story calls every operation as a program would, one after another. In paths,
// {x} stands for what the answer to the step before named x.
func story() []step {
	return []step{
		{"get-me", "/me", "", `"name": "The administrator"`},
		{"create-organization", "/organizations", `{"id": "acme", "name": {"en": "Acme"}}`, `"zh": "Acme"`},
		{"list-organizations", "/organizations", "", `"id": "acme"`},
		{"rename-organization", "/organizations/acme/name", `{"name": {"en": "Acme", "zh": "艾克米"}, "seen": 1}`, ""},
		{"create-system", "/organizations/acme/systems", `{"id": "wallet", "name": {"zh": "钱包"}}`, `"en": "钱包"`},
		{"rename-system", "/organizations/acme/systems/wallet/name", `{"name": {"en": "Wallet", "zh": "钱包"}}`, ""},
		{"list-systems", "/organizations/acme/systems", "", `"en": "Wallet"`},
		{"create-transfer", "/organizations/acme/transfers", `{"id": "hr", "name": {"en": "HR"}}`, `"id": "hr"`},
		{"rename-transfer", "/organizations/acme/transfers/hr/name", `{"name": {"en": "HR abroad"}}`, ""},
		{"list-transfers", "/organizations/acme/transfers", "", `"en": "HR abroad"`},
		{"create-statements", "/organizations/acme/statements", `{"changes": [{"about": "organization", "subject": "organization", "key": "org.sectors", "value": ["finance"], "seen": 0},
			{"about": "system", "subject": "wallet", "key": "sys.registered_users", "value": null}]}`, `"origin": "called"`},
		{"list-statements", "/organizations/acme/statements?limit=2", "", `"next": 4`}, // 1 and 3 are names since changed
		{"list-history", "/organizations/acme/statements/history?about=organization&subject=organization&key=org.sectors", "", `"finance"`},
		{"create-notice", "/organizations/acme/notices", `{"notified_on": "2026-05-20", "by": "金融监管总局", "systems": ["wallet"]}`, `"id": "n1"`},
		{"put-notice", "/organizations/acme/notices/n1", `{"notified_on": "2026-05-20", "withdrawn_on": "2026-06-01", "source": "letter", "sure": "documented"}`, ""},
		{"list-notices", "/organizations/acme/notices", "", `"withdrawn_on": "2026-06-01"`},
		{"delete-notice", "/organizations/acme/notices/n1", "", ""},
		{"get-assessment", "/organizations/acme/assessment?on=2026-08-01", "", `"as_of": "2026-08-01"`},
		{"list-questions", "/organizations/acme/questions?limit=5", "", `"could_become": "designated"`},
		{"list-duties", "/organizations/acme/duties?applies=unknown&limit=3&q=log", "", `"applies": "unknown"`},
		{"get-duty", "/organizations/acme/duties/{duty}", "", `"depends_on"`},
		{"preview-trial", "/organizations/acme/trials/preview?on=2026-08-01", `{"changes": [{"about": "organization", "subject": "organization", "key": "org.designation.notified", "value": true}]}`, `"status": "designated"`},
		{"create-trial", "/organizations/acme/trials", `{"name": "what if", "changes": [{"about": "organization", "subject": "organization", "key": "org.designation.notified", "taken_back": true}]}`, `"name": "what if"`},
		{"get-trial", "/organizations/acme/trials/{id}", "", `"taken_back": true`},
		{"list-trials", "/organizations/acme/trials", "", `"name": "what if"`},
		{"delete-trial", "/organizations/acme/trials/{id}", "", ""},
		{"get-organization-file", "/organizations/acme/file", "", "org.sectors: [finance]"},
		{"put-organization-file", "/organizations/acme/file?whole=true", "guanji: 1\norganization: {id: acme, name: {en: Acme, zh: 艾克米}}\nfacts: {pi.individuals: 5}\n", `"taken_back": 4`},
		{"import-organization", "/organizations/import?sure=documented&source=a+disk", `{"guanji": 1, "organization": {"id": "other", "name": {"en": "Other", "zh": "其他"}}}`, `"created": true`},
		{"create-statements", "/organizations/acme/statements", `{"changes": [{"about": "organization", "subject": "organization", "key": "org.operates_network", "value": true}]}`, `"revision"`},
		{"get-upload-options", "/organizations/acme/uploads", "", ""},
		{"create-upload", "/organizations/acme/uploads", "", ""},
		{"write-upload", "/organizations/acme/uploads/{upload}", "hello world", ""},
		{"get-upload", "/organizations/acme/uploads/{upload}", "", ""},
		{"finish-upload", "/organizations/acme/uploads/{upload}/finish", "", `"name": "日志.txt"`},
		{"delete-upload", "/organizations/acme/uploads/{upload}", "", ""},
		{"create-record", "/organizations/acme/evidence/records", logsRecord, `"leaf": 1`},
		{"get-evidence-file", "/organizations/acme/evidence/1/files/0", "", "hello world"},
		{"create-plan", "/organizations/acme/evidence/plans", `{"duty": "CSL-23-LOGS", "subject": "organization", "basis": "order", "by": "网信办", "started": "2026-08-01", "due": "2026-10-01", "what": "keep the logs of the gateway"}`, `"seq": 2`},
		{"create-event", "/organizations/acme/evidence/events", `{"duty": "CSL-37-REVIEW", "subject": "organization", "day": "2026-08-20", "what": "a firewall is bought", "seen": 2}`, `"type": "event"`},
		{"create-assignment", "/organizations/acme/evidence/assignments", `{"duty": "CSL-23-LOGS", "subject": "organization", "owner": "The editor", "remind": 10}`, `"owner": "The editor"`},
		{"list-position", "/organizations/acme/position?duty=CSL-23-LOGS", "", `"state": "in_rectification"`},
		{"list-tasks", "/organizations/acme/tasks?owner=The+editor", "", `"what": "put_right"`},
		{"end-evidence", "/organizations/acme/evidence/2/end", `{"how": "done", "reason": "the gateway keeps its logs"}`, `"of": 2`},
		{"get-evidence", "/organizations/acme/evidence/2", "", `"how": "done"`},
		{"list-evidence", "/organizations/acme/evidence?duty=CSL-23-LOGS&limit=2", "", `"next": 2`},
		{"get-heat", "/organizations/acme/position/heat?from=2026-01-01&to=2026-09-01&every=30", "", `"area": "watch"`},
		{"list-position-changes", "/organizations/acme/position/changes?since=2026-01-01&duty=CSL-23-LOGS", "", `"to": "on_file"`},
		{"list-rectifications", "/organizations/acme/rectifications", "", `"meanwhile_count": 1`},
		{"get-rectification", "/organizations/acme/rectifications/2", "", `"CSL-73"`},
		{"create-alert", "/organizations/acme/alerts", `{"source": "siem-1", "ref": "A-4711", "title": "Many failed sign-ins"}`, `"new": true`},
		{"create-alert", "/organizations/acme/alerts?source=siem-2&title=/rule/name", `{"rule": {"name": "Egress above normal"}}`, `"case": 2`},
		{"list-incidents", "/organizations/acme/incidents?state=alert,threat", "", `"title": "Many failed sign-ins"`},
		{"create-step", "/organizations/acme/incidents/1/steps", `{"seen": 1, "open": {"as": "incident", "title": "Core banking is down", "aware": {"at": "2026-09-01T19:40:00+08:00", "reading": "person"}}}`, `"state": "running"`},
		{"create-step", "/organizations/acme/incidents/1/steps", `{"seen": 3, "facts": {"values": {"incident.cii": true, "incident.cii_outage_minutes": 15}}}`, `"grade": "III"`},
		{"create-step", "/organizations/acme/incidents/1/steps", `{"seen": 4, "happened": "2026-09-01T19:55:00+08:00", "offline": true, "sent": {"report": "RPT-CII/public_security/initial", "way": "by telephone", "receipt": "R-1"}}`, `"receipt": "R-1"`},
		{"create-incident", "/organizations/acme/incidents", `{"as": "threat", "title": "A hole in the gateway", "drill": true, "aware": {"at": "2026-09-01T11:00:00Z", "reading": "told"}}`, `"drill": true`},
		{"get-incident", "/organizations/acme/incidents/1", "", `"report": "RPT-CII/protection_department/initial"`},
		{"get-incident-report", "/organizations/acme/incidents/1/report?lang=en&part=closing", "", "word/document.xml"},
		{"get-replay", "/organizations/acme/incidents/1/replay", "", `"same": true`},
		{"put-response-plan", "/organizations/acme/response-plan", `{"seen": 0, "wait": 10, "ladder": [{"name": "Ann", "phone": "ext. 17"}], "contacts": {"public_security": {"phone": "ext. 18"}}}`, `"seq": 7`},
		{"get-response-plan", "/organizations/acme/response-plan", "", `"name": "Ann"`},
		{"get-response-card", "/organizations/acme/response-plan/card", "", "word/document.xml"},
		{"list-leaves", "/ledger/leaves?what=step&organization=acme&id=1", "", `"what": "step"`},
		{"get-checkpoint", "/ledger/checkpoint", "", "test.example\n"},
		{"get-ledger-key", "/ledger/key", "", "test.example+"},
		{"list-leaves", "/ledger/leaves?what=filed&organization=acme&id=1", "", `"about": "record/organization/log.retention"`},
		{"get-leaf", "/ledger/leaves/1", "", `"by": "The administrator"`},
		{"get-proof", "/ledger/leaves/1/proof", "", `"checkpoint": "test.example`},
		{"list-facts", "/facts?limit=1000", "", `"org.sectors"`},
		{"list-instruments", "/law/instruments", "", `"CSL"`},
		{"get-instrument", "/law/instruments/CSL", "", `"in_force"`},
		{"list-provisions", "/law/provisions?q=log+网络", "", `"quote_zh"`},
		{"get-provisions", "/law/provisions/CSL-21", "", `"CSL-23(3)"`},
		{"list-changes", "/law/changes?from=2025-12-31&to=2026-01-01", "", `"renumbered"`},
		{"create-token", "/tokens", `{"label": "nightly", "scopes": ["read"], "days": 2}`, `"secret"`},
		{"list-tokens", "/tokens", "", `"nightly"`},
		{"delete-token", "/tokens/{id}", "", ""},
		{"create-account", "/accounts", `{"name": "李明", "role": "reader"}`, `"secret"`},
		{"list-accounts", "/accounts", "", `"李明"`},
		{"update-account", "/accounts/editor", `{"disabled": true}`, `"disabled": true`},
		{"delete-system", "/organizations/other/systems/none", "", `standing.no_subject`},
		{"delete-transfer", "/organizations/other/transfers/none", "", `standing.no_subject`},
	}
}

// logsRecord is evidence with the file that the story uploads.
const logsRecord = `{"kind": "log.retention", "duties": ["CSL-23-LOGS"], "subject": "organization", "observed": "2026-08-30", "result": "in_order",
	"method": {"kind": "attested", "who": "李明"}, "scope": {"what": "gateways", "population": 14, "sample": 14},
	"files": [{"name": "日志.txt", "digest": "sha256:b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9", "size": 11}]}`

// tusHeaders returns what an operation of uploads has in the head of its
// request.
func tusHeaders(operation string) []string {
	head := []string{"Tus-Resumable", "1.0.0"}
	switch operation {
	case "create-upload":
		return append(head, "Upload-Length", "11", "Upload-Metadata", "filename 5pel5b+XLnR4dA==")
	case "write-upload":
		return append(head, "Content-Type", chunkType, "Upload-Offset", "0")
	}
	return head
}

// TestStory wants every operation to answer as its document promises.
func TestStory(t *testing.T) {
	s := newSite(t)
	_, operations := document(t, s)
	c := newContract(t, s)
	named := map[string]string{}
	for _, st := range story() {
		i := slices.IndexFunc(operations, func(d documented) bool { return d.OperationID == st.operation })
		if i < 0 {
			t.Fatalf("there is no operation %s", st.operation)
		}
		path := regexp.MustCompile(`{(\w+)}`).ReplaceAllStringFunc(st.path, func(m string) string { return named[strings.Trim(m, "{}")] })
		w := s.call("administrator", operations[i].method, Base+path, st.body, tusHeaders(st.operation)...)
		c.check(operations[i], w)
		if !strings.Contains(w.Body.String(), st.want) || w.Code >= 400 && !strings.Contains(st.want, "no_subject") {
			t.Fatalf("%s = %d, want %s in\n%.3000s", st.operation, w.Code, st.want, w.Body)
		}
		if w.Code == 204 && w.Body.Len() > 0 {
			t.Errorf("%s: 204 with a body", st.operation)
		}
		remember(named, w)
		s.sign()
	}
	for _, d := range operations {
		if !c.met[d.OperationID] {
			t.Errorf("nobody calls %s", d.OperationID)
		}
	}
	if s.log.Len() > 0 {
		t.Errorf("the log is not empty: %s", s.log)
	}
}

// remember notes ids that later steps need.
func remember(named map[string]string, w *httptest.ResponseRecorder) {
	if _, id, ok := strings.Cut(w.Header().Get("Location"), "/uploads/"); ok {
		named["upload"] = id
	}
	var v struct {
		ID    string
		Token struct{ ID string }
		Items []struct{ ID string }
	}
	if json.Unmarshal(w.Body.Bytes(), &v) != nil {
		return
	}
	if v.ID != "" {
		named["id"] = v.ID
	}
	if v.Token.ID != "" {
		named["id"] = v.Token.ID
	}
	if len(v.Items) > 0 {
		named["duty"] = v.Items[0].ID
	}
}

func TestRemoval(t *testing.T) {
	s := newSite(t)
	s.bank()
	s.do("DELETE", "/organizations/acme/systems/wallet", "")
	s.do("DELETE", "/organizations/acme/transfers/hr", "")
	list, _ := items(s.do("GET", "/organizations/acme/statements", ""))
	for _, item := range list {
		if about := item.(map[string]any)["about"]; about != "organization" {
			t.Errorf("what was stated about a %s still stands", about)
		}
	}
	list, _ = items(s.do("GET", "/organizations/acme/statements/history?about=system&subject=wallet&key=sys.registered_users", ""))
	if len(list) != 2 || list[0].(map[string]any)["taken_back"] != true {
		t.Errorf("the history of what was removed: %v", list)
	}
}

// TestSameBytes wants the forms that programs know from the commands.
func TestSameBytes(t *testing.T) {
	s := newSite(t)
	set, err := content()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile("../../examples/designated-bank.yaml")
	if err != nil {
		t.Fatal(err)
	}
	imported := s.do("POST", "/organizations/import", string(data))
	id := imported["organization"].(string)
	f, err := set.Vocabulary.ReadFile("f", data)
	if err != nil {
		t.Fatal(err)
	}
	a, err := set.Assess(f, day.Of(2026, 9, 1))
	if err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	if err := report.JSON(&want, a); err != nil {
		t.Fatal(err)
	}
	if got := s.call("reader", "GET", Base+"/organizations/"+id+"/assessment", ""); got.Body.String() != want.String() {
		t.Error("the assessment is not the one of guanji assess --format json")
	}
	file := s.call("reader", "GET", Base+"/organizations/"+id+"/file", "").Body.String()
	again := s.do("PUT", "/organizations/"+id+"/file?whole=true", file)
	if again["added"] != 0.0 || again["changed"] != 0.0 || again["taken_back"] != 0.0 {
		t.Errorf("what was exported changed on import: %v", again)
	}
}

func TestPages(t *testing.T) {
	s := newSite(t)
	s.bank()
	for _, path := range []string{"/law/instruments", "/facts", "/organizations/acme/duties", "/organizations/acme/statements",
		"/organizations/acme/questions", "/law/changes?from=2025-12-31&to=2026-01-01"} {
		t.Run(path, func(t *testing.T) {
			sep := "?"
			if strings.Contains(path, "?") {
				sep = "&"
			}
			all, next := items(s.do("GET", path+sep+"limit=1000", ""))
			if next != nil || len(all) < 3 {
				t.Fatalf("%d items, next %v", len(all), next)
			}
			var got []any
			for after := any(0.0); after != nil; {
				n, _ := json.Marshal(after)
				var part []any
				part, after = items(s.do("GET", path+sep+"limit=2&after="+string(n), ""))
				if len(part) > 2 || len(part) == 0 {
					t.Fatalf("a page of %d", len(part))
				}
				got = append(got, part...)
			}
			a, _ := json.Marshal(all)
			if b, _ := json.Marshal(got); string(a) != string(b) {
				t.Errorf("the pages together are not the list: %d and %d items", len(got), len(all))
			}
		})
	}
	if list, next := items(s.do("GET", "/facts?after=100000", "")); len(list) != 0 || next != nil {
		t.Errorf("after the end: %v, %v", list, next)
	}
}

func TestDutiesAreChosen(t *testing.T) {
	s := newSite(t)
	s.bank()
	all, _ := items(s.do("GET", "/organizations/acme/duties?limit=1000", ""))
	for _, query := range []string{"applies=yes", "area=protect", "bearer=ciio", "subject=wallet", "subject=wallet&applies=unknown", "q=日志"} {
		some, _ := items(s.do("GET", "/organizations/acme/duties?limit=1000&"+query, ""))
		if len(some) == 0 || len(some) >= len(all) {
			t.Errorf("%s chooses %d of %d", query, len(some), len(all))
		}
	}
}
