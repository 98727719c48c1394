package evidence

import (
	"slices"
	"strings"
	"testing"

	"guanji/internal/day"
	"guanji/internal/message"
)

func on(s string) day.Day {
	d, err := day.Parse(s)
	if err != nil {
		panic(err)
	}
	return d
}

const digestOfNothing = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// goodRecord is a record without a mistake.
func goodRecord() *Record {
	return &Record{Kind: "training.record", Duties: []string{"CSL-36-2-TRAINING"}, Subject: Organization, Observed: on("2026-03-01"),
		Method: Method{Kind: Attested, Who: "HR"}, Result: InOrder, Scope: &Scope{What: "key posts", Population: 14, Sample: 14},
		Files: []File{{Name: "list.csv", Digest: digestOfNothing, Size: 0}}}
}

func TestCheckRecord(t *testing.T) {
	tests := map[string]struct {
		change func(r *Record)
		want   string // names of the fields with a mistake
	}{
		"good":                       {func(*Record) {}, ""},
		"no duties":                  {func(r *Record) { r.Duties = nil }, "duties"},
		"a duty twice":               {func(r *Record) { r.Duties = []string{"A", "B", "A"} }, "duties"},
		"duties, the most":           {func(r *Record) { r.Duties = many(MaxDuties) }, ""},
		"too many duties":            {func(r *Record) { r.Duties = many(MaxDuties + 1) }, "duties"},
		"no day observed":            {func(r *Record) { r.Observed = day.Day{} }, "observed"},
		"observed today":             {func(r *Record) { r.Observed = today }, ""},
		"observed tomorrow":          {func(r *Record) { r.Observed = today.AddDays(1) }, "observed"},
		"ends on the day observed":   {func(r *Record) { r.ValidUntil = r.Observed }, ""},
		"ends before it":             {func(r *Record) { r.ValidUntil = r.Observed.AddDays(-1) }, "valid_until"},
		"no method":                  {func(r *Record) { r.Method = Method{} }, "method"},
		"attested by nobody":         {func(r *Record) { r.Method.Who = " " }, "who"},
		"imported from nothing":      {func(r *Record) { r.Method = Method{Kind: Imported} }, "tool version"},
		"imported":                   {func(r *Record) { r.Method = Method{Kind: Imported, Tool: "scanner", Version: "7"} }, ""},
		"measured without a run":     {func(r *Record) { r.Method = Method{Kind: Measured, Tool: "guanji"} }, "run"},
		"who in two lines":           {func(r *Record) { r.Method.Who = "a\nb" }, "who"},
		"who too long":               {func(r *Record) { r.Method.Who = strings.Repeat("a", MaxLine+1) }, "who"},
		"who hides a direction":      {func(r *Record) { r.Method.Who = "a\u202eb" }, "who"},
		"no scope":                   {func(r *Record) { r.Scope = nil }, ""},
		"scope of nothing":           {func(r *Record) { r.Scope.What = "" }, "scope.what"},
		"sample above population":    {func(r *Record) { r.Scope.Sample = 15 }, "scope"},
		"negative population":        {func(r *Record) { r.Scope.Population, r.Scope.Sample = -1, -1 }, "scope"},
		"skipped more than sample":   {func(r *Record) { r.Scope.Skipped, r.Scope.Why = 15, "away" }, "scope"},
		"skipped without a reason":   {func(r *Record) { r.Scope.Skipped = 1 }, "scope.why"},
		"skipped with a reason":      {func(r *Record) { r.Scope.Skipped, r.Scope.Why = 1, "away" }, ""},
		"population beyond counting": {func(r *Record) { r.Scope.Population = MaxCount + 1 }, "scope"},
		"no result":                  {func(r *Record) { r.Result = "" }, "result"},
		"no such result":             {func(r *Record) { r.Result = "compliant" }, "result"},
		"file with a path":           {func(r *Record) { r.Files[0].Name = "a/b" }, "files"},
		"file without a name":        {func(r *Record) { r.Files[0].Name = "" }, "files"},
		"file name too long":         {func(r *Record) { r.Files[0].Name = strings.Repeat("a", MaxName+1) }, "files"},
		"file without a digest":      {func(r *Record) { r.Files[0].Digest = "sha256:00" }, "files"},
		"file of negative size":      {func(r *Record) { r.Files[0].Size = -1 }, "files"},
		"too many files":             {func(r *Record) { r.Files = slices.Repeat(r.Files, MaxFiles+1) }, "files"},
		"note of two lines":          {func(r *Record) { r.Note = "a\nb\tc" }, ""},
		"note too long":              {func(r *Record) { r.Note = strings.Repeat("a", MaxText+1) }, "note"},
		"note that steers terminals": {func(r *Record) { r.Note = "\x1b[31m" }, "note"},
		"note of broken bytes":       {func(r *Record) { r.Note = "\xff" }, "note"},
		"supersedes with a reason":   {func(r *Record) { r.Supersedes, r.Reason = 3, "wrong system" }, ""},
		"supersedes without":         {func(r *Record) { r.Supersedes = 3 }, "reason"},
		"reason for nothing":         {func(r *Record) { r.Reason = "why" }, "reason"},
		"supersedes below 1":         {func(r *Record) { r.Supersedes, r.Reason = -1, "why" }, "reason"},
		"everything at once":         {func(r *Record) { *r = Record{} }, "duties observed method result"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := goodRecord()
			tt.change(r)
			checkFields(t, Item{Record: r}, tt.want)
		})
	}
}

var today = on("2026-11-20")

func many(n int) (ids []string) {
	for i := range n {
		ids = append(ids, "D"+strings.Repeat("x", i))
	}
	return ids
}

func TestCheckOthers(t *testing.T) {
	plan := func(change func(*Plan)) Item {
		p := &Plan{Duty: "D", Subject: Organization, Basis: ByOrder, By: "the department", Started: on("2026-01-10"), Due: on("2026-02-10"), What: "close it"}
		change(p)
		return Item{Plan: p}
	}
	end := func(change func(*End)) Item {
		e := &End{Of: 3, How: Withdrawn, Day: on("2026-01-10"), Reason: "another system"}
		change(e)
		return Item{End: e}
	}
	tests := map[string]struct {
		item Item
		want string
	}{
		"order":                     {plan(func(*Plan) {}), ""},
		"order by nobody":           {plan(func(p *Plan) { p.By = "" }), "by"},
		"own plan":                  {plan(func(p *Plan) { p.Basis, p.By = ByPlan, "" }), ""},
		"plan on no basis":          {plan(func(p *Plan) { p.Basis = "" }), "basis"},
		"plan due as it starts":     {plan(func(p *Plan) { p.Due = p.Started }), ""},
		"plan due before it starts": {plan(func(p *Plan) { p.Due = p.Started.AddDays(-1) }), "due"},
		"plan without days":         {plan(func(p *Plan) { p.Started, p.Due = day.Day{}, day.Day{} }), "started due"},
		"plan that starts tomorrow": {plan(func(p *Plan) { p.Started, p.Due = today.AddDays(1), today.AddDays(9) }), "started"},
		"plan for nothing":          {plan(func(p *Plan) { p.What = "" }), "what"},
		"plan, number of two lines": {plan(func(p *Plan) { p.Reference = "a\nb" }), "reference"},
		"event":                     {Item{Event: &Event{Duty: "D", Subject: Organization, Day: today, What: "a purchase"}}, ""},
		"event tomorrow":            {Item{Event: &Event{Duty: "D", Day: today.AddDays(1), What: "a purchase"}}, "day"},
		"event of nothing":          {Item{Event: &Event{Duty: "D", Day: today}}, "what"},
		"assignment":                {Item{Assignment: &Assignment{Duty: "D", Owner: "Li", Remind: MaxRemind}}, ""},
		"assignment taken back":     {Item{Assignment: &Assignment{Duty: "D"}}, ""},
		"reminder too early":        {Item{Assignment: &Assignment{Duty: "D", Remind: MaxRemind + 1}}, "remind"},
		"reminder before zero":      {Item{Assignment: &Assignment{Duty: "D", Remind: -1}}, "remind"},
		"owner in two lines":        {Item{Assignment: &Assignment{Duty: "D", Owner: "a\nb"}}, "owner"},
		"end":                       {end(func(*End) {}), ""},
		"end of nothing":            {end(func(e *End) { e.Of = 0 }), "of"},
		"end in no way":             {end(func(e *End) { e.How = "deleted" }), "how"},
		"end without a reason":      {end(func(e *End) { e.Reason = "" }), "reason"},
		"end tomorrow":              {end(func(e *End) { e.Day = today.AddDays(1) }), "day"},
		"nothing":                   {Item{}, ""},
		"two things":                {Item{Event: &Event{Day: today, What: "x"}, Assignment: &Assignment{}}, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if name == "nothing" || name == "two things" {
				tt.want = "(the item)"
			}
			checkFields(t, tt.item, tt.want)
		})
	}
}

// checkFields compares the fields in which an item has mistakes, and that each
// has words.
func checkFields(t *testing.T, item Item, want string) {
	t.Helper()
	var names []string
	for _, f := range item.Check(today) {
		if f.Name == "" {
			f.Name = "(the item)"
		}
		names = append(names, f.Name)
		for _, l := range message.Languages() {
			if words := f.Msg.In(l); words == "" || strings.HasPrefix(words, "evidence.") || strings.Contains(words, "%!") {
				t.Errorf("%s: words %q", f.Name, words)
			}
		}
	}
	if got := strings.Join(names, " "); got != want {
		t.Errorf("mistakes in %q, want %q: %v", got, want, item.Check(today))
	}
}

func TestProven(t *testing.T) {
	tests := map[string]struct {
		change func(r *Record)
		want   bool
	}{
		"found in order needs no proof":   {func(r *Record) { *r = *goodRecord(); r.Files, r.Scope = nil, nil }, true},
		"by a tool":                       {func(*Record) {}, true},
		"by a run":                        {func(r *Record) { r.Method = Method{Kind: Measured, Run: "run-7", Version: "1"} }, true},
		"a person says so":                {func(r *Record) { r.Method = Method{Kind: Attested, Who: "Li", Tool: "scanner", Version: "7"} }, false},
		"no tool":                         {func(r *Record) { r.Method.Tool = "" }, false},
		"a run without a name":            {func(r *Record) { r.Method = Method{Kind: Measured, Tool: "guanji", Version: "1"} }, false},
		"no version":                      {func(r *Record) { r.Method.Version = "" }, false},
		"no file":                         {func(r *Record) { r.Files = nil }, false},
		"no scope":                        {func(r *Record) { r.Scope = nil }, false},
		"nothing there":                   {func(r *Record) { r.Scope.Population, r.Scope.Sample = 0, 0 }, false},
		"nothing read":                    {func(r *Record) { r.Scope.Skipped, r.Scope.Why = r.Scope.Sample, "locked" }, false},
		"some could not be read, and why": {func(r *Record) { r.Scope.Skipped, r.Scope.Why = 1, "locked" }, true},
		"some could not be read":          {func(r *Record) { r.Scope.Skipped = 1 }, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := goodRecord()
			r.Result, r.Method = NothingIn, Method{Kind: Imported, Tool: "scanner", Version: "7"}
			tt.change(r)
			if got := r.Proven(); got != tt.want {
				t.Errorf("Proven(%+v) = %v, want %v", r, got, tt.want)
			}
		})
	}
}

func TestWhatAnItemIsAbout(t *testing.T) {
	tests := map[string]struct {
		item           Item
		duties, about  string
		subject, since string
		done, withdraw bool
	}{
		"record":     {Item{Record: goodRecord()}, "CSL-36-2-TRAINING", "record/organization/training.record", "organization", "2026-03-01", false, true},
		"plan":       {Item{Plan: &Plan{Duty: "D", Subject: "pay", Started: on("2026-01-10")}}, "D", "plan/pay/D", "pay", "2026-01-10", true, true},
		"event":      {Item{Event: &Event{Duty: "D", Subject: AllSystems, Day: on("2026-01-11")}}, "D", "event/systems/*/D", "systems/*", "2026-01-11", false, true},
		"assignment": {Item{Assignment: &Assignment{Duty: "D", Subject: "pay"}}, "D", "assignment/pay/D", "pay", "", false, false},
		"end":        {Item{End: &End{Of: 3, How: Done}}, "", "end/done", "", "", false, false},
		"nothing":    {Item{}, "", "", "", "", false, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			i := tt.item
			subject, ok := i.SubjectOf()
			if got := strings.Join(i.DutyIDs(), " "); got != tt.duties || i.About() != tt.about || subject != tt.subject || ok != (subject != "") {
				t.Errorf("duties %q, about %q, subject %q", got, i.About(), subject)
			}
			if i.Since().String() != tt.since || i.EndsBy(Done) != tt.done || i.EndsBy(Withdrawn) != tt.withdraw {
				t.Errorf("since %q, ends by done %v, withdrawn %v", i.Since(), i.EndsBy(Done), i.EndsBy(Withdrawn))
			}
		})
	}
}
