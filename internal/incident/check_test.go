package incident

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"guanji/internal/evidence"
)

var sum = "sha256:" + strings.Repeat("0", 64)

func file(name string) evidence.File { return evidence.File{Name: name, Digest: sum, Size: 3} }

func files(n int) (list []evidence.File) {
	for i := range n {
		list = append(list, file(fmt.Sprint("f", i)))
	}
	return list
}

func many(n int) (list []string) {
	for i := range n {
		list = append(list, fmt.Sprint("s", i))
	}
	return list
}

func values(n int) *Facts {
	f := &Facts{Values: map[string]json.RawMessage{}}
	for _, id := range many(n) {
		f.Values[id] = json.RawMessage(`1`)
	}
	return f
}

func people(n int) (list []Person) {
	for _, name := range many(n) {
		list = append(list, Person{Name: name})
	}
	return list
}

func TestCheck(t *testing.T) {
	line, text := strings.Repeat("x", MaxLine), strings.Repeat("x", MaxText)
	aware := Aware{At: noon, Reading: ByPerson}
	open := func(change func(*Open)) Step {
		o := &Open{As: Incident, Title: "Down", Aware: aware}
		change(o)
		return Step{Open: o}
	}
	alert := func(change func(*Alert)) Step {
		a := &Alert{Source: "siem", Title: "Odd"}
		change(a)
		return Step{Alert: a}
	}
	made := func(change func(*Sent)) Step {
		s := &Sent{Report: "R/a/initial", Way: "telephone"}
		change(s)
		return Step{Sent: s}
	}
	kept := func(change func(*Kept)) Step {
		k := &Kept{What: "disk", From: "db1", Who: "Ann", Where: "safe", Sum: sum}
		change(k)
		return Step{Kept: k}
	}
	handed := func(change func(*Handed)) Step {
		h := &Handed{Of: 1, From: "Ann", To: "Bo", Where: "safe", Why: "for the police"}
		change(h)
		return Step{Handed: h}
	}
	plan := func(change func(*Plan)) Step {
		p := &Plan{Ladder: people(2), Wait: 5}
		change(p)
		return Step{Plan: p}
	}
	tests := map[string]struct {
		step Step
		want string // field and key of each mistake
	}{
		"nothing":                         {Step{}, " incident.one_part"},
		"by the program":                  {Step{Said: &Said{}}, " incident.one_part"},
		"given":                           {Step{Given: &Given{}}, " incident.one_part"},
		"an answer":                       {Step{Ack: &Ack{}}, ""},
		"happened before":                 {Step{Ack: &Ack{}, Happened: noon.Add(-time.Hour)}, ""},
		"a clock that is ahead a little":  {Step{Ack: &Ack{}, Happened: noon.Add(clockSkew)}, ""},
		"still to happen":                 {Step{Ack: &Ack{}, Happened: noon.Add(clockSkew + time.Second)}, "happened incident.to_come"},
		"happened before there was a law": {Step{Ack: &Ack{}, Happened: time.Date(1999, 12, 31, 0, 0, 0, 0, time.UTC)}, "happened incident.long_ago"},

		"alert":              {alert(func(*Alert) {}), ""},
		"alert, all at most": {alert(func(a *Alert) { *a = Alert{line, line, line, line, text, line, line} }), ""},
		"alert of nobody":    {alert(func(a *Alert) { a.Source = " " }), "source evidence.missing"},
		"alert of nothing":   {alert(func(a *Alert) { a.Title = "" }), "title evidence.missing"},
		"alert, all too long": {alert(func(a *Alert) {
			*a = Alert{line + "x", line + "x", line + "x", line + "x", text + "x", line + "x", line + "x"}
		}), "source evidence.long_line, ref evidence.long_line, group evidence.long_line, title evidence.long_line, text evidence.long_text, system evidence.long_line, severity evidence.long_line"},
		"alert, two lines":      {alert(func(a *Alert) { a.Title = "a\nb" }), "title evidence.long_line"},
		"alert, text of lines":  {alert(func(a *Alert) { a.Text = "a\r\n\tb" }), ""},
		"alert, back in a line": {alert(func(a *Alert) { a.Text = "a\rb" }), "text evidence.long_text"},
		"alert, hidden letters": {alert(func(a *Alert) { a.Text = "a\u202eb" }), "text evidence.long_text"},
		"alert, a zero":         {alert(func(a *Alert) { a.Ref = "a\x00b" }), "ref evidence.long_line"},
		"alert, no UTF-8":       {alert(func(a *Alert) { a.Group = "a\xff" }), "group evidence.long_line"},

		"open":                     {open(func(*Open) {}), ""},
		"open, all at most":        {open(func(o *Open) { o.Title, o.Systems, o.Aware.Why = line, many(MaxSystems), text }), ""},
		"open as a threat":         {open(func(o *Open) { o.As = Threat }), ""},
		"open as something else":   {open(func(o *Open) { o.As = "party" }), "as evidence.choose"},
		"open without a title":     {open(func(o *Open) { o.Title = "" }), "title evidence.missing"},
		"open, too many systems":   {open(func(o *Open) { o.Systems = many(MaxSystems + 1) }), "systems evidence.too_many"},
		"open, awareness unsaid":   {open(func(o *Open) { o.Aware = Aware{} }), "at incident.no_time, reading evidence.missing"},
		"open, aware to come":      {open(func(o *Open) { o.Aware.At = noon.Add(time.Hour) }), "at incident.to_come"},
		"open, aware long ago":     {open(func(o *Open) { o.Aware.At = noon.AddDate(-27, 0, 0) }), "at incident.long_ago"},
		"open, reading of its own": {open(func(o *Open) { o.Aware.Reading = "dream" }), "reading evidence.missing"},

		"awareness corrected":           {Step{Aware: &Aware{noon, Told, "they rang"}}, ""},
		"awareness, without a reason":   {Step{Aware: &Aware{noon, Told, " \n"}}, "why evidence.missing"},
		"awareness, with a long reason": {Step{Aware: &Aware{noon, Told, text + "x"}}, "why evidence.long_text"},
		"awareness to come":             {Step{Aware: &Aware{noon.Add(time.Hour), Told, "x"}}, "at incident.to_come"},

		"facts":              {Step{Facts: values(1)}, ""},
		"facts, at most":     {Step{Facts: &Facts{values(MaxFacts).Values, text}}, ""},
		"no facts":           {Step{Facts: values(0)}, "values incident.facts"},
		"too many facts":     {Step{Facts: values(MaxFacts + 1)}, "values incident.facts"},
		"facts, a long note": {Step{Facts: &Facts{values(1).Values, text + "x"}}, "note evidence.long_text"},
		"a part":             {Step{Part: &Part{"event", text}}, ""},
		"a part, emptied":    {Step{Part: &Part{"event", ""}}, ""},
		"a part of nothing":  {Step{Part: &Part{"", "x"}}, "id evidence.missing"},
		"a part, too long":   {Step{Part: &Part{"event", text + "x"}}, "text evidence.long_text"},

		"a report":              {made(func(*Sent) {}), ""},
		"a report, all at most": {made(func(s *Sent) { *s = Sent{line, line, line, line, files(MaxFiles), text} }), ""},
		"a report of nothing":   {made(func(s *Sent) { s.Report = "" }), "report evidence.missing"},
		"a report, by no way":   {made(func(s *Sent) { s.Way = "" }), "way evidence.missing"},
		"a report, all too long": {made(func(s *Sent) {
			*s = Sent{line + "x", line + "x", line + "x", line + "x", files(MaxFiles + 1), text + "x"}
		}), "report evidence.long_line, way evidence.long_line, whom evidence.long_line, receipt evidence.long_line, late evidence.long_text, files evidence.too_many"},
		"a file without a name":  {made(func(s *Sent) { s.Files = []evidence.File{file("")} }), "files evidence.file_name"},
		"a file with a long one": {made(func(s *Sent) { s.Files = []evidence.File{file(strings.Repeat("x", evidence.MaxName+1))} }), "files evidence.file_name"},
		"a file with a path":     {made(func(s *Sent) { s.Files = []evidence.File{file("../a"), file(`..\a`)} }), "files evidence.file_name, files evidence.file_name"},
		"a file, hidden letters": {made(func(s *Sent) { s.Files = []evidence.File{file("a\u202etxt.exe")} }), "files evidence.file_name"},
		"a file without digest":  {made(func(s *Sent) { s.Files = []evidence.File{{Name: "a", Size: 1}} }), "files evidence.file_digest"},
		"a file less than none":  {made(func(s *Sent) { s.Files = []evidence.File{{Name: "a", Digest: sum, Size: -1}} }), "files evidence.file_digest"},

		"kept":               {kept(func(*Kept) {}), ""},
		"kept here":          {kept(func(k *Kept) { k.Sum, k.Files = "", files(1) }), ""},
		"kept, all at most":  {kept(func(k *Kept) { *k = Kept{line, line, line, line, line, sum, files(MaxFiles)} }), ""},
		"kept, nothing said": {kept(func(k *Kept) { *k = Kept{} }), "what evidence.missing, from evidence.missing, who evidence.missing, where evidence.missing, sum incident.no_digest"},
		"kept, odd digest":   {kept(func(k *Kept) { k.Sum = "md5:0" }), "sum incident.sum"},
		"kept, all too long": {kept(func(k *Kept) { *k = Kept{line + "x", line + "x", line + "x", line + "x", line + "x", sum, nil} }), "what evidence.long_line, from evidence.long_line, how evidence.long_line, who evidence.long_line, where evidence.long_line"},

		"handed":               {handed(func(*Handed) {}), ""},
		"handed, nothing said": {handed(func(h *Handed) { *h = Handed{} }), "from evidence.missing, to evidence.missing, where evidence.missing, why evidence.missing"},
		"handed, all too long": {handed(func(h *Handed) { *h = Handed{1, line + "x", line + "x", line + "x", line + "x"} }), "from evidence.long_line, to evidence.long_line, where evidence.long_line, why evidence.long_line"},

		"dismissed":               {Step{Dismiss: &Dismiss{"a test"}}, ""},
		"dismissed for no reason": {Step{Dismiss: &Dismiss{}}, "why evidence.missing"},
		"joined":                  {Step{Join: &Join{To: 1}}, ""},
		"joined, at length":       {Step{Join: &Join{1, text + "x"}}, "why evidence.long_text"},
		"a note":                  {Step{Note: &Note{What: text}}, ""},
		"a note of nothing":       {Step{Note: &Note{What: "\n"}}, "what evidence.missing"},
		"a note at length":        {Step{Note: &Note{What: text + "x"}}, "what evidence.long_text"},
		"a note, back in a line":  {Step{Note: &Note{What: "x\r\r\n#9 Ann: closed"}}, "what evidence.long_text"},
		"a role":                  {Step{Role: &Role{"lead", "Ann", "010"}}, ""},
		"a role of its own":       {Step{Role: &Role{"king", "Ann", ""}}, "role evidence.choose"},
		"a role for nobody":       {Step{Role: &Role{"lead", "", line + "x"}}, "person evidence.missing, phone evidence.long_line"},
		"a task":                  {Step{Task: &Task{What: line, Owner: line, Due: noon.AddDate(1, 0, 0)}}, ""},
		"a task of nothing":       {Step{Task: &Task{Owner: line + "x"}}, "what evidence.missing, owner evidence.long_line"},
		"done":                    {Step{Done: &Done{Of: 1}}, ""},
		"done, at length":         {Step{Done: &Done{1, text + "x"}}, "note evidence.long_text"},
		"ended":                   {Step{Ended: &Ended{}}, ""},
		"ended, at length":        {Step{Ended: &Ended{text + "x"}}, "note evidence.long_text"},
		"struck":                  {Step{Strike: &Strike{1, "wrong"}}, ""},
		"struck for no reason":    {Step{Strike: &Strike{Of: 1}}, "why evidence.missing"},
		"closed":                  {Step{Close: &Close{}}, ""},
		"closed, at length":       {Step{Close: &Close{text + "x"}}, "why evidence.long_text"},
		"opened again":            {Step{Reopen: &Reopen{"more of it"}}, ""},
		"opened for no reason":    {Step{Reopen: &Reopen{}}, "why evidence.missing"},

		"a plan":                   {plan(func(*Plan) {}), ""},
		"a plan of nothing":        {plan(func(p *Plan) { *p = Plan{} }), ""},
		"a plan, all at most":      {plan(func(p *Plan) { p.Ladder, p.Wait, p.Phrase = people(MaxLadder), MaxWait, line }), ""},
		"a plan, many people":      {plan(func(p *Plan) { p.Ladder = people(MaxLadder + 1) }), "ladder evidence.too_many"},
		"a plan, somebody twice":   {plan(func(p *Plan) { p.Ladder = append(people(1), people(1)...) }), "ladder evidence.twice"},
		"a plan, somebody unnamed": {plan(func(p *Plan) { p.Ladder = []Person{{Phone: line + "x"}} }), "ladder evidence.missing, ladder evidence.long_line"},
		"a plan, waiting less":     {plan(func(p *Plan) { p.Wait = -1 }), "wait incident.wait"},
		"a plan, waiting too long": {plan(func(p *Plan) { p.Wait = MaxWait + 1 }), "wait incident.wait"},
		"a plan, odd contacts": {plan(func(p *Plan) {
			p.Contacts = map[string]Contact{"a": {Name: line + "x"}, "b": {Phone: "\x00"}, "c": {Hours: line}}
		}), "contacts evidence.long_line, contacts evidence.long_line"},
		"a plan, a long phrase":  {plan(func(p *Plan) { p.Phrase = line + "x" }), "phrase evidence.long_line"},
		"a plan, many folders":   {plan(func(p *Plan) { p.Folders = many(MaxChannels + 1) }), "folders evidence.too_many"},
		"a plan, many channels":  {plan(func(p *Plan) { p.Ladder[0].Channels = many(MaxChannels + 1) }), "ladder evidence.too_many"},
		"a plan, a long channel": {plan(func(p *Plan) { p.Ladder[0].Channels = []string{line + "x"} }), "ladder evidence.long_line"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, m := range tt.step.Check(noon) {
				got = append(got, m.Name+" "+m.Msg.Key)
				if text := m.Msg.Text(); text.En == "" || text.Zh == "" || strings.Contains(text.En+text.Zh, "%!") {
					t.Errorf("%s is put as %+v", m.Name, text)
				}
			}
			if want := strings.Split(tt.want, ", "); !slices.Equal(got, slices.DeleteFunc(want, func(s string) bool { return s == "" })) {
				t.Errorf("mistakes %q, want %q", got, want)
			}
		})
	}
}

func TestFiles(t *testing.T) {
	for name, tt := range map[string]struct {
		step Step
		want int
	}{"a report": {Step{Sent: &Sent{Files: files(2)}}, 2}, "kept": {Step{Kept: &Kept{Files: files(1)}}, 1}, "a note": {noted("x"), 0}} {
		if got := tt.step.Files(); len(got) != tt.want {
			t.Errorf("%s has %d files, want %d", name, len(got), tt.want)
		}
	}
}
