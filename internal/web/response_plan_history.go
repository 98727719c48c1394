package web

import (
	"slices"
	"strings"

	"guanji/internal/incident"
	"guanji/internal/respond"
)

// planPart is one thing that a plan says; "" is said of what it leaves open.
type planPart struct{ Label, Value string }

// planDifference is what somebody else saved, and what was typed instead.
type planDifference struct{ Label, Theirs, Mine string }

// planChange is one change of the plan.
type planChange struct {
	words
	When, By string
	What     []planPart
}

// planChangesShown is how many changes of a plan are listed.
const planChangesShown = 20

// planParts is all that a plan says, always the same parts in the same order.
func (q *orgRequest) planParts(p incident.Plan, all []respond.Channel) []planPart {
	var people []string
	for i, person := range p.Ladder {
		channels := q.channelNames(all, person.Channels)
		people = append(people, q.T("response.person", i+1, joined(append([]string{person.Name, person.Phone}, channels...)...)))
	}
	wait := ""
	if p.Wait > 0 {
		wait = q.minutes(p.Wait)
	}
	parts := []planPart{{q.T("response.people"), strings.Join(people, "\n")}, {q.T("response.field.wait"), wait}}
	for _, r := range q.s.Set.Recipients {
		k := p.Contacts[r.ID.Value]
		tried := ""
		if !k.Checked.IsZero() {
			tried = q.T("response.tried_on", k.Checked.String())
		}
		parts = append(parts, planPart{q.Text(r.Name), joined(k.Name, k.Phone, k.Other, k.Hours, tried)})
	}
	return append(parts, planPart{q.T("response.folders"), strings.Join(q.channelNames(all, p.Folders), "\n")}, planPart{q.T("response.field.phrase"), p.Phrase})
}

// joined joins what is not empty.
func joined(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " · ")
}

func (q *orgRequest) channelNames(all []respond.Channel, ids []string) []string {
	var names []string
	for _, c := range all {
		if slices.Contains(ids, c.ID) {
			names = append(names, q.channelWords(all, c))
		}
	}
	return names
}

// planDifferences is where two plans say something else.
func (q *orgRequest) planDifferences(theirs, mine incident.Plan, all []respond.Channel) []planDifference {
	var list []planDifference
	other := q.planParts(mine, all)
	for i, part := range q.planParts(theirs, all) {
		if part.Value != other[i].Value {
			list = append(list, planDifference{part.Label, q.orNothing(part.Value), q.orNothing(other[i].Value)})
		}
	}
	return list
}

// minutes counts minutes in words.
func (w words) minutes(n int) string {
	if n == 1 {
		return w.T("response.minute")
	}
	return w.T("response.minutes", n)
}

func (w words) orNothing(text string) string {
	if text == "" {
		return w.T("response.nothing")
	}
	return text
}

// planHistory lists who changed what of the plan, the newest first.
func (p *responsePlanPage) planHistory(q *orgRequest, all []respond.Channel) error {
	steps, err := q.s.Respond.Store.CaseSteps(q.Context(), q.org, 0)
	if err != nil {
		return err
	}
	var before incident.Plan
	for _, r := range steps {
		if r.Plan == nil {
			continue
		}
		p.History = append(p.History, q.planChange(r, before, all))
		before = *r.Plan
	}
	slices.Reverse(p.History)
	p.Earlier = max(0, len(p.History)-planChangesShown)
	p.History = p.History[:len(p.History)-p.Earlier]
	return nil
}

func (q *orgRequest) planChange(r incident.Recorded, before incident.Plan, all []respond.Channel) planChange {
	c := planChange{words: q.words, When: clock(r.At), By: r.By}
	for _, d := range q.planDifferences(before, *r.Plan, all) {
		c.What = append(c.What, planPart{d.Label, d.Mine})
	}
	return c
}
