package web

import (
	"slices"

	"guanji/internal/day"
	"guanji/internal/incident"
	"guanji/internal/regime"
	"guanji/internal/respond"
)

// planContact is a recipient of reports, and how it is reached from here.
type planContact struct {
	words
	ID, Name, What string
	Limits         []string // by when it is told, as far as is not excluded
	Ways           []planWay
	State          tag
	Reach, Times   []field // how and when it is reached
	Open           bool    // something of it is wrong
}

// planWay is a number or address that is known for the whole country.
type planWay struct {
	Value, Name, Mark string
	Cite              citeLink
}

// staleAfter is how many days after it was last tried a contact is to be tried
// again. No law names a time; this is our own choice.
const staleAfter = 180

// planContacts lists whom the organization may have to tell, and apart from
// them whom it need not by what is stated of it.
func (p *responsePlanPage) planContacts(q *orgRequest, d planDraft) error {
	limits, err := q.limits()
	if err != nil {
		return err
	}
	for _, r := range q.s.Set.Recipients {
		k := d.plan.Contacts[r.ID.Value]
		item := q.planContact(r, k, d)
		item.Limits = limits[r.ID.Value]
		item.State = q.contactTag(r, k, len(item.Limits) > 0)
		if len(item.Limits) > 0 || k != (incident.Contact{}) || item.Open {
			p.Contacts = append(p.Contacts, item)
			continue
		}
		p.Others = append(p.Others, item)
	}
	return nil
}

func (q *orgRequest) planContact(r regime.Recipient, k incident.Contact, d planDraft) planContact {
	item := planContact{words: q.words, ID: r.ID.Value, Name: q.Text(r.Name), What: q.Text(r.What)}
	for _, way := range r.Ways {
		item.Ways = append(item.Ways, planWay{way.Value, q.Text(way.Name), q.mark(way.Confidence), q.cite(way.Basis.Value)})
	}
	for _, name := range contactFields() {
		item.Reach = append(item.Reach, q.planField(d, item.ID+"-"+name, "contact."+name, *contactText(&k, name)))
	}
	checked := q.planField(d, item.ID+"-checked", "contact.checked", k.Checked.String())
	checked.Type, checked.Max = "date", 0
	hours := len(item.Reach) - 1
	item.Reach, item.Times = item.Reach[:hours:hours], append(item.Reach[hours:], checked)
	item.Open = slices.ContainsFunc(slices.Concat(item.Reach, item.Times), func(f field) bool { return f.Error != "" })
	return item
}

// contactTag says whether a recipient could be reached in the hour in which it
// must be.
func (q *orgRequest) contactTag(r regime.Recipient, k incident.Contact, needed bool) tag {
	today := q.when.today
	switch {
	case !needed && k == (incident.Contact{}):
		return tag{"no", "–", q.T("response.not_needed")}
	case k.Phone == "" && k.Other == "" && len(r.Ways) == 0:
		return tag{"bad", "✗", q.T("response.no_number")}
	case k.Checked.IsZero():
		return tag{"warn", "!", q.T("response.never_tried")}
	case k.Checked.DaysUntil(today) > staleAfter:
		return tag{"warn", "!", q.T("response.stale", k.Checked.DaysUntil(today))}
	}
	return tag{"yes", "✓", q.T("response.tried", q.distance(today, k.Checked))}
}

// limits is by when each recipient is told first, as far as what is stated of
// the organization does not exclude it, whatever an incident turns out to be.
func (q *orgRequest) limits() (map[string][]string, error) {
	file, err := q.s.Standing.File(q.Context(), q.org)
	if err != nil {
		return nil, err
	}
	reports, err := respond.MayBeDue(q.s.Set, file, day.In(q.s.Now()))
	if err != nil {
		return nil, err
	}
	limits := map[string][]string{}
	for _, r := range reports {
		text := q.Text(r.Text)
		if mark := q.mark(r.Confidence); mark != "" {
			text = q.T("response.limit.marked", text, mark)
		}
		if !slices.Contains(limits[r.To], text) {
			limits[r.To] = append(limits[r.To], text)
		}
	}
	return limits, nil
}

// planWants is what would make the plan fail when it is needed, the worst
// first.
func (q *orgRequest) planWants(p incident.Plan, all []respond.Channel, contacts []planContact) (wants []string) {
	say := func(n int, key string) {
		if n > 0 {
			wants = append(wants, q.T(key, n))
		}
	}
	people := slices.DeleteFunc(slices.Clone(p.Ladder), emptyPerson)
	if len(people) == 0 {
		wants = append(wants, q.T("response.wants.nobody"))
	}
	reached := func(person incident.Person) bool {
		return slices.ContainsFunc(all, func(c respond.Channel) bool { return c.On() && slices.Contains(person.Channels, c.ID) })
	}
	var silent, numberless, untried int
	for _, person := range people {
		if !reached(person) {
			silent++
		}
	}
	for _, k := range contacts {
		switch k.State.Class {
		case "bad":
			numberless++
		case "warn":
			untried++
		}
	}
	say(silent, "response.wants.silent")
	say(numberless, "response.wants.numbers")
	say(untried, "response.wants.tries")
	return wants
}
