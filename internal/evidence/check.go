package evidence

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"guanji/internal/day"
	"guanji/internal/message"
	"guanji/internal/problem"
)

// The limits of what is filed: lengths in bytes.
const (
	MaxLine   = 300    // a name, a number, a reason in one line
	MaxText   = 10_000 // a note
	MaxFiles  = 50     // of one record
	MaxDuties = 50     // of one record
	MaxName   = 255    // of a file
	MaxRemind = 365    // days
	MaxCount  = 1_000_000_000_000
)

// checker collects the mistakes of an item.
type checker struct {
	problem.Fields
	today day.Day
}

func (c *checker) fail(field, key string, args ...any) {
	c.Fields = append(c.Fields, problem.Field{Name: field, Msg: message.New(key, args...)})
}

// Check returns every mistake in an item by itself, by the names of its JSON
// fields. Today bounds what can have been observed.
func (i Item) Check(today day.Day) problem.Fields {
	c := &checker{today: today}
	set := 0
	if r := i.Record; r != nil {
		set++
		c.record(r)
	}
	if p := i.Plan; p != nil {
		set++
		c.plan(p)
	}
	if e := i.Event; e != nil {
		set++
		c.past("day", e.Day)
		c.text("what", e.What, MaxText, true)
	}
	if a := i.Assignment; a != nil {
		set++
		c.line("owner", a.Owner, false)
		c.text("note", a.Note, MaxText, false)
		if a.Remind < 0 || a.Remind > MaxRemind {
			c.fail("remind", "evidence.remind", MaxRemind)
		}
	}
	if e := i.End; e != nil {
		set++
		if e.Of <= 0 {
			c.fail("of", "evidence.missing")
		}
		choose(c, "how", e.How, Withdrawn, Done)
		c.past("day", e.Day)
		c.text("reason", e.Reason, MaxText, true)
	}
	if set != 1 {
		c.fail("", "evidence.one_item")
	}
	return c.Fields
}

func (c *checker) record(r *Record) {
	c.duties(r.Duties)
	c.past("observed", r.Observed)
	if !r.ValidUntil.IsZero() && r.ValidUntil.Before(r.Observed) {
		c.fail("valid_until", "evidence.ends_first")
	}
	c.method(r.Method)
	if r.Scope != nil {
		c.scope(*r.Scope)
	}
	choose(c, "result", r.Result, Results()...)
	c.files(r.Files)
	c.text("note", r.Note, MaxText, false)
	c.text("reason", r.Reason, MaxText, r.Supersedes != 0)
	if r.Supersedes < 0 || r.Supersedes == 0 && r.Reason != "" {
		c.fail("reason", "evidence.reason_of_nothing")
	}
}

func (c *checker) duties(ids []string) {
	switch sorted := slices.Sorted(slices.Values(ids)); {
	case len(ids) == 0:
		c.fail("duties", "evidence.no_duties")
	case len(ids) > MaxDuties:
		c.fail("duties", "evidence.too_many", MaxDuties)
	case len(slices.Compact(sorted)) != len(ids):
		c.fail("duties", "evidence.twice")
	}
}

func (c *checker) method(m Method) {
	choose(c, "method", m.Kind, MethodKinds()...)
	c.line("run", m.Run, m.Kind == Measured)
	c.line("tool", m.Tool, m.Kind == Imported)
	c.line("version", m.Version, m.Kind == Imported)
	c.line("who", m.Who, m.Kind == Attested)
}

func (c *checker) scope(s Scope) {
	c.line("scope.what", s.What, true)
	if s.Population < 0 || s.Population > MaxCount || s.Sample < 0 || s.Sample > s.Population || s.Skipped < 0 || s.Skipped > s.Sample {
		c.fail("scope", "evidence.scope")
	}
	c.line("scope.why", s.Why, s.Skipped > 0)
}

var digest = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

func (c *checker) files(files []File) {
	if len(files) > MaxFiles {
		c.fail("files", "evidence.too_many", MaxFiles)
	}
	for _, f := range files {
		if f.Name == "" || len(f.Name) > MaxName || !oneLine(f.Name) || strings.ContainsAny(f.Name, `/\`) {
			c.fail("files", "evidence.file_name", MaxName)
		}
		if !digest.MatchString(f.Digest) || f.Size < 0 {
			c.fail("files", "evidence.file_digest")
		}
	}
}

func (c *checker) plan(p *Plan) {
	choose(c, "basis", p.Basis, ByOrder, ByPlan)
	c.line("by", p.By, p.Basis == ByOrder)
	c.line("reference", p.Reference, false)
	c.past("started", p.Started)
	if p.Due.IsZero() || p.Due.Before(p.Started) {
		c.fail("due", "evidence.due_first")
	}
	c.text("what", p.What, MaxText, true)
}

// choose finds a word that is none of those allowed, and names them.
func choose[S ~string](c *checker, field string, word S, allowed ...S) {
	if slices.Contains(allowed, word) {
		return
	}
	names := make([]string, len(allowed))
	for i, a := range allowed {
		names[i] = string(a)
	}
	c.fail(field, "evidence.choose", strings.Join(names, ", "))
}

// past finds a day that is missing, or is still to come.
func (c *checker) past(field string, d day.Day) {
	switch {
	case d.IsZero():
		c.fail(field, "evidence.no_day")
	case d.After(c.today):
		c.fail(field, "evidence.to_come", c.today.String())
	}
}

func (c *checker) line(field, s string, needed bool) {
	switch {
	case needed && strings.TrimSpace(s) == "":
		c.fail(field, "evidence.missing")
	case len(s) > MaxLine || !oneLine(s):
		c.fail(field, "evidence.long_line", MaxLine)
	}
}

func (c *checker) text(field, s string, most int, needed bool) {
	switch {
	case needed && strings.TrimSpace(s) == "":
		c.fail(field, "evidence.missing")
	case len(s) > most || !oneLine(strings.NewReplacer("\n", " ", "\r", " ", "\t", " ").Replace(s)):
		c.fail(field, "evidence.long_text", most)
	}
}

// oneLine reports whether a text is valid and hides nothing.
func oneLine(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !Visible(r) })
}

// Visible reports whether a character shows and hides nothing.
func Visible(r rune) bool { return !unicode.IsControl(r) && !unicode.Is(unicode.Bidi_Control, r) }

// DutyIDs returns the ids of the duties that an item is about.
func (i Item) DutyIDs() []string {
	switch {
	case i.Record != nil:
		return i.Record.Duties
	case i.Plan != nil:
		return []string{i.Plan.Duty}
	case i.Event != nil:
		return []string{i.Event.Duty}
	case i.Assignment != nil:
		return []string{i.Assignment.Duty}
	}
	return nil
}

// SubjectOf returns what an item is about. It reports false for an [End].
func (i Item) SubjectOf() (string, bool) {
	switch {
	case i.Record != nil:
		return i.Record.Subject, true
	case i.Plan != nil:
		return i.Plan.Subject, true
	case i.Event != nil:
		return i.Event.Subject, true
	case i.Assignment != nil:
		return i.Assignment.Subject, true
	}
	return "", false
}

// EndsBy reports whether an item can end in a way.
func (i Item) EndsBy(h How) bool {
	return i.Plan != nil || h == Withdrawn && (i.Record != nil || i.Event != nil)
}

// Since returns the first day on which an item counts, the zero day for one
// that has none.
func (i Item) Since() day.Day {
	switch {
	case i.Record != nil:
		return i.Record.Observed
	case i.Plan != nil:
		return i.Plan.Started
	case i.Event != nil:
		return i.Event.Day
	}
	return day.Day{}
}
