package web

import (
	"slices"
	"strconv"
	"strings"

	"guanji/internal/day"
	"guanji/internal/incident"
	"guanji/internal/message"
	"guanji/internal/problem"
	"guanji/internal/respond"
)

// planPerson is one person on the ladder, as a part of the form.
type planPerson struct {
	words
	Number      int // from 1
	When        string
	Name, Phone field
	Channels    []planChannel
	First, Last bool
}

// contactFields are the parts of a contact that are typed, the day aside.
func contactFields() []string { return []string{"name", "phone", "other", "hours"} }

// contactText is the part of a contact that a field holds.
func contactText(k *incident.Contact, name string) *string {
	return map[string]*string{"name": &k.Name, "phone": &k.Phone, "other": &k.Other, "hours": &k.Hours}[name]
}

// readPlan reads the form. What is wrong in it is told by checkPlan.
func (q *orgRequest) readPlan() (planDraft, error) {
	all, err := q.s.Respond.Channels.Channels(q.Context())
	if err != nil {
		return planDraft{}, err
	}
	d := planDraft{plan: incident.Plan{Contacts: map[string]incident.Contact{}, Phrase: q.trimmed("phrase")}, wrong: map[string]string{}}
	if d.seen, err = strconv.ParseInt(q.PostFormValue("seen"), 10, 64); err != nil {
		return d, problem.New(problem.Input, "web.bad_form")
	}
	names, phones := q.PostForm["person"], q.PostForm["phone"]
	if len(names) != len(phones) || len(names) > 2*incident.MaxLadder {
		return d, problem.New(problem.Input, "web.bad_form")
	}
	for i := range names {
		d.plan.Ladder = append(d.plan.Ladder, incident.Person{Name: strings.TrimSpace(names[i]), Phone: strings.TrimSpace(phones[i]), Channels: knownChannels(all, q.PostForm["channel-"+strconv.Itoa(i+1)])})
	}
	d.plan.Folders = knownChannels(all, q.PostForm["folder"])
	if text := q.trimmed("wait"); text != "" {
		if d.plan.Wait, err = strconv.Atoi(text); err != nil {
			d.wrong["wait"] = q.T("incident.wait", incident.MaxWait)
		}
	}
	for _, r := range q.s.Set.Recipients {
		q.readContact(&d, r.ID.Value)
	}
	return d, nil
}

func (q *orgRequest) trimmed(name string) string { return strings.TrimSpace(q.PostFormValue(name)) }

func (q *orgRequest) readContact(d *planDraft, id string) {
	var k incident.Contact
	for _, name := range contactFields() {
		*contactText(&k, name) = q.trimmed(id + "-" + name)
	}
	if text := q.trimmed(id + "-checked"); text != "" {
		var err error
		switch k.Checked, err = day.Parse(text); {
		case err != nil:
			d.wrong[id+"-checked"] = q.T("web.bad_day", text)
		case k.Checked.After(q.when.today):
			d.wrong[id+"-checked"] = q.T("response.tried_to_come")
		}
	}
	if k != (incident.Contact{}) {
		d.plan.Contacts[id] = k
	}
}

// knownChannels leaves out what is no channel.
func knownChannels(all []respond.Channel, ids []string) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		return !slices.ContainsFunc(all, func(c respond.Channel) bool { return c.ID == id })
	})
}

func emptyPerson(p incident.Person) bool {
	return p.Name == "" && p.Phone == "" && len(p.Channels) == 0
}

// alter adds, removes or moves a person: add, remove-2, earlier-2, later-2.
func (d *planDraft) alter(do string) {
	how, number, _ := strings.Cut(do, "-")
	n, _ := strconv.Atoi(number)
	list := d.plan.Ladder
	switch inside := n >= 1 && n <= len(list); {
	case how == "add" && len(list) < incident.MaxLadder:
		d.plan.Ladder = append(list, incident.Person{})
		d.focused = len(list) + 1
	case how == "remove" && inside:
		d.plan.Ladder = slices.Delete(list, n-1, n)
		d.focused = min(n, len(list)-1)
	case how == "earlier" && inside && n > 1:
		list[n-1], list[n-2] = list[n-2], list[n-1]
		d.focused = n - 1
	case how == "later" && inside && n < len(list):
		list[n-1], list[n] = list[n], list[n-1]
		d.focused = n + 1
	}
}

// checkPlan names what is wrong by the field in which it is: people and
// contacts are checked one by one, as the check of a whole plan does not say
// which of them it means.
func (q *orgRequest) checkPlan(d *planDraft) {
	check := func(field string, p incident.Plan) {
		for _, f := range (incident.Step{Plan: &p}).Check(q.s.Now()) {
			d.wrong[field] = f.Msg.In(q.lang)
			return
		}
	}
	names := map[string]bool{}
	for i, p := range d.plan.Ladder {
		n := strconv.Itoa(i + 1)
		check("person-"+n, incident.Plan{Ladder: []incident.Person{{Name: p.Name}}})
		check("phone-"+n, incident.Plan{Ladder: []incident.Person{{Name: n, Phone: p.Phone}}})
		if names[p.Name] && p.Name != "" {
			d.wrong["person-"+n] = q.T("response.person_twice")
		}
		names[p.Name] = true
	}
	for id, k := range d.plan.Contacts {
		for _, name := range contactFields() {
			check(id+"-"+name, incident.Plan{Contacts: map[string]incident.Contact{id: {Name: *contactText(&k, name)}}})
		}
	}
	check("wait", incident.Plan{Wait: d.plan.Wait})
	check("phrase", incident.Plan{Phrase: d.plan.Phrase})
	if len(d.plan.Ladder) > incident.MaxLadder {
		check("ladder", d.plan)
	}
}

// planField is a field of the form of a plan.
func (q *orgRequest) planField(d planDraft, name, key, value string) field {
	f := field{words: q.words, Name: name, Label: q.T("response.field." + key), Value: value, Max: incident.MaxLine, Error: d.wrong[name], Optional: true}
	if hint := "response.field." + key + ".hint"; message.Known(hint) {
		f.Hint = q.T(hint)
	}
	return f
}

// planPeople are the rows of the form, one empty row where there is nobody.
func (q *orgRequest) planPeople(d planDraft, all []respond.Channel) []planPerson {
	ladder := d.plan.Ladder
	if len(ladder) == 0 {
		ladder = []incident.Person{{}}
	}
	var list []planPerson
	for i, person := range ladder {
		n := strconv.Itoa(i + 1)
		p := planPerson{words: q.words, Number: i + 1, When: q.toldWhen(d.plan, i), First: i == 0, Last: i == len(ladder)-1,
			Name: q.planField(d, "person", "person", person.Name), Phone: q.planField(d, "phone", "phone", person.Phone),
			Channels: q.planChannels(all, person.Channels, func(respond.Channel) bool { return true })}
		p.Name.Scope, p.Name.Error, p.Name.Focus = n+"-", d.wrong["person-"+n], d.focused == i+1
		p.Phone.Scope, p.Phone.Error = n+"-", d.wrong["phone-"+n]
		list = append(list, p)
	}
	return list
}

// toldWhen says when a person on the ladder is told.
func (q *orgRequest) toldWhen(p incident.Plan, i int) string {
	if i == 0 {
		return q.T("response.told.first")
	}
	wait := p.Wait
	if wait < 1 || wait > incident.MaxWait {
		wait = incident.DefaultWait
	}
	return q.T("response.told.next", i+1, q.minutes(i*wait))
}

// planChannel is a channel that may be chosen.
type planChannel struct {
	words
	Value, Name, Means string
	Address            string // without what may be a key
	Off                *tag   // why nothing goes by it; nil where something does
	Chosen             bool
}

// planChannels offers the channels that are not dropped, and those that are
// but were chosen before.
func (q *orgRequest) planChannels(all []respond.Channel, chosen []string, fits func(respond.Channel) bool) []planChannel {
	var list []planChannel
	for _, c := range all {
		is := slices.Contains(chosen, c.ID)
		if !fits(c) || !is && !c.Dropped.IsZero() {
			continue
		}
		item := planChannel{words: q.words, Value: c.ID, Name: c.Name, Means: q.T("channels.means." + string(c.Means)), Address: c.Shown(), Chosen: is}
		if !c.On() {
			off := q.channelTag(c, 0)
			item.Off = &off
		}
		list = append(list, item)
	}
	return list
}

func (p *responsePlanPage) planFields(d planDraft) {
	wait := ""
	if d.plan.Wait > 0 {
		wait = strconv.Itoa(d.plan.Wait)
	}
	q := p.words
	p.Wait = field{words: q, Name: "wait", Label: q.T("response.field.wait"), Hint: q.T("response.field.wait.hint", incident.DefaultWait, incident.MaxWait), Value: wait, Type: "number", Max: 3, Error: d.wrong["wait"], Optional: true}
	p.Phrase = field{words: q, Name: "phrase", Label: q.T("response.field.phrase"), Hint: q.T("response.field.phrase.hint"), Value: d.plan.Phrase, Max: incident.MaxLine, Error: d.wrong["phrase"], Optional: true}
}
