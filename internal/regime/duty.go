package regime

import (
	"io/fs"
	"slices"
	"strings"

	"guanji/internal/calendar"
	"guanji/internal/day"
	"guanji/internal/law"
	"guanji/internal/message"
	"guanji/internal/org"
)

// A Reason says why an answer is as it is.
type Reason struct {
	Rule       string         `json:"rule"`
	Subject    string         `json:"subject"`
	Value      *bool          `json:"value"` // nil: unknown
	Text       message.Text   `json:"text"`
	Provisions []string       `json:"provisions"`
	Facts      map[string]any `json:"facts"` // those that settle it; null for one that is missing
	Confidence law.Confidence `json:"confidence"`
}

// NotInForce is the rule that a duty does not apply on a day on which none of
// its provisions is in force.
const NotInForce = "not_in_force"

// Provision is a provision as it stood on the day asked.
type Provision struct {
	ID         string         `json:"id"`
	Instrument string         `json:"instrument"`
	Article    string         `json:"article"`
	Title      message.Text   `json:"title"`
	Topic      message.Text   `json:"topic"`
	Quote      *string        `json:"quote_zh"`
	Paraphrase string         `json:"paraphrase_en"`
	Summary    string         `json:"paraphrase_zh,omitempty"` // where there is no quotation
	InForce    day.Span       `json:"in_force"`
	Source     string         `json:"source"`
	Confidence law.Confidence `json:"confidence"`
}

// Cadence says when a duty is due.
type Cadence struct {
	Kind     string        `json:"kind"`     // continuous, once, recurring, event
	Period   *string       `json:"period"`   // ISO 8601
	Limit    *string       `json:"limit"`    // ISO 8601; null also where the law names no time
	Calendar *string       `json:"calendar"` // hours, days, working_days
	Due      *string       `json:"due,omitempty"`
	Keep     *string       `json:"keep,omitempty"`
	Trigger  *message.Text `json:"trigger,omitempty"`
}

// Evidence is what an inspector asks for.
type Evidence struct {
	Kind string       `json:"kind"`
	Text message.Text `json:"text"`
}

// Penalty is what a breach may cost.
type Penalty struct {
	Provision string       `json:"provision"`
	Text      message.Text `json:"text"`
}

// DutyText is what is said of a duty whoever bears it, on one day.
type DutyText struct {
	ID         string         `json:"id"`
	Name       message.Text   `json:"name"`
	Summary    message.Text   `json:"summary"`
	Area       string         `json:"area"`
	Bearer     string         `json:"bearer"`
	Provisions []Provision    `json:"provisions"`
	Force      law.Force      `json:"force"`
	Cadence    Cadence        `json:"cadence"`
	Evidence   []Evidence     `json:"evidence"`
	Penalties  []Penalty      `json:"penalties"`
	Confidence law.Confidence `json:"confidence"`
	Note       *message.Text  `json:"note,omitempty"`
}

// DutyAnswer is a duty and whether it applies to one subject.
type DutyAnswer struct {
	*DutyText
	Subject   string   `json:"subject"` // organization, or the id of a system
	Applies   Applies  `json:"applies"`
	Because   []Reason `json:"because"`
	DependsOn []string `json:"depends_on"` // missing facts
}

// Applies is yes, no or unknown.
type Applies string

// The values of Applies.
const (
	Yes     Applies = "yes"
	No      Applies = "no"
	Unknown Applies = "unknown"
)

func (t tri) applies() Applies {
	return [...]Applies{No, Unknown, Yes}[t+1]
}

func (l *loader) readDuties() {
	files, _ := fs.Glob(l.fsys, "duties/*.yaml")
	for _, name := range files {
		if strings.HasSuffix(name, "_test.yaml") {
			continue
		}
		var f struct {
			Duties []*Duty `strict:"duties"`
		}
		if !l.read(name, &f) {
			continue
		}
		for _, d := range f.Duties {
			l.duty(d)
		}
		l.Duties = append(l.Duties, f.Duties...)
	}
	slices.SortStableFunc(l.Duties, func(a, b *Duty) int { return strings.Compare(a.ID.Value, b.ID.Value) })
}

func (l *loader) duty(d *Duty) {
	if !slices.Contains(ids(l.Areas), d.Area.Value) {
		l.fail(d.Area.Pos, "content.dangling", message.New("kind.area"), d.Area.Value)
	}
	l.oneOf(d.Pos, d.Subject, "organization", "system")
	l.confidence(d.Pos, d.Confidence)
	l.cadence(d.Cadence)
	for _, e := range d.Evidence {
		if !slices.Contains(ids(l.EvidenceKinds), e.Kind.Value) {
			l.fail(e.Kind.Pos, "content.dangling", message.New("kind.evidence_kind"), e.Kind.Value)
		}
	}
	d.provisions = l.provisionList(d.Provisions)
	d.penalties = l.provisionList(d.Penalties)
	for i, p := range d.penalties {
		if p.Kind != law.PenaltyKind {
			l.fail(d.Penalties[min(i, len(d.Penalties)-1)].Pos, "duty.not_a_penalty", p.ID.Value)
		}
	}
	l.dutyForce(d)
	if (d.When != nil) != !d.Why.IsZero() {
		l.fail(d.Pos, "duty.when_and_why", d.ID.Value)
	}
	i := slices.IndexFunc(l.Bearers, func(b *Bearer) bool { return b.ID.Value == d.Bearer.Value })
	if i < 0 {
		l.fail(d.Bearer.Pos, "content.dangling", message.New("kind.bearer"), d.Bearer.Value)
		d.bearer = &Bearer{when: constant(false)}
	} else {
		d.bearer = l.Bearers[i]
	}
	whole := d.bearer.when
	if d.When != nil {
		d.when = l.compile(*d.When)
		whole = combine(opAnd, []*node{d.bearer.when, d.when})
		if d.Subject == "organization" && l.readsSystem(whole) {
			l.fail(d.When.Pos, "duty.reads_system", d.ID.Value)
		}
	}
	l.rule(d.ID, whole)
}

func (l *loader) readsSystem(n *node) bool {
	return slices.ContainsFunc(n.facts(), func(i int) bool { return l.Vocabulary.Leaf(i).Subject == org.AboutSystem })
}

// dutyForce settles the force of a duty and that it is no better confirmed
// than its best ground.
func (l *loader) dutyForce(d *Duty) {
	if len(d.provisions) == 0 {
		l.fail(d.Pos, "duty.no_provision", d.ID.Value)
		return
	}
	if d.Force == "" {
		d.Force = d.provisions[0].Instrument.Force
	}
	if !slices.Contains(law.Forces(), d.Force) {
		l.fail(d.Pos, "content.one_of", string(d.Force), "law, rule, mandatory_standard, recommended_standard, guidance, contract")
	}
	best := law.Unverified
	for _, p := range d.provisions {
		for _, w := range p.Wordings() {
			if law.Weaker(best, w.Confidence) == best {
				best = w.Confidence
			}
		}
	}
	if law.Weaker(d.Confidence, best) != d.Confidence {
		l.fail(d.Pos, "duty.confidence", d.ID.Value, string(d.Confidence), string(best))
	}
}

func (l *loader) cadence(c cadenceEntry) {
	l.oneOf(c.Pos, c.Kind, "continuous", "once", "recurring", "event")
	if (c.Limit == "") != (c.Calendar == "") {
		l.fail(c.Pos, "duty.limit_and_calendar")
	}
	if c.Limit != "" {
		l.limit(c)
	}
	for _, p := range []string{c.Period, c.Keep} {
		if p != "" {
			if _, err := calendar.ParseLimit(p, "days"); err != nil {
				l.fail(c.Pos, "calendar.bad", err)
			}
		}
	}
	if c.Due != "" {
		if _, err := l.annual(c.Due, day.Of(2025, 1, 1)); err != nil {
			l.fail(c.Pos, "calendar.bad", err)
		}
	}
}

func (l *loader) limit(c cadenceEntry) {
	if _, err := calendar.ParseLimit(c.Limit, c.Calendar); err != nil {
		l.fail(c.Pos, "calendar.bad", err)
	}
}

func (l *loader) annual(due string, after day.Day) (day.Day, error) {
	return calendar.Annual(due, after)
}

// dutyDay is a duty on one day: what is said of it whoever bears it.
type dutyDay struct {
	*Duty
	text       *DutyText
	inForce    bool
	provisions []string
	reasons    map[reasonKey]message.Text
	ground     []int // scratch, used for one subject after another
}

// reasonKey tells apart the sentences that can give the reason of a duty.
type reasonKey struct {
	result tri
	ground ground
}

// ground is what settles a duty: its bearer, its own condition, or both.
type ground int8

const (
	ofBearer ground = iota
	ofDuty
	ofBoth
)

// dutyDays returns every duty on a day.
func (s *Set) dutyDays(on day.Day) []*dutyDay {
	days := make([]*dutyDay, len(s.Duties))
	for i, d := range s.Duties {
		text, inForce := d.on(on)
		days[i] = &dutyDay{d, text, inForce, provisionIDs(text), map[reasonKey]message.Text{}, nil}
	}
	return days
}

// reason returns the sentence that gives the reason of a result.
func (d *dutyDay) reason(k reasonKey) message.Text {
	if t, ok := d.reasons[k]; ok {
		return t
	}
	why := [...]message.Text{ofBearer: d.bearer.Why, ofDuty: d.Why, ofBoth: message.New("and", d.bearer.Why, d.Why).Text()}[k.ground]
	t := message.New("duty."+string(k.result.applies()), why).Text()
	d.reasons[k] = t
	return t
}

func (d *Duty) on(on day.Day) (*DutyText, bool) {
	t := &DutyText{ID: d.ID.Value, Name: d.Name, Summary: d.Summary, Area: d.Area.Value, Bearer: d.Bearer.Value,
		Force: d.Force, Cadence: d.Cadence.view(), Confidence: d.Confidence, Provisions: []Provision{}, Evidence: []Evidence{}, Penalties: []Penalty{}}
	if !d.Note.IsZero() {
		t.Note = &d.Note
	}
	for _, e := range d.Evidence {
		t.Evidence = append(t.Evidence, Evidence{e.Kind.Value, e.Text})
	}
	for _, p := range d.penalties {
		if w, ok := p.On(on); ok {
			t.Penalties = append(t.Penalties, Penalty{w.ID, w.Penalty})
		}
	}
	best := law.Unverified
	for _, p := range d.provisions {
		if w, ok := p.On(on); ok {
			t.Provisions = append(t.Provisions, view(p, w))
			best = stronger(best, w.Confidence)
		}
	}
	if len(t.Provisions) > 0 {
		t.Confidence = law.Weaker(t.Confidence, best) // any one ground suffices, so the best counts
		return t, true
	}
	for _, p := range d.provisions {
		for _, w := range p.Wordings() {
			t.Provisions = append(t.Provisions, view(p, w))
		}
	}
	return t, false
}

// inForce reports whether a provision of the duty is in force on a day.
func (d *Duty) inForce(on day.Day) bool {
	return slices.ContainsFunc(d.provisions, func(p *law.Provision) bool { _, ok := p.On(on); return ok })
}

func stronger(a, b law.Confidence) law.Confidence {
	if law.Weaker(a, b) == a {
		return b
	}
	return a
}

func view(p *law.Provision, w law.Wording) Provision {
	v := Provision{ID: w.ID, Instrument: p.Instrument.ID.Value, Article: w.Article, Title: p.Instrument.Name(), Topic: p.Topic,
		Quote: optional(w.Quote), Paraphrase: w.Paraphrase.En, InForce: w.Span, Source: w.Source, Confidence: w.Confidence}
	if w.Quote == "" {
		v.Summary = w.Paraphrase.Zh
	}
	return v
}

func (c cadenceEntry) view() Cadence {
	v := Cadence{Kind: c.Kind, Period: optional(c.Period), Limit: optional(c.Limit), Calendar: optional(c.Calendar),
		Due: optional(c.Due), Keep: optional(c.Keep)}
	if !c.Trigger.IsZero() {
		v.Trigger = &c.Trigger
	}
	return v
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// answer decides whether a duty applies to a subject with the given facts.
func (s *Set) answer(d *dutyDay, sub subject, on day.Day) DutyAnswer {
	a := DutyAnswer{DutyText: d.text, Subject: sub.id, DependsOn: []string{}}
	reason := Reason{Rule: d.text.ID, Subject: sub.id, Provisions: d.provisions, Confidence: d.text.Confidence}
	if !d.inForce {
		a.Applies = No
		reason.Rule, reason.Value, reason.Facts = NotInForce, no.pointer(), map[string]any{}
		reason.Text = message.New("duty.not_in_force", on.String()).Text()
		a.Because = []Reason{reason}
		return a
	}
	result, by, facts := d.decide(sub.facts, on)
	a.Applies = result.applies()
	reason.Value = result.pointer()
	reason.Text = d.reason(reasonKey{result, by})
	reason.Facts = s.factValues(facts, sub.facts)
	a.Because = []Reason{reason}
	if result == unknown {
		a.DependsOn = s.factNames(facts, sub.facts)
	}
	return a
}

// decide returns whether the duty applies, what settles it, and by which facts.
func (d *dutyDay) decide(f org.Facts, on day.Day) (result tri, by ground, facts []int) {
	facts = d.ground[:0]
	bearer := d.bearer.when.explain(f, on, &facts)
	if d.when == nil || bearer == no {
		return bearer, ofBearer, facts
	}
	n := len(facts)
	own := d.when.explain(f, on, &facts)
	d.ground = facts
	switch {
	case own == bearer:
		return own, ofBoth, facts
	case own < bearer:
		return own, ofDuty, facts[n:]
	}
	return bearer, ofBearer, facts[:n]
}

func provisionIDs(t *DutyText) []string {
	out := make([]string, len(t.Provisions))
	for i, p := range t.Provisions {
		out[i] = p.ID
	}
	return out
}

// factValues returns facts by id with their values.
func (s *Set) factValues(indexes []int, facts org.Facts) map[string]any {
	out := make(map[string]any, len(indexes))
	for _, i := range indexes {
		f := s.Vocabulary.Leaf(i)
		out[f.ID] = facts[i].In(f)
	}
	return out
}

// factNames returns the missing facts among some, in the order of the
// vocabulary, each once.
func (s *Set) factNames(indexes []int, facts org.Facts) []string {
	sorted := slices.Clone(indexes)
	slices.Sort(sorted)
	out := []string{}
	for _, i := range sorted {
		name := s.Vocabulary.Leaf(i).Name()
		if (!facts[i].Known() || facts[i].AtLeast) && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}
