package incident

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"guanji/internal/evidence"
	"guanji/internal/message"
	"guanji/internal/problem"
)

// The limits of what is recorded: lengths in bytes.
const (
	MaxLine     = 300
	MaxText     = 20_000 // an alert, a part of a report, a note
	MaxSystems  = 200    // concerned
	MaxFiles    = 50     // of one step
	MaxLadder   = 20     // people
	MaxChannels = 20     // of one person, and folders for the card
	MaxFacts    = 100    // stated at once
	MaxWait     = 240    // minutes
)

// clockSkew is how far ahead of this machine's clock a time may be: clocks
// differ a little.
const clockSkew = 2 * time.Minute

// checker collects the mistakes of a step.
type checker struct {
	problem.Fields
	now time.Time
}

func (c *checker) fail(field, key string, args ...any) {
	c.Fields = append(c.Fields, problem.Field{Name: field, Msg: message.New(key, args...)})
}

// Check returns every mistake in a step by itself, by the names of its fields.
// Nothing can have happened after now.
func (s Step) Check(now time.Time) problem.Fields {
	c := &checker{now: now}
	if len(s.parts()) > 1 {
		c.fail("", "incident.one_part")
		return c.Fields
	}
	c.past("happened", s.Happened, false)
	switch {
	case s.Alert != nil:
		c.alert(s.Alert)
	case s.Open != nil:
		c.open(s.Open)
	case s.Aware != nil:
		c.aware(*s.Aware, true)
	case s.Facts != nil:
		if n := len(s.Facts.Values); n == 0 || n > MaxFacts {
			c.fail("values", "incident.facts", MaxFacts)
		}
		c.text("note", s.Facts.Note, false)
	case s.Part != nil:
		c.line("id", s.Part.ID, true)
		c.text("text", s.Part.Text, false)
	case s.Sent != nil:
		c.sent(s.Sent)
	case s.Kept != nil:
		c.kept(s.Kept)
	case s.Plan != nil:
		c.plan(s.Plan)
	default:
		c.small(s)
	}
	return c.Fields
}

func (c *checker) small(s Step) {
	switch {
	case s.Dismiss != nil:
		c.text("why", s.Dismiss.Why, true)
	case s.Join != nil:
		c.text("why", s.Join.Why, false)
	case s.Note != nil:
		c.text("what", s.Note.What, true)
	case s.Role != nil:
		c.choose("role", s.Role.Role, Roles())
		c.line("person", s.Role.Person, true)
		c.line("phone", s.Role.Phone, false)
	case s.Task != nil:
		c.line("what", s.Task.What, true)
		c.line("owner", s.Task.Owner, false)
	case s.Done != nil:
		c.text("note", s.Done.Note, false)
	case s.Handed != nil:
		c.line("from", s.Handed.From, true)
		c.line("to", s.Handed.To, true)
		c.line("where", s.Handed.Where, true)
		c.line("why", s.Handed.Why, true)
	case s.Ended != nil:
		c.text("note", s.Ended.Note, false)
	case s.Strike != nil:
		c.text("why", s.Strike.Why, true)
	case s.Close != nil:
		c.text("why", s.Close.Why, false)
	case s.Reopen != nil:
		c.text("why", s.Reopen.Why, true)
	case s.Ack == nil:
		c.fail("", "incident.one_part")
	}
}

func (c *checker) alert(a *Alert) {
	c.line("source", a.Source, true)
	c.line("ref", a.Ref, false)
	c.line("group", a.Group, false)
	c.line("title", a.Title, true)
	c.text("text", a.Text, false)
	c.line("system", a.System, false)
	c.line("severity", a.Severity, false)
}

func (c *checker) open(o *Open) {
	c.choose("as", string(o.As), []string{string(Incident), string(Threat)})
	c.line("title", o.Title, true)
	if len(o.Systems) > MaxSystems {
		c.fail("systems", "evidence.too_many", MaxSystems)
	}
	c.aware(o.Aware, false)
}

func (c *checker) aware(a Aware, correction bool) {
	c.past("at", a.At, true)
	if !slices.Contains(Readings(), a.Reading) {
		c.fail("reading", "evidence.missing")
	}
	c.text("why", a.Why, correction)
}

func (c *checker) sent(s *Sent) {
	c.line("report", s.Report, true)
	c.line("way", s.Way, true)
	c.line("whom", s.Whom, false)
	c.line("receipt", s.Receipt, false)
	c.text("late", s.Late, false)
	c.files(s.Files)
}

var digest = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

func (c *checker) kept(k *Kept) {
	c.line("what", k.What, true)
	c.line("from", k.From, true)
	c.line("how", k.How, false)
	c.line("who", k.Who, true)
	c.line("where", k.Where, true)
	if k.Sum != "" && !digest.MatchString(k.Sum) {
		c.fail("sum", "incident.sum")
	}
	if k.Sum == "" && len(k.Files) == 0 {
		c.fail("sum", "incident.no_digest")
	}
	c.files(k.Files)
}

func (c *checker) files(files []evidence.File) {
	if len(files) > MaxFiles {
		c.fail("files", "evidence.too_many", MaxFiles)
	}
	for _, f := range files {
		if f.Name == "" || len(f.Name) > evidence.MaxName || !visible(f.Name) || strings.ContainsAny(f.Name, `/\`) {
			c.fail("files", "evidence.file_name", evidence.MaxName)
		}
		if !digest.MatchString(f.Digest) || f.Size < 0 {
			c.fail("files", "evidence.file_digest")
		}
	}
}

func (c *checker) plan(p *Plan) {
	if len(p.Ladder) > MaxLadder {
		c.fail("ladder", "evidence.too_many", MaxLadder)
	}
	if p.Wait < 0 || p.Wait > MaxWait {
		c.fail("wait", "incident.wait", MaxWait)
	}
	names := map[string]bool{}
	for _, person := range p.Ladder {
		c.line("ladder", person.Name, true)
		c.line("ladder", person.Phone, false)
		c.channels("ladder", person.Channels)
		if names[person.Name] {
			c.fail("ladder", "evidence.twice")
		}
		names[person.Name] = true
	}
	for _, k := range p.Contacts {
		for _, text := range []string{k.Name, k.Phone, k.Other, k.Hours} {
			c.line("contacts", text, false)
		}
	}
	c.channels("folders", p.Folders)
	c.line("phrase", p.Phrase, false)
}

// channels finds what is wrong with ids of channels.
func (c *checker) channels(field string, ids []string) {
	if len(ids) > MaxChannels {
		c.fail(field, "evidence.too_many", MaxChannels)
		return
	}
	for _, id := range ids {
		c.line(field, id, true)
	}
}

// past finds a time that is missing, or is still to come.
func (c *checker) past(field string, t time.Time, needed bool) {
	switch {
	case t.IsZero() && needed:
		c.fail(field, "incident.no_time")
	case t.After(c.now.Add(clockSkew)):
		c.fail(field, "incident.to_come")
	case !t.IsZero() && t.Year() < 2000:
		c.fail(field, "incident.long_ago")
	}
}

func (c *checker) choose(field, word string, allowed []string) {
	if !slices.Contains(allowed, word) {
		c.fail(field, "evidence.choose", strings.Join(allowed, ", "))
	}
}

func (c *checker) line(field, s string, needed bool) {
	switch {
	case needed && strings.TrimSpace(s) == "":
		c.fail(field, "evidence.missing")
	case len(s) > MaxLine || !visible(s):
		c.fail(field, "evidence.long_line", MaxLine)
	}
}

func (c *checker) text(field, s string, needed bool) {
	switch {
	case needed && strings.TrimSpace(s) == "":
		c.fail(field, "evidence.missing")
	case len(s) > MaxText || !visible(strings.NewReplacer("\r\n", " ", "\n", " ", "\t", " ").Replace(s)):
		c.fail(field, "evidence.long_text", MaxText)
	}
}

// visible reports whether a text is valid and hides nothing.
func visible(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !evidence.Visible(r) })
}
