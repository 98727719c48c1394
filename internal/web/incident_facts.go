package web

import (
	"encoding/json"
	"slices"
	"strings"

	"guanji/internal/incident"
	"guanji/internal/message"
	"guanji/internal/org"
	"guanji/internal/problem"
	"guanji/internal/standing"
)

// factFields are the fields for the facts of an incident: those that decide
// grade and clock at once, and all others.
type factFields struct {
	words
	First, Others []factField
	Open          bool   // what is wrong, or is missing, is among the others
	Why           string // they are asked
}

func (f factFields) all() []factField { return slices.Concat(f.First, f.Others) }

// factField is the field for one fact.
type factField struct {
	words
	ID, Scope      string
	Question, Help string
	Input          factInput
	Note           string // what the record knows of the answer
	Named          string // what a script says where it answers for a system that was ticked
	Was            string // what stood when the form was made
	Missing        bool   // it could raise the grade
}

// firstFacts are asked first: who is told by when depends on them at once.
func firstFacts() []string {
	return []string{"incident.cii", "incident.cii_outage_minutes", "incident.cii_main_function_outage_minutes", "incident.outage_ongoing", "incident.pi_individuals", "incident.crime_suspected"}
}

// firstFacts are those that are asked first of the case: of a threat, whether
// it concerns critical infrastructure.
func (q *caseRequest) firstFacts() []string {
	if q.c.Kind == incident.Threat {
		return []string{factCII}
	}
	return firstFacts()
}

// incidentFacts are the facts that can be stated of an incident: of a record,
// its fields.
func incidentFacts(v *org.Vocabulary) (list []*org.Fact) {
	for _, f := range v.Facts() {
		switch {
		case f.Subject != org.AboutIncident:
		case f.Kind == org.Record:
			list = append(list, f.Fields...)
		default:
			list = append(list, f)
		}
	}
	return list
}

// facts adds fields for facts to a form: some of them, and all others behind
// them where that is wanted.
func (f *stepForm) facts(q *caseRequest, first []string, all bool) {
	f.Facts.words = f.words
	for _, fact := range incidentFacts(q.s.Set.Vocabulary) {
		field := f.fact(q, fact)
		switch {
		case slices.Contains(first, fact.ID):
			f.Facts.First = append(f.Facts.First, field)
		case all:
			f.Facts.Others = append(f.Facts.Others, field)
			f.Facts.Open = f.Facts.Open || field.Input.Error != ""
		}
	}
}

// factOngoing says that an outage goes on.
const factOngoing = "incident.outage_ongoing"

// outage asks of the end of handling whether the outage goes on that is said to,
// and how long it was: nothing is chosen for whoever answers.
func (f *stepForm) outage(q *caseRequest) {
	if string(q.c.Values()[factOngoing]) != "true" {
		return
	}
	f.Facts.words, f.Facts.Why = f.words, f.T("cases.outage.ask")
	for _, fact := range incidentFacts(q.s.Set.Vocabulary) {
		if fact.ID != factOngoing && (fact.Unit != "minutes" || fact.Record != nil || !q.stated(fact.ID)) {
			continue
		}
		field := f.fact(q, fact)
		if fact.ID == factOngoing && f.back == nil {
			field.Input.choose(nil)
		}
		f.Facts.First = append(f.Facts.First, field)
	}
}

func (f *stepForm) fact(q *caseRequest, fact *org.Fact) factField {
	var stands org.Value
	if s, ok := q.c.Facts[fact.ID]; ok {
		stands, _ = fact.FromJSON(s.Value) // what the vocabulary no longer takes is not known
	}
	field := factField{words: f.words, ID: fact.ID, Scope: f.Scope, Question: f.Text(fact.Question), Help: f.Text(fact.Help), Input: f.input(fact), Was: string(standing.Encode(stands.In(fact)))}
	if fact.Record != nil {
		field.Question = f.Text(fact.Label)
	}
	if q.c.Judged != nil {
		field.Missing = slices.Contains(q.c.Judged.Missing, fact.Name())
	}
	if f.back == nil {
		field.Input.fill(fact, stands)
	}
	if fact.ID == factCII {
		field.suggest(q, f.Kind == "open" && f.back == nil)
	}
	if f.back == nil {
		return field
	}
	field.Input.posted(f.back.values("fact."+fact.ID), f.back.values.one("fact."+fact.ID))
	field.Input.Error = f.back.at[fact.ID]
	if was := f.back.values("was." + fact.ID); len(was) > 0 && !f.back.met {
		field.Was = was[0]
	}
	return field
}

// stated reads the facts that a form says otherwise than they stood when it was
// made.
func (r *stepReader) stated() map[string]json.RawMessage {
	values := map[string]json.RawMessage{}
	for _, f := range incidentFacts(r.s.Set.Vocabulary) {
		was, asked := r.PostForm["was."+f.ID]
		if !asked {
			continue
		}
		value, wrong := readFactField(f, r.PostForm["fact."+f.ID])
		switch {
		case wrong != nil:
			r.Fields = append(r.Fields, problem.Field{Name: f.ID, Msg: *wrong})
		case string(value) != was[0]:
			values[f.ID] = value
		}
	}
	return values
}

// readFactField reads a field: one that is left empty says that it is not
// known.
func readFactField(f *org.Fact, answers []string) (json.RawMessage, *message.M) {
	if f.Kind != org.Int && f.Kind != org.Number {
		if len(answers) == 0 || len(answers) == 1 && answers[0] == "" {
			return json.RawMessage("null"), nil
		}
		return readAnswer(f, answers, "")
	}
	number := strings.Join(answers, " ")
	if strings.TrimSpace(number) == "" {
		return json.RawMessage("null"), nil
	}
	return readAnswer(f, nil, number)
}

// factWords are facts as they were stated, for people.
func (q *caseRequest) factWords(f *incident.Facts) (list []factUsed) {
	for _, fact := range incidentFacts(q.s.Set.Vocabulary) {
		raw, ok := f.Values[fact.ID]
		if !ok {
			continue
		}
		value, _ := fact.FromJSON(raw) // what the vocabulary no longer takes is not known
		text := q.Text(fact.Show(value.In(fact)))
		if value.Known() && fact.Unit != "" {
			text += " " + q.T("fact.unit."+fact.Unit)
		}
		list = append(list, factUsed{Label: q.Text(fact.Label), Value: text})
	}
	return list
}
