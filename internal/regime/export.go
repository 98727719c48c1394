package regime

import (
	"slices"

	"guanji/internal/day"
	"guanji/internal/law"
	"guanji/internal/message"
	"guanji/internal/org"
	"guanji/internal/problem"
	"guanji/internal/strict"
)

// A Result is what the law asks of a transfer.
type Result string

// The results.
const (
	NotExport          Result = "not_export"
	Stop               Result = "stop"
	Exempt             Result = "exempt"
	SecurityAssessment Result = "security_assessment"
	ContractOrCert     Result = "standard_contract_or_certification"
	Review             Result = "review" // a person decides
	UnknownResult      Result = "unknown"
)

var results = []string{string(NotExport), string(Stop), string(Exempt), string(SecurityAssessment), string(ContractOrCert), string(Review)}

// A Decision is the pathway of one transfer on one day.
type Decision struct {
	Result    Result        `json:"result"`
	Step      *string       `json:"step"` // null where several steps agree, or the result is unknown
	Possible  []Result      `json:"possible,omitempty"`
	Overlays  []Overlay     `json:"overlays"`
	Basis     []string      `json:"basis"`
	Reasons   []Reason      `json:"reasons"`
	Missing   []string      `json:"missing"`
	Warnings  []org.Warning `json:"warnings"`
	Duties    []string      `json:"duties"`
	Deadlines []Deadline    `json:"deadlines"`
	Projected Projection    `json:"projected"`
}

// Overlay is a sector rule that applies on top of the pathway.
type Overlay struct {
	Rule       string         `json:"rule"`
	Basis      string         `json:"basis"`
	Effect     string         `json:"effect"` // adds, stricter
	Text       message.Text   `json:"text"`
	Confidence law.Confidence `json:"confidence"`
}

// Deadline is a time limit that follows from the result.
type Deadline struct {
	What       string         `json:"what"`
	Text       message.Text   `json:"text"`
	Limit      string         `json:"limit"`
	Calendar   string         `json:"calendar"`
	Basis      string         `json:"basis"`
	Confidence law.Confidence `json:"confidence"`
}

// Projection is the decision with the planned rest of the year added.
type Projection struct {
	Result  Result   `json:"result"`
	Step    *string  `json:"step"`
	Missing []string `json:"missing"`
}

// export is the decision table of transfers, with what follows from it.
type export struct {
	rows      []exportRow
	overlays  []overlay
	always    []following
	deadlines []deadlineEntry
	warnings  []conditional
}

type exportRow struct {
	Rule
	step   string
	result Result
}

type overlay struct {
	Rule
	entry overlayEntry
	bit   uint64 // of the kind, in transfer.data_kinds
	shown uint64 // sectors that alone make a warning
}

type following struct {
	duty    *Duty
	results []Result
	when    *node
}

type conditional struct {
	id   string
	text message.Text
	when *node
}

// ftzTerm is true while a negative list of the handler's free-trade zone is in force.
const ftzTerm = "term.ftz_list_in_force"

func (l *loader) readExport() {
	var f exportFile
	const name = "export/steps.yaml"
	if !l.read(name, &f) {
		return
	}
	l.oneOf(f.Pos, f.Hit, "first")
	for _, step := range f.Steps {
		for _, r := range step.Rows {
			l.oneOf(r.Pos, string(r.Result), results...)
			l.confidence(r.Pos, r.Confidence)
			l.export.rows = append(l.export.rows, exportRow{
				Rule{r.ID, r.Text, l.provisionList(r.Basis), r.Confidence, l.rule(r.ID, l.compile(r.When))}, step.ID.Value, r.Result})
		}
	}
	for _, a := range f.Always {
		l.resultsKnown(a.Pos, a.Results)
		i := slices.IndexFunc(l.Duties, func(d *Duty) bool { return d.ID.Value == a.Duty.Value })
		if i < 0 {
			l.fail(a.Duty.Pos, "content.dangling", message.New("kind.duty"), a.Duty.Value)
			continue
		}
		when := constant(true)
		if a.When != nil {
			when = l.compile(*a.When)
		}
		l.export.always = append(l.export.always, following{l.Duties[i], a.Results, when})
	}
	for _, d := range f.Deadlines {
		l.resultsKnown(d.Pos, d.Results)
		l.confidence(d.Pos, d.Confidence)
		l.provisionList([]strict.String{d.Basis})
		l.limit(cadenceEntry{Limit: d.Limit, Calendar: d.Calendar, Pos: d.Pos})
	}
	l.export.deadlines = f.Deadlines
	for _, w := range f.Warnings {
		l.export.warnings = append(l.export.warnings, conditional{w.ID.Value, w.Text, l.compile(w.When)})
	}
	l.readOverlays()
	l.readLists()
}

func (l *loader) resultsKnown(at strict.Pos, list []Result) {
	for _, r := range list {
		l.oneOf(at, string(r), results...)
	}
}

func (l *loader) readOverlays() {
	var f struct {
		Overlays []overlayEntry `strict:"overlays"`
	}
	if !l.read("export/overlays.yaml", &f) {
		return
	}
	kinds, sectors := l.Vocabulary.Fact(org.DataKinds), l.Vocabulary.Fact(org.Sectors)
	if kinds == nil || sectors == nil {
		return // reported with the vocabulary
	}
	for _, e := range f.Overlays {
		l.oneOf(e.Pos, e.Effect, "adds", "stricter")
		l.confidence(e.Pos, e.Confidence)
		o := overlay{entry: e, bit: l.bits(kinds, []strict.String{e.Kind}), shown: l.bits(sectors, e.Sectors)}
		when := &node{op: opOverlaps, fact: kinds.Index, bits: o.bit}
		if e.When != nil {
			when = combine(opAnd, []*node{when, l.compile(*e.When)})
		}
		o.Rule = Rule{e.ID, e.Text, l.provisionList(e.Basis), e.Confidence, l.rule(e.ID, when)}
		l.export.overlays = append(l.export.overlays, o)
	}
}

func (l *loader) bits(f *org.Fact, values []strict.String) uint64 {
	var bits uint64
	for _, v := range values {
		if i, ok := f.Option(v.Value); ok {
			bits |= 1 << i
		} else {
			l.fail(v.Pos, "cel.no_such_value", v.Value, f.ID)
		}
	}
	return bits
}

// readLists checks the register of negative lists. The condition that reads
// them is ftzTerm, whose cases must name the same zones and days.
func (l *loader) readLists() {
	var f struct {
		Lists []listEntry `strict:"lists"`
	}
	if !l.read("export/ftz.yaml", &f) {
		return
	}
	for _, e := range f.Lists {
		l.confidence(e.Pos, e.Confidence)
		l.sourcesKnown(e.Sources)
		l.checkList(e)
	}
}

func (l *loader) checkList(e listEntry) {
	if l.compiler == nil {
		return
	}
	term, zone := l.compiler.terms[ftzTerm], l.Vocabulary.Fact("org.ftz")
	if term == nil || zone == nil {
		l.fail(e.Pos, "content.dangling", message.New("kind.term"), ftzTerm)
		return
	}
	i, ok := zone.Option(e.FTZ.Value)
	if !ok {
		l.fail(e.FTZ.Pos, "cel.no_such_value", e.FTZ.Value, zone.ID)
		return
	}
	facts := l.Vocabulary.NewFacts()
	facts[zone.Index] = org.Value{Kind: org.Enum, I: int64(i)}
	if term.eval(facts, e.From) != yes || term.eval(facts, e.From.AddDays(-1)) != no {
		l.fail(e.Pos, "export.list_term", e.FTZ.Value, e.From.String(), ftzTerm)
	}
}

// DecideTransfer says what a transfer with the given facts needs on a day. A
// day before [FirstTransferDay] is an error of kind [problem.Usage].
func (s *Set) DecideTransfer(facts org.Facts, on day.Day) (*Decision, error) {
	if on.Before(FirstTransferDay) {
		return nil, problem.New(problem.Usage, "day.too_early", on.String(), FirstTransferDay.String())
	}
	d := &Decision{Overlays: []Overlay{}, Warnings: s.dayWarnings(on), Reasons: []Reason{}, Duties: []string{}, Deadlines: []Deadline{}}
	s.overlay(d, facts, on)
	p := s.walk(facts, on, len(d.Overlays) > 0)
	d.Result, d.Step, d.Basis, d.Missing = p.result, p.step, p.basis, p.missing
	if p.result == UnknownResult {
		d.Possible = p.possible
	}
	for _, hit := range p.hits {
		d.Reasons = append(d.Reasons, hit.reason(s, facts, on))
	}
	if p.result == Review && p.touched {
		d.Reasons = append(d.Reasons, s.overlayReason(d, p))
	}
	d.Warnings = append(d.Warnings, s.conditionalWarnings(facts, on)...)
	s.follow(d, p, facts, on)
	later := s.walk(s.planned(facts), on, len(d.Overlays) > 0)
	d.Projected = Projection{later.result, later.step, later.missing}
	return d, nil
}

// hit is a row that holds, or may hold.
type hit struct {
	row    *exportRow
	value  tri
	ground []int
}

func (h hit) reason(s *Set, facts org.Facts, on day.Day) Reason {
	return Reason{Rule: h.row.step, Subject: "transfer", Value: h.value.pointer(), Text: h.row.Text, Provisions: onDay(h.row.Provisions, on),
		Facts: s.factValues(h.ground, facts), Confidence: weakest(h.row.Confidence, h.row.Provisions, on)}
}

// pathway is what walking the table gave.
type pathway struct {
	result   Result
	step     *string
	basis    []string
	missing  []string
	possible []Result
	hits     []hit
	touched  bool // by an overlay that turns an exemption into a review
}

// walk evaluates the rows in order. A row that holds ends the walk; one that
// is unknown adds its result to the possible ones. Where all agree, that is
// the result. An exemption that a sector rule touches goes to a person.
func (s *Set) walk(facts org.Facts, on day.Day, overlaid bool) pathway {
	var p pathway
	var missing []int
	for i := range s.export.rows {
		row := &s.export.rows[i]
		h := hit{row: row}
		h.value = row.when.explain(facts, on, &h.ground)
		if h.value == no {
			continue
		}
		p.hits = append(p.hits, h)
		result := row.result
		if result == Exempt && overlaid {
			result, p.touched = Review, true
		}
		if !slices.Contains(p.possible, result) {
			p.possible = append(p.possible, result)
		}
		if h.value == yes {
			break
		}
		missing = append(missing, h.ground...)
	}
	p.result = UnknownResult
	p.missing, p.basis = []string{}, []string{}
	if len(p.possible) == 1 {
		p.result = p.possible[0]
		p.settle(on)
	} else {
		p.missing = s.factNames(missing, facts)
	}
	return p
}

// settle names the step and the basis of a result on which all rows agree.
func (p *pathway) settle(on day.Day) {
	step := p.hits[0].row.step
	p.step = &step
	for _, h := range p.hits {
		if h.row.step != step {
			p.step = nil
		}
		for _, id := range onDay(h.row.Provisions, on) {
			if !slices.Contains(p.basis, id) {
				p.basis = append(p.basis, id)
			}
		}
	}
}

// overlay adds the sector rules of the kinds of data; a sector alone only warns.
func (s *Set) overlay(d *Decision, facts org.Facts, on day.Day) {
	kinds := s.Vocabulary.Get(facts, org.DataKinds)
	sectors := s.Vocabulary.Get(facts, org.Sectors)
	if !kinds.Known() {
		d.Warnings = append(d.Warnings, org.Warn("data_kinds_unknown"))
	}
	for _, o := range s.export.overlays {
		if o.when.eval(facts, on) == yes {
			for _, basis := range onDay(o.Provisions, on) {
				d.Overlays = append(d.Overlays, Overlay{o.ID.Value, basis, o.entry.Effect, o.Text, weakest(o.Confidence, o.Provisions, on)})
			}
		} else if o.shown&sectors.Bits != 0 && kinds.Bits&o.bit == 0 {
			d.Warnings = append(d.Warnings, org.Warning{ID: "sector_" + o.ID.Value, Text: message.New("warning.sector", o.Text).Text()})
		}
	}
}

func (s *Set) overlayReason(d *Decision, p pathway) Reason {
	r := Reason{Rule: "X3", Subject: "transfer", Value: yes.pointer(), Text: message.New("export.touched").Text(),
		Provisions: []string{}, Facts: map[string]any{}, Confidence: law.Verified}
	for _, o := range d.Overlays {
		r.Provisions = append(r.Provisions, o.Basis)
		r.Confidence = law.Weaker(r.Confidence, o.Confidence)
	}
	return r
}

func (s *Set) conditionalWarnings(facts org.Facts, on day.Day) []org.Warning {
	var list []org.Warning
	for _, w := range s.export.warnings {
		if w.when.eval(facts, on) == yes {
			list = append(list, org.Warning{ID: w.id, Text: w.text})
		}
	}
	return list
}

// follow adds the duties and deadlines of the result. While the result is
// unknown, those of every possible one are due to be known of.
func (s *Set) follow(d *Decision, p pathway, facts org.Facts, on day.Day) {
	meets := func(list []Result) bool {
		return slices.ContainsFunc(list, func(r Result) bool { return slices.Contains(p.possible, r) })
	}
	exported := slices.ContainsFunc(p.possible, func(r Result) bool { return r != NotExport && r != Stop })
	for _, f := range s.export.always {
		applies := meets(f.results) || len(f.results) == 0 && exported
		if applies && f.when.eval(facts, on) != no && f.duty.inForce(on) && !slices.Contains(d.Duties, f.duty.ID.Value) {
			d.Duties = append(d.Duties, f.duty.ID.Value)
		}
	}
	for _, e := range s.export.deadlines {
		if w, ok := s.Library.Provision(e.Basis.Value).On(on); ok && meets(e.Results) {
			d.Deadlines = append(d.Deadlines, Deadline{e.ID.Value, e.Text, e.Limit, e.Calendar, w.ID, e.Confidence})
		}
	}
}

// planned returns the facts at the end of the year: the planned rest added to
// the counts so far. Where the plan is not known, the count so far is the least
// it can be.
func (s *Set) planned(facts org.Facts) org.Facts {
	later := slices.Clone(facts)
	for _, c := range []struct{ count, plan string }{{org.YearPI, org.PlannedPI}, {org.YearSensitive, org.PlannedSensitive}} {
		so, plan := s.Vocabulary.Get(facts, c.count), s.Vocabulary.Get(facts, c.plan)
		switch {
		case so.Known() && plan.Known():
			s.Vocabulary.Set(later, c.count, org.IntValue(so.I+plan.I))
		case so.Known():
			so.AtLeast = true
			s.Vocabulary.Set(later, c.count, so)
		case plan.Known():
			plan.AtLeast = true
			s.Vocabulary.Set(later, c.count, plan)
		}
	}
	return later
}
