package regime

import (
	"cmp"
	"slices"

	"guanji/internal/day"
	"guanji/internal/law"
	"guanji/internal/message"
	"guanji/internal/org"
	"guanji/internal/strict"
)

// A Status is the result of screening. Only a notice makes an operator a CIIO:
// every status but [Designated] is a sign, never a finding.
type Status string

// The statuses.
const (
	Designated   Status = "designated"
	Prepare      Status = "prepare"
	Watch        Status = "watch"
	NoSign       Status = "no_sign"
	Undetermined Status = "undetermined"
)

// rank orders what a rule can raise a status to.
var rank = map[Status]int{Undetermined: 0, NoSign: 0, Watch: 1, Prepare: 2, Designated: 3}

// Determination is the result of screening, with reasons.
type Determination struct {
	Status  Status    `json:"status"`
	Reasons []Reason  `json:"reasons"`
	Missing []Missing `json:"missing"`
	Flips   []Flip    `json:"flips"`
}

// Missing is an unknown fact that could still raise the status.
type Missing struct {
	Fact         string `json:"fact"`
	Subject      string `json:"subject"`
	CouldBecome  Status `json:"could_become"`
	weight, rank int
}

// Flip is a known fact whose change alone would change the status.
type Flip struct {
	Fact    string `json:"fact"`
	Subject string `json:"subject"`
	From    any    `json:"from"`
	To      any    `json:"to"`
	Status  Status `json:"status"`
}

// screeningRule raises the status when it holds.
type screeningRule struct {
	Rule
	raises Status
	system bool // decided for each system, else once for the organization
}

type screening struct {
	rules []screeningRule
}

func (l *loader) readScreening() {
	var f screeningFile
	const name = "screening/screening.yaml"
	if !l.read(name, &f) {
		return
	}
	add := func(e screeningEntry, when *node) {
		l.oneOf(e.Pos, string(e.Raises), string(Designated), string(Prepare), string(Watch))
		l.oneOf(e.Pos, e.Subject, "organization", "system")
		l.confidence(e.Pos, e.Confidence)
		if e.Subject == "organization" && l.readsSystem(when) {
			l.fail(e.When.Pos, "duty.reads_system", e.ID.Value)
		}
		l.screening.rules = append(l.screening.rules, screeningRule{
			Rule{e.ID, e.Text, l.provisionList(e.Provisions), e.Confidence, when}, e.Raises, e.Subject == "system"})
	}
	for _, e := range f.Rules {
		add(e, l.rule(e.ID, l.compile(e.When)))
	}
	if len(f.Indicators) == 0 {
		return
	}
	scope := l.compile(f.Indicator.InScope.When)
	for _, e := range f.Indicators {
		when := l.rule(e.ID, l.compile(e.When))
		in := screeningEntry{ID: e.ID, Raises: f.Indicator.InScope.Raises, Subject: "system", When: e.When,
			Text: message.New("and", e.Text, f.Indicator.InScope.Text).Text(), Provisions: e.Provisions, Confidence: e.Confidence, Pos: e.Pos}
		add(in, combine(opAnd, []*node{scope, when}))
		in.Raises, in.Text, in.Provisions = f.Indicator.Raises, e.Text, []strict.String{}
		add(in, when)
		last := &l.screening.rules[len(l.screening.rules)-1]
		last.Provisions = l.screening.rules[len(l.screening.rules)-2].Provisions
	}
}

// subject is one thing that rules are decided for: the organization, or one of
// its systems.
type subject struct {
	id     string
	facts  org.Facts // those of the organization included
	system bool
}

// subjects returns the organization and its systems. Where no system is
// listed, all that could be said of one is unknown, and the organization
// itself stands for it.
func subjects(o *org.Organization) []subject {
	all := []subject{{id: string(org.AboutOrganization), facts: o.Facts}}
	for _, s := range o.Systems {
		all = append(all, subject{s.ID, o.Combine(s.Facts), true})
	}
	if len(o.Systems) == 0 {
		all = append(all, subject{all[0].id, o.Facts, true})
	}
	return all
}

// reach is the status that the rules give one subject, and the one that it
// could still reach.
func (s *screening) reach(sub subject, on day.Day) (is, could Status) {
	is, could = NoSign, NoSign
	for i := range s.rules {
		r := &s.rules[i]
		if r.system != sub.system || rank[r.raises] <= rank[is] {
			continue
		}
		switch r.when.eval(sub.facts, on) {
		case yes:
			is = r.raises
		case unknown:
			if rank[r.raises] > rank[could] && r.raises != Designated {
				could = r.raises
			}
		}
	}
	return is, could
}

// tally counts what subjects reach, so that the status with one subject
// changed can be told without asking all others again.
type tally struct {
	at   [4]int // by rank
	open int    // subjects that could reach more than a notice decides
}

func (t *tally) add(is, could Status, n int) {
	t.at[rank[is]] += n
	if could != NoSign {
		t.open += n
	}
}

// status is the highest that a subject reaches; where none reaches anything it
// is undetermined while one still could. A notice that may or may not have come
// is listed as missing, but leaves the signs as they are.
func (t *tally) status() Status {
	for _, s := range []Status{Designated, Prepare, Watch} {
		if t.at[rank[s]] > 0 {
			return s
		}
	}
	if t.open > 0 {
		return Undetermined
	}
	return NoSign
}

// determine screens an organization on a day.
func (s *Set) determine(subs []subject, on day.Day) Determination {
	var t tally
	for _, sub := range subs {
		is, could := s.screening.reach(sub, on)
		t.add(is, could, 1)
	}
	d := Determination{Status: t.status(), Reasons: []Reason{}, Missing: []Missing{}, Flips: []Flip{}}
	for _, raises := range []Status{Designated, Prepare, Watch} { // the strongest reasons first
		for _, sub := range subs {
			for i := range s.screening.rules {
				if r := &s.screening.rules[i]; r.system == sub.system && r.raises == raises {
					s.screenRule(&d, r, sub, on)
				}
			}
		}
	}
	slices.SortStableFunc(d.Missing, func(a, b Missing) int {
		return cmp.Or(cmp.Compare(b.rank, a.rank), cmp.Compare(b.weight, a.weight))
	})
	d.Flips = s.flips(t, subs, on)
	return d
}

// screenRule adds what one rule says of one subject: a reason, or what is
// missing. An indicator that already gave the stronger reason of a listed
// sector gives no weaker one.
func (s *Set) screenRule(d *Determination, r *screeningRule, sub subject, on day.Day) {
	var ground []int
	switch r.when.explain(sub.facts, on, &ground) {
	case yes:
		if slices.ContainsFunc(d.Reasons, func(o Reason) bool { return o.Rule == r.ID.Value && o.Subject == sub.id }) {
			return
		}
		d.Reasons = append(d.Reasons, Reason{Rule: r.ID.Value, Subject: sub.id, Value: yes.pointer(), Text: r.Text,
			Provisions: onDay(r.Provisions, on), Facts: s.factValues(ground, sub.facts), Confidence: weakest(r.Confidence, r.Provisions, on)})
	case unknown:
		if rank[r.raises] <= rank[d.Status] {
			return
		}
		for _, f := range s.factNames(ground, sub.facts) {
			id := sub.id
			if s.Vocabulary.Fact(f).Subject == org.AboutOrganization {
				id = string(org.AboutOrganization)
			}
			d.miss(f, id, r.raises)
		}
	}
}

func (d *Determination) miss(fact, id string, could Status) {
	for i := range d.Missing {
		if m := &d.Missing[i]; m.Fact == fact && m.Subject == id {
			m.weight++
			if rank[could] > m.rank {
				m.CouldBecome, m.rank = could, rank[could]
			}
			return
		}
	}
	d.Missing = append(d.Missing, Missing{fact, id, could, 1, rank[could]})
}

// onDay returns the ids of provisions in the numbering of a day; one that is
// not in force that day is left out.
func onDay(list []*law.Provision, on day.Day) []string {
	out := []string{}
	for _, p := range list {
		if w, ok := p.On(on); ok {
			out = append(out, w.ID)
		}
	}
	return out
}

// weakest returns the confidence of a rule, but no better than its best ground
// on the day.
func weakest(c law.Confidence, grounds []*law.Provision, on day.Day) law.Confidence {
	best, found := law.Unverified, false
	for _, p := range grounds {
		if w, ok := p.On(on); ok {
			best, found = stronger(best, w.Confidence), true
		}
	}
	if !found {
		return c
	}
	return law.Weaker(c, best)
}
