package respond

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"guanji/internal/incident"
	"guanji/internal/message"
	"guanji/internal/problem"
)

// one is the one pointer of a part of an alert.
func one(p string) []string { return []string{p} }

func machine(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "alerts", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestWhatMachinesSend reads the bodies of testdata/alerts by the maps of
// docs/formats/incidents.md.
func TestWhatMachinesSend(t *testing.T) {
	moment := func(s string) time.Time {
		at, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	down := incident.Alert{Source: "alertmanager", Group: "CoreBankingDown", Title: "Core banking does not answer", System: "core-banking", Severity: "critical"}
	core1, core2 := down, down
	core1.Ref, core2.Ref = "1a30ba71cca2921f 2026-11-19T18:31:07.128Z", "c6eadffa33fcdf37 2026-11-19T18:30:52.903Z"
	tests := map[string]struct {
		file string
		m    AlertMap
		want []Raised
		text string // in the text of the last
	}{
		"our own": {"guanji", AlertMap{}, []Raised{{incident.Alert{Source: "siem-1", Ref: "A-4711", Group: "RULE-17", Title: "Many failed sign-ins", System: "core-banking", Severity: "high"},
			moment("2026-11-19T18:31:07Z")}}, "312 failures in 60 s"},
		"Alertmanager": {"alertmanager", AlertMap{}, []Raised{{core1, moment("2026-11-19T18:31:07.128Z")}, {core2, moment("2026-11-19T18:30:52.903Z")}},
			"core-2 has not answered for 2 minutes.\nresolved\nalertname: CoreBankingDown\ninstance: https://core-2.bank.example\n"},
		"Alertmanager, told otherwise": {"alertmanager", AlertMap{Source: "prometheus-2", Title: one("/labels/alertname"), System: one("cards"), Ref: one("/fingerprint"), Text: one("/labels/instance")},
			[]Raised{{incident.Alert{Source: "prometheus-2", Ref: "1a30ba71cca2921f", Group: "CoreBankingDown", Title: "CoreBankingDown", System: "cards", Severity: "critical"}, moment("2026-11-19T18:31:07.128Z")},
				{incident.Alert{Source: "prometheus-2", Ref: "c6eadffa33fcdf37", Group: "CoreBankingDown", Title: "CoreBankingDown", System: "cards", Severity: "critical"}, moment("2026-11-19T18:30:52.903Z")}},
			"https://core-2.bank.example"},
		"Grafana": {"grafana", AlertMap{Source: "grafana", Severity: []string{"/labels/severity", "/labels/zone"}}, []Raised{{incident.Alert{Source: "grafana", Ref: "bc97ff14869b13e3 2026-11-20T02:31:03.157076+08:00",
			Group: "Egress above normal", Title: "Egress above normal", Severity: "dmz"}, moment("2026-11-19T18:31:03.157076Z")}}, "4.2 GB left"},
		"Splunk": {"splunk", AlertMap{Source: "splunk", Ref: one("/sid"), Group: one("/search_name"), Title: one("/result/rule_name"), Text: one("/result"), System: one("/result/host"), Severity: one("/result/urgency"), At: one("/result/_time")},
			[]Raised{{incident.Alert{Source: "splunk", Ref: "scheduler__admin__search__RMD5a1_at_1795113060_132", Group: "Root sign-in outside the bastion", Title: "Root sign-in outside the bastion", System: "core-gw-1", Severity: "high"},
				moment("2026-11-19T18:31:07.25Z")}}, `"sourcetype": "linux_secure"`},
		"Wazuh": {"wazuh", AlertMap{Source: "wazuh", Ref: one("/id"), Group: one("/rule/id"), Title: one("/rule/description"), Text: []string{"/full_log", "/rule"}, System: one("/agent/name"), Severity: one("/rule/level"), At: one("/timestamp")},
			[]Raised{{incident.Alert{Source: "wazuh", Ref: "1795113067.3461", Group: "5712", Title: "sshd: brute force trying to get access to the system. Non existent user.", System: "core-gw-1", Severity: "10"},
				moment("2026-11-19T18:31:07.41Z")}}, "Invalid user oracle from 203.0.113.7"},
		"Elastic": {"elastic", AlertMap{Source: "elastic", Ref: one("/kibana.alert.uuid"), Group: one("/kibana.alert.rule.uuid"), Title: one("/kibana.alert.rule.name"), Text: one("/kibana.alert.reason"), System: one("/host/name"),
			Severity: one("/kibana.alert.severity"), At: []string{"/kibana.alert.original_time", "/@timestamp"}},
			[]Raised{{incident.Alert{Source: "elastic", Ref: "8c1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8", Group: "5f2d8e1a-6c3b-4e9f-8a7d-1b2c3d4e5f60", Title: "Potential privilege escalation via pkexec",
				System: "core-app-3", Severity: "high"}, moment("2026-11-19T18:30:55.001Z")}}, "by app on core-app-3"},
		"Kibana": {"kibana", AlertMap{Source: "kibana", Ref: one("/date"), Group: one("/rule/id"), Title: one("/rule/name"), Text: one("/link"), Severity: one("/rule/severity"), At: one("/date")},
			[]Raised{{incident.Alert{Source: "kibana", Ref: "2026-11-19T18:32:00.104Z", Group: "5f2d8e1a-6c3b-4e9f-8a7d-1b2c3d4e5f60", Title: "Potential privilege escalation via pkexec", Severity: "high"},
				moment("2026-11-19T18:32:00.104Z")}}, "kibana.bank.example"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := ReadAlerts(machine(t, tt.file), tt.m)
			if err != nil || len(got) != len(tt.want) {
				t.Fatalf("ReadAlerts(%s) = %+v, %v; want %d alerts", tt.file, got, err, len(tt.want))
			}
			if last := got[len(got)-1].Text; !strings.Contains(last, tt.text) {
				t.Errorf("the text %q lacks %q", last, tt.text)
			}
			for i, want := range tt.want {
				if got[i].Text = ""; got[i].Alert != want.Alert || !got[i].At.Equal(want.At) {
					t.Errorf("ReadAlerts(%s)[%d] = %+v, want %+v", tt.file, i, got[i], want)
				}
			}
		})
	}
}

// TestWhatCannotBeRead wants to hear what is wrong, where, in both languages.
func TestWhatCannotBeRead(t *testing.T) {
	title := AlertMap{Source: "x", Title: one("/a")}
	tests := map[string]struct {
		body string
		m    AlertMap
		want []string // field and message of each mistake
	}{
		"nothing":                 {``, AlertMap{}, []string{"body alert.bad_json"}},
		"no JSON":                 {"{\n \"a\" 1}", AlertMap{}, []string{"body alert.bad_json"}},
		"two documents":           {`{} {}`, AlertMap{}, []string{"body alert.bad_json"}},
		"a list":                  {`[{"a": 1}]`, title, []string{"body alert.want_object"}},
		"null":                    {`null`, title, []string{"body alert.want_object"}},
		"bytes that are no text":  {"{\"a\": \"\xff\"}", title, []string{"body alert.no_text"}},
		"too large":               {`{"a": "` + strings.Repeat("x", MaxAlertBody) + `"}`, title, []string{"body alert.large"}},
		"too deep":                {`{"a": ` + strings.Repeat("[", maxNesting) + strings.Repeat("]", maxNesting) + `}`, title, []string{"body alert.deep"}},
		"deep beyond all":         {strings.Repeat(`{"a":`, 20_000), title, []string{"body alert.bad_json"}},
		"a member twice":          {`{"a": 1, "b": {"c": 1, "c": 2}}`, title, []string{"body alert.twice"}},
		"not our own":             {`{"rule": {"name": "x"}, "id": 5, "title": 7, "at": "today"}`, AlertMap{}, []string{"body.at alert.want_time", "body.id alert.unknown_member", "body.rule alert.unknown_member", "body.title alert.want_text"}},
		"no source":               {`{"a": "x"}`, AlertMap{Title: one("/a")}, []string{"source alert.no_source"}},
		"no title":                {`{"a": "x"}`, AlertMap{Source: "x", Ref: one("/a")}, []string{"title alert.no_title"}},
		"an empty title":          {`{"a": " "}`, title, []string{"title alert.empty"}},
		"a title of null":         {`{"a": null}`, title, []string{"title alert.empty"}},
		"a title that is a list":  {`{"a": ["x"]}`, title, []string{"title alert.want_text"}},
		"found nowhere":           {`{"a": "x"}`, AlertMap{Source: "x", Title: []string{"/b", "/a/0"}, Ref: one("/id"), Group: one("/a/b")}, []string{"group alert.not_found", "ref alert.not_found", "title alert.not_found"}},
		"no pointer":              {`{"a": "x"}`, AlertMap{Source: "x", Title: one("a"), Ref: one("/a~2")}, []string{"ref alert.bad_pointer", "title alert.bad_pointer"}},
		"no such item":            {`{"a": ["x"]}`, AlertMap{Source: "x", Title: one("/a/00"), Ref: one("/a/-"), Text: one("/a/1")}, []string{"ref alert.not_found", "text alert.not_found", "title alert.not_found"}},
		"a time without a zone":   {`{"a": "x", "t": "2026-11-20T03:12:00"}`, AlertMap{Source: "x", Title: one("/a"), At: one("/t")}, []string{"at alert.want_time"}},
		"a time that is a list":   {`{"a": "x", "t": []}`, AlertMap{Source: "x", Title: one("/a"), At: one("/t")}, []string{"at alert.want_time"}},
		"a group of none":         {`{"groupKey": "x", "alerts": []}`, AlertMap{}, []string{"body.alerts alert.how_many"}},
		"a group of too many":     {`{"groupKey": "x", "alerts": [` + strings.Repeat("0,", maxRaised) + `0]}`, AlertMap{}, []string{"body.alerts alert.how_many"}},
		"a group of what is none": {`{"groupKey": "x", "alerts": [{"labels": {"alertname": "x"}}, 5, {"labels": {}}]}`, AlertMap{}, []string{"body.alerts[1] alert.want_object", "title alert.not_found"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := ReadAlerts([]byte(tt.body), tt.m)
			fields, _ := err.(problem.Fields)
			found := map[string]bool{}
			for _, f := range fields {
				found[f.Name+" "+f.Msg.Key] = true
				if en, zh := f.Msg.In(message.English), f.Msg.In(message.Chinese); en == zh || strings.Contains(en+zh, "%!") || strings.HasPrefix(en, "alert.") {
					t.Errorf("%s: %q and %q", f.Name, en, zh)
				}
			}
			if got := strings.Join(sorted(found), ", "); got != strings.Join(tt.want, ", ") {
				t.Errorf("got %s, want %s", got, strings.Join(tt.want, ", "))
			}
		})
	}
}

// TestWordsOfMachinesAreCut wants what is too long or hides something to be
// kept as far as it can be, and two numbers never to become one.
func TestWordsOfMachinesAreCut(t *testing.T) {
	m := AlertMap{Source: "x", Title: one("/t"), Ref: one("/t"), Text: one("/t")}
	body, err := json.Marshal(map[string]string{"t": "\u202e告警\u0007\r\n" + strings.Repeat("长", 10_000)})
	if err != nil {
		t.Fatal(err)
	}
	got, err := ReadAlerts(body, m)
	if err != nil {
		t.Fatal(err)
	}
	a := got[0]
	if len(a.Title) > incident.MaxLine || !strings.HasPrefix(a.Title, "告警") || !strings.HasSuffix(a.Title, "长…") || len(a.Text) > incident.MaxText || !strings.Contains(a.Text, "告警 \n长") {
		t.Errorf("title %q, text of %d bytes", a.Title, len(a.Text))
	}
	if !strings.HasPrefix(a.Ref, "sha256:") || a.Ref != short("\u202e告警\u0007\r\n"+strings.Repeat("长", 10_000)) || a.Ref == short(strings.Repeat("长", 10_000)) {
		t.Errorf("ref %q", a.Ref)
	}
	if mistakes := (incident.Step{Alert: &a.Alert}).Check(start); mistakes != nil {
		t.Errorf("what was cut cannot be kept: %v", mistakes)
	}
}

func TestTimesOfMachines(t *testing.T) {
	for text, want := range map[string]string{
		"2026-11-20T02:31:07+08:00": "2026-11-19T18:31:07Z", "2026-11-19T18:31:07.410+0000": "2026-11-19T18:31:07.41Z", "2026-11-19 18:31:07Z": "2026-11-19T18:31:07Z", "2026-11-20 02:31:07 +0800": "2026-11-19T18:31:07Z",
		"1795113067": "2026-11-19T18:31:07Z", "1795113067.250": "2026-11-19T18:31:07.25Z", "1795113067250": "2026-11-19T18:31:07.25Z", "0001-01-01T00:00:00Z": "0001-01-01T00:00:00Z",
		"2026-11-20T02:31:07": "", "20 November 2026": "", "": "", "-5": "", "1e9": "", ".5": "", "1.0000000001": "", "9999999999999999": "", "9999-01-01T00:00:00Z": "", "99999-01-01T00:00:00Z": "",
	} {
		got, ok := readTime(text)
		if ok != (want != "") || ok && got.Format(time.RFC3339Nano) != want {
			t.Errorf("readTime(%q) = %s, %v, want %q", text, got.Format(time.RFC3339Nano), ok, want)
		}
	}
}

// FuzzReadAlerts reads any body by any map. What is read can be kept, but for
// what a person must mend in our own form; what is not has words.
func FuzzReadAlerts(f *testing.F) {
	for _, name := range []string{"guanji", "alertmanager", "grafana", "splunk", "wazuh", "elastic", "kibana"} {
		data, err := os.ReadFile(filepath.Join("testdata", "alerts", name+".json"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, "", "", "")
		f.Add(data, "machine", "/rule/name", "/@timestamp")
	}
	f.Fuzz(func(t *testing.T, body []byte, source, pointer, at string) {
		m := AlertMap{Source: source}
		if pointer != "" {
			m.Title, m.Ref, m.Text, m.System, m.At = one(pointer), one(pointer), one(pointer), one(pointer), one(at)
		}
		all, err := ReadAlerts(body, m)
		if fields, ok := err.(problem.Fields); err != nil && (!ok || len(fields) == 0) {
			t.Fatalf("the error %v", err)
		}
		for _, a := range all {
			if err == nil && m.maps() && utf8.ValidString(source) && len(source) < incident.MaxLine {
				a.Source = "machine"
				a.At = time.Time{}
				if mistakes := (incident.Step{Alert: &a.Alert}).Check(start); mistakes != nil {
					t.Errorf("%+v cannot be kept: %v", a, mistakes)
				}
			}
		}
	})
}
