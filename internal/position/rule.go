package position

import (
	"slices"

	"guanji/internal/calendar"
	"guanji/internal/regime"
)

// A form is a way in which a duty comes due.
type form uint8

const (
	lasting form = iota // evidence carries it until it ends: continuous, or recurring without a fixed day
	once                // one record carries it
	yearly              // on a fixed day of the year
	onEvent             // each event asks for a record
)

// A rule is what a duty asks for.
type rule struct {
	form   form
	kinds  []string        // of evidence, each once
	period *calendar.Limit // nil: none is named
	limit  *calendar.Limit // nil: none is named
	fixed  string          // of [yearly]: the day as in [calendar.Annual]
	open   string          // key of the words for why no due day is known though it is on file
}

// ruleOf reads the rule of a duty. Limits were checked with the content.
func ruleOf(t *regime.DutyText) *rule {
	c := t.Cadence
	r := &rule{form: lasting, limit: limit(c.Limit, c.Calendar), open: "position.due.open"}
	switch {
	case c.Kind == "once":
		r.form, r.open = once, "position.due.once"
	case c.Kind == "event":
		r.form, r.open = onEvent, "position.due.served"
	case c.Kind == "recurring" && c.Due != nil:
		r.form, r.fixed = yearly, *c.Due
	case c.Kind == "recurring":
		inDays := string(calendar.Days)
		r.period, r.open = limit(c.Period, &inDays), "position.due.no_period"
	}
	for _, e := range t.Evidence {
		if !slices.Contains(r.kinds, e.Kind) {
			r.kinds = append(r.kinds, e.Kind)
		}
	}
	return r
}

func limit(iso, counting *string) *calendar.Limit {
	if iso == nil || counting == nil {
		return nil
	}
	l, err := calendar.ParseLimit(*iso, *counting)
	if err != nil {
		return nil
	}
	return &l
}

// slots is the number of kinds of paper that a rule tells apart: those that it
// asks for, and one that says that nothing happened.
func (r *rule) slots() int { return len(r.kinds) + 1 }
