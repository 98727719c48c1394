package respond

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"guanji/internal/day"
	"guanji/internal/incident"
	"guanji/internal/ledger"
	"guanji/internal/message"
	"guanji/internal/org"
	"guanji/internal/problem"
	"guanji/internal/regime"
)

// check finds what is wrong with a step in a case as it stands.
func (s *Service) check(ctx context.Context, organization string, c *incident.Case, file *org.File, step incident.Step, now time.Time) error {
	if err := allowed(c, step); err != nil {
		return err
	}
	mistakes := step.Check(now)
	switch {
	case step.Open != nil:
		mistakes = append(mistakes, systems(file, step.Open.Systems)...)
		if c.Opened != nil && c.Drill != step.Open.Drill {
			mistakes = append(mistakes, problem.Field{Name: "drill", Msg: message.New("respond.drill_stays")})
		}
	case step.Facts != nil:
		mistakes = append(mistakes, s.facts(step.Facts)...)
	case step.Part != nil:
		if !s.isPart(step.Part.ID) {
			mistakes = append(mistakes, problem.Field{Name: "id", Msg: message.New("respond.no_part", step.Part.ID)})
		}
	case step.Sent != nil:
		mistakes = append(mistakes, sentRight(c, step, now)...)
	case step.Join != nil:
		to, err := s.fold(ctx, organization, step.Join.To)
		if err != nil {
			return err
		}
		mistakes = append(mistakes, joinable(c, to)...)
	}
	files, err := s.kept(ctx, step)
	if err != nil {
		return err
	}
	return append(mistakes, files...).OrNil()
}

// joinable finds why an alert cannot belong to another case: nobody would see
// to it there, and it would be lost.
func joinable(c, to *incident.Case) problem.Fields {
	if to.Number > 0 && to.Number != c.Number && len(to.Steps) > 0 && to.State.Live() {
		return nil
	}
	return problem.Fields{{Name: "to", Msg: message.New("respond.no_join", to.Number)}}
}

// allowed fails with [problem.Refused] if a step has no place in the state of
// a case.
func allowed(c *incident.Case, step incident.Step) error {
	refuse := func() error { return problem.New(problem.Refused, "respond.state."+string(c.State)) }
	switch {
	case step.Alert != nil || step.Said != nil || step.Given != nil || step.Plan != nil:
		return problem.New(problem.Refused, "respond.by_program")
	case step.Dismiss != nil || step.Join != nil:
		if c.State != incident.Waiting || len(c.Steps) == 0 {
			return refuse()
		}
	case step.Open != nil:
		if c.State != incident.Waiting && c.State != incident.Watched {
			return refuse()
		}
	case step.Reopen != nil:
		if c.State.Live() && c.State != incident.Handled || c.State == incident.Joined {
			return refuse()
		}
	case step.Note != nil || step.Strike != nil || step.Ack != nil || step.Part != nil || step.Sent != nil || step.Handed != nil || step.Kept != nil || step.Done != nil:
		if c.State == incident.Joined {
			return refuse()
		}
	case c.Opened == nil || c.State == incident.Closed:
		return refuse()
	case step.Ended != nil:
		if c.State != incident.Running {
			return refuse()
		}
	case step.Close != nil:
		return mayClose(c, step)
	}
	return target(c, step)
}

// mayClose demands a reason where a report that is due, or may be, was not
// made: what is not known silences nothing.
func mayClose(c *incident.Case, step incident.Step) error {
	if c.State != incident.Handled && c.State != incident.Watched {
		return problem.New(problem.Refused, "respond.state."+string(c.State))
	}
	if strings.TrimSpace(step.Close.Why) != "" {
		return nil
	}
	for _, k := range c.Clocks() {
		if k.Open {
			return problem.New(problem.Refused, "respond.open_reports")
		}
	}
	return nil
}

// target fails if a step is about another that is not there, or not of its
// kind.
func target(c *incident.Case, step incident.Step) error {
	var of int64
	var fits func(incident.Recorded) bool
	switch {
	case step.Done != nil:
		of, fits = step.Done.Of, func(r incident.Recorded) bool { return r.Task != nil }
	case step.Handed != nil:
		of, fits = step.Handed.Of, func(r incident.Recorded) bool { return r.Kept != nil }
	case step.Strike != nil:
		of, fits = step.Strike.Of, strikable
	default:
		return nil
	}
	_, struck := c.Struck[of]
	if struck || !slices.ContainsFunc(c.Steps, func(r incident.Recorded) bool { return r.Seq == of && fits(r) }) {
		return problem.New(problem.Refused, "respond.no_step", of)
	}
	return nil
}

// strikable reports whether a step can be taken back. What moved the case is
// set right by the next move, and awareness by a correction.
func strikable(r incident.Recorded) bool {
	return r.Sent != nil || r.Note != nil || r.Task != nil || r.Done != nil || r.Kept != nil || r.Handed != nil || r.Role != nil || r.Facts != nil
}

func systems(file *org.File, ids []string) (mistakes problem.Fields) {
	for _, id := range ids {
		if !slices.ContainsFunc(file.Systems, func(u org.Unit) bool { return u.ID == id }) {
			mistakes = append(mistakes, problem.Field{Name: "systems", Msg: message.New("filing.no_subject", id)})
		}
	}
	return mistakes
}

// facts finds facts that are none of an incident, or values that they cannot
// have.
func (s *Service) facts(f *incident.Facts) (mistakes problem.Fields) {
	for id, value := range f.Values {
		fact := s.Set.Vocabulary.Fact(id)
		if fact == nil || fact.Subject != org.AboutIncident || fact.Kind == org.Record {
			mistakes = append(mistakes, problem.Field{Name: id, Msg: message.New("respond.no_fact", id)})
			continue
		}
		if _, ok := fact.FromJSON(value); !ok {
			mistakes = append(mistakes, problem.Field{Name: id, Msg: message.New("respond.bad_fact")})
		}
	}
	return mistakes
}

func (s *Service) isPart(id string) bool {
	for _, p := range slices.Concat(s.Set.Report.Parts, s.Set.Closing.Parts, s.Set.Notice.Parts) {
		if p.ID.Value == id {
			return true
		}
	}
	return false
}

// sentRight finds what is wrong with a report that was made: it is none that
// was due, or is late without a reason.
func sentRight(c *incident.Case, step incident.Step, now time.Time) (mistakes problem.Fields) {
	for _, k := range c.Clocks() {
		if k.Key != step.Sent.Report {
			continue
		}
		when := step.Happened
		if when.IsZero() {
			when = now
		}
		if len(k.Sent) == 0 && !k.By.IsZero() && when.After(k.By) && strings.TrimSpace(step.Sent.Late) == "" {
			mistakes = append(mistakes, problem.Field{Name: "late", Msg: message.New("respond.late")})
		}
		return mistakes
	}
	return problem.Fields{{Name: "report", Msg: message.New("respond.no_report")}}
}

// kept finds files of a step that are not kept here, or have another size.
func (s *Service) kept(ctx context.Context, step incident.Step) (mistakes problem.Fields, err error) {
	for _, f := range step.Files() {
		size, err := s.Files.Has(ctx, f.Digest)
		switch {
		case problem.KindOf(err) == problem.NotFound || err == nil && size != f.Size:
			mistakes = append(mistakes, problem.Field{Name: "files", Msg: message.New("filing.no_file", f.Name)})
		case err != nil:
			return nil, err
		}
	}
	return mistakes, nil
}

// judged returns a case after a step, with what the content says of it where
// the step can change that.
func (s *Service) judged(c *incident.Case, file *org.File, step incident.Step, a ledger.Actor) (*incident.Case, incident.Step, error) {
	after := with(c, step, a)
	if after.Opened == nil || step.Open == nil && step.Aware == nil && step.Facts == nil && step.Ended == nil && step.Reopen == nil && step.Strike == nil {
		return after, step, nil
	}
	j, err := s.judge(after, file)
	if err != nil {
		return nil, step, err
	}
	step.Judged = j
	return with(c, step, a), step, nil
}

// judge asks the content about a case: as it was in force when the
// organization became aware.
func (s *Service) judge(c *incident.Case, file *org.File) (*incident.Judgement, error) {
	aware := c.Aware().At
	facts := s.Set.Vocabulary.On(file, day.In(aware)).Combine(s.read(c.Values()))
	return s.ask(c, s.assume(facts))
}

// assume takes an incident not to involve critical infrastructure where nobody
// said whether it does and no notice of designation was received: only a notice
// makes an operator. Whoever says otherwise is believed.
func (s *Service) assume(facts org.Facts) org.Facts {
	v := s.Set.Vocabulary
	if !v.Get(facts, factCII).Known() && v.Get(facts, factNotified) == org.BoolValue(false) {
		facts = slices.Clone(facts)
		v.Set(facts, factCII, org.BoolValue(false))
	}
	return facts
}

// The facts on which the actor of an incident hangs.
const (
	factCII      = "incident.cii"
	factNotified = "org.designation.notified"
)

// outages is when outages began by the figures that were stated: that many
// minutes before they were. One of no minutes did not begin.
func (s *Service) outages(c *incident.Case) map[string]time.Time {
	began := map[string]time.Time{}
	for id, stated := range c.Facts {
		fact := s.Set.Vocabulary.Fact(id)
		if fact == nil || fact.Unit != "minutes" || fact.Record != nil {
			continue
		}
		if v, ok := fact.FromJSON(stated.Value); ok && v.Known() && v.I > 0 {
			began[id] = stated.At.Add(-time.Duration(v.I) * time.Minute)
		}
	}
	return began
}

// read puts values into facts, as far as the vocabulary still takes them.
func (s *Service) read(values map[string]json.RawMessage) org.Facts {
	facts := s.Set.Vocabulary.NewFacts()
	for id, value := range values {
		fact := s.Set.Vocabulary.Fact(id)
		if fact == nil || fact.Index < 0 {
			continue
		}
		if v, ok := fact.FromJSON(value); ok {
			facts[fact.Index] = v
		}
	}
	return facts
}

// known is the reverse of [Service.read], for all facts that are known.
func (s *Service) known(facts org.Facts) map[string]json.RawMessage {
	values := map[string]json.RawMessage{}
	for i, v := range facts {
		fact := s.Set.Vocabulary.Leaf(i)
		if !v.Known() {
			continue
		}
		if data, err := json.Marshal(v.In(fact)); err == nil {
			values[fact.ID] = data
		}
	}
	return values
}

// ask asks the content what follows from facts about a case.
func (s *Service) ask(c *incident.Case, facts org.Facts) (*incident.Judgement, error) {
	aware := c.Aware().At
	on := day.In(aware)
	in := regime.Incident{Facts: facts, Discovered: aware, Outages: s.outages(c), HandlingEnded: c.Ended}
	j := &incident.Judgement{Content: s.Set.Info.Digest, Aware: aware, Ended: c.Ended, Known: s.known(facts)}
	if c.Kind == incident.Threat {
		reports, err := s.Set.Threat(in, on)
		j.Due = dues(reports)
		return j, err
	}
	g, err := s.Set.GradeIncident(in, on)
	if err != nil {
		return nil, err
	}
	return graded(j, g, in.Outages), nil
}

func graded(j *incident.Judgement, g *regime.Grading, outages map[string]time.Time) *incident.Judgement {
	if g.Grade != nil {
		j.Grade = string(*g.Grade)
	}
	for _, b := range g.Because {
		j.Because = append(j.Because, incident.Because{Rule: b.Rule, Grade: string(b.Grade), Text: b.Text, Confidence: b.Confidence})
	}
	for _, x := range g.Crosses {
		if _, runs := outages[x.Fact]; !runs || g.Grade != nil && !x.Grade.Above(*g.Grade) {
			continue
		}
		j.Crosses = append(j.Crosses, incident.Crossing{Grade: string(x.Grade), Fact: x.Fact, At: x.At})
	}
	j.Missing, j.Strength = g.Missing, g.Confidence
	j.Due = dues(slices.Concat(g.Reports, g.Further))
	return j
}

func dues(reports []regime.Report) []incident.Due {
	var list []incident.Due
	for _, r := range reports {
		d := incident.Due{Key: fmt.Sprintf("%s/%s/%s", r.Rule, r.To, r.Content), To: r.To, Content: r.Content, Basis: r.Basis, Duty: r.Duty,
			Calendar: r.Calendar, After: r.After, Every: int(r.Every / time.Hour), Provisional: r.Provisional, Text: r.Text, Confidence: r.Confidence}
		if r.Limit != nil {
			d.Limit = *r.Limit
		}
		if r.By != nil {
			d.By = r.By.UTC()
		}
		list = append(list, d)
	}
	return list
}
