package regime

import (
	"cmp"
	"slices"

	"guanji/internal/day"
	"guanji/internal/law"
	"guanji/internal/message"
	"guanji/internal/org"
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

// level is a status that rules can raise to, as a number that orders them.
type level int8

const (
	none level = iota
	watch
	prepare
	designated
)

var levels = map[Status]level{Watch: watch, Prepare: prepare, Designated: designated}

func (l level) status() Status { return [...]Status{NoSign, Watch, Prepare, Designated}[l] }

// Determination is the result of screening, with reasons.
type Determination struct {
	Status  Status    `json:"status"`
	Reasons []Reason  `json:"reasons"`
	Missing []Missing `json:"missing"`
	Flips   []Flip    `json:"flips"`
}

// Missing is an unknown fact that could still raise the status.
type Missing struct {
	Fact        string `json:"fact"`
	Subject     string `json:"subject"`
	CouldBecome Status `json:"could_become"`

	weight int // rules that it could settle
	could  level
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
	raises level
}

// screening holds the rules about the organization and those about a system,
// each with the highest level first.
type screening struct {
	organization, system []screeningRule
	highest              level // that a rule about a system raises to
	trials               []trialFact
}

// trialFact is a fact that screening reads, with values to try in its place:
// one group for each way in which the rules tell values apart.
type trialFact struct {
	fact      *org.Fact
	groups    [][]org.Value
	ofSystems bool // rules about systems read it
}

func (l *loader) readScreening() {
	var f screeningFile
	const name = "screening/screening.yaml"
	if !l.read(name, &f) {
		return
	}
	for _, e := range f.Rules {
		l.screeningRule(e, l.rule(e.ID, l.compile(e.When)))
	}
	scope := l.compile(f.Indicator.InScope.When)
	for _, e := range f.Indicators {
		when := l.rule(e.ID, l.compile(e.When))
		r := screeningEntry{ID: e.ID, Raises: f.Indicator.Raises, Subject: string(org.AboutSystem), When: e.When,
			Text: e.Text, Provisions: e.Provisions, Confidence: e.Confidence, Pos: e.Pos}
		l.screeningRule(r, when)
		r.Raises, r.Text = f.Indicator.InScope.Raises, message.New("and", e.Text, f.Indicator.InScope.Text).Text()
		r.Provisions = nil // reported with the first
		l.screeningRule(r, combine(opAnd, []*node{when, scope})).Provisions = l.screening.system[len(l.screening.system)-2].Provisions
	}
	l.screening.finish(l.Vocabulary)
}

func (l *loader) screeningRule(e screeningEntry, when *node) *screeningRule {
	l.oneOf(e.Pos, string(e.Raises), string(Designated), string(Prepare), string(Watch))
	l.oneOf(e.Pos, e.Subject, string(org.AboutOrganization), string(org.AboutSystem))
	l.confidence(e.Pos, e.Confidence)
	list := &l.screening.organization
	if e.Subject == string(org.AboutSystem) {
		list = &l.screening.system
	} else if l.readsSystem(when) {
		l.fail(e.When.Pos, "duty.reads_system", e.ID.Value)
	}
	*list = append(*list, screeningRule{Rule{e.ID, e.Text, l.provisionList(e.Provisions), e.Confidence, when}, levels[e.Raises]})
	return &(*list)[len(*list)-1]
}

// finish orders the rules and works out what can be tried in place of facts.
func (s *screening) finish(v *org.Vocabulary) {
	conditions := func(list []screeningRule) (all []*node) {
		slices.SortStableFunc(list, func(a, b screeningRule) int { return cmp.Compare(b.raises, a.raises) })
		for i := range list {
			all = append(all, list[i].when)
		}
		return all
	}
	ofSystems := conditions(s.system)
	all := append(conditions(s.organization), ofSystems...)
	if len(s.system) > 0 {
		s.highest = s.system[0].raises
	}
	read := combine(opAnd, ofSystems).facts()
	for _, index := range combine(opAnd, all).facts() {
		f := v.Leaf(index)
		s.trials = append(s.trials, trialFact{f, grouped(f, all), slices.Contains(read, index)})
	}
}

// of returns the rules about a subject.
func (s *screening) of(sub subject) []screeningRule {
	if sub.system {
		return s.system
	}
	return s.organization
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

// reached is the level that the rules give one subject, and the one that it
// could still reach, a notice apart.
type reached struct{ is, could level }

func (s *screening) reach(sub subject, on day.Day) (r reached) {
	rules := s.of(sub)
	for i := range rules {
		switch rules[i].when.eval(sub.facts, on) {
		case yes:
			r.is = rules[i].raises // all that follow raise no higher
			return r
		case unknown:
			if rules[i].raises != designated {
				r.could = max(r.could, rules[i].raises)
			}
		}
	}
	return r
}

// tally counts what subjects reach, so that the status with one subject
// changed can be told without asking all others again.
type tally struct {
	at   [designated + 1]int
	open int // subjects that could reach more than a notice decides
}

func (t *tally) add(r reached, n int) {
	t.at[r.is] += n
	if r.could != none {
		t.open += n
	}
}

// without is the highest level reached by the subjects but one.
func (t *tally) without(r reached) level {
	for l := designated; l > none; l-- {
		n := t.at[l]
		if l == r.is {
			n--
		}
		if n > 0 {
			return l
		}
	}
	return none
}

// status is the highest that a subject reaches; where none reaches anything it
// is undetermined while one still could. A notice that may or may not have come
// is listed as missing, but leaves the signs as they are.
func (t *tally) status() Status {
	for l := designated; l > none; l-- {
		if t.at[l] > 0 {
			return l.status()
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
	reached := make([]reached, len(subs))
	for i, sub := range subs {
		reached[i] = s.screening.reach(sub, on)
		t.add(reached[i], 1)
	}
	d := Determination{Status: t.status(), Reasons: []Reason{}, Missing: []Missing{}, Flips: []Flip{}}
	c := screener{Set: s, on: on, missing: map[[2]string]int{}}
	for raises := designated; raises > none; raises-- { // the strongest reasons first
		for _, sub := range subs {
			c.subject(&d, sub, raises)
		}
	}
	slices.SortStableFunc(d.Missing, func(a, b Missing) int {
		return cmp.Or(cmp.Compare(b.could, a.could), cmp.Compare(b.weight, a.weight))
	})
	d.Flips = s.flips(t, subs, reached, on)
	return d
}

// screener collects reasons and missing facts.
type screener struct {
	*Set
	on      day.Day
	missing map[[2]string]int // fact and subject → index into Determination.Missing
}

// subject adds what the rules of one level say of a subject: reasons, and what
// is missing. An indicator that already gave the stronger reason of a listed
// sector gives no weaker one.
func (c *screener) subject(d *Determination, sub subject, raises level) {
	rules := c.screening.of(sub)
	for i := range rules {
		r := &rules[i]
		if r.raises != raises {
			continue
		}
		var ground []int
		switch r.when.explain(sub.facts, c.on, &ground) {
		case yes:
			if stronger := slices.ContainsFunc(rules[:i], func(o screeningRule) bool {
				return o.ID.Value == r.ID.Value && o.when.eval(sub.facts, c.on) == yes
			}); !stronger {
				d.Reasons = append(d.Reasons, c.reason(r, sub, ground))
			}
		case unknown:
			if raises > levels[d.Status] {
				c.miss(d, sub, ground, raises)
			}
		}
	}
}

func (c *screener) reason(r *screeningRule, sub subject, ground []int) Reason {
	return Reason{Rule: r.ID.Value, Subject: sub.id, Value: yes.pointer(), Text: r.Text, Provisions: onDay(r.Provisions, c.on),
		Facts: c.factValues(ground, sub.facts), Confidence: weakest(r.Confidence, r.Provisions, c.on)}
}

func (c *screener) miss(d *Determination, sub subject, ground []int, could level) {
	for _, fact := range c.factNames(ground, sub.facts) {
		id := sub.id
		if c.Vocabulary.Fact(fact).Subject == org.AboutOrganization {
			id = string(org.AboutOrganization)
		}
		key := [2]string{fact, id}
		i, ok := c.missing[key]
		if !ok {
			i = len(d.Missing)
			c.missing[key] = i
			d.Missing = append(d.Missing, Missing{Fact: fact, Subject: id, CouldBecome: could.status(), could: could})
		}
		d.Missing[i].weight++
	}
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
