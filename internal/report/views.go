package report

import (
	"guanji/internal/day"
	"guanji/internal/law"
	"guanji/internal/message"
	"guanji/internal/org"
)

// InstrumentView is an instrument in JSON.
type InstrumentView struct {
	ID         string         `json:"id"`
	Title      message.Text   `json:"title"`
	Issuer     message.Text   `json:"issuer"`
	Number     *message.Text  `json:"number"`
	Force      law.Force      `json:"force"`
	Versions   []VersionView  `json:"versions"`
	Provisions []string       `json:"provisions"`
	Confidence law.Confidence `json:"confidence"`
	Note       *message.Text  `json:"note"`
}

// VersionView is a version of an instrument in JSON.
type VersionView struct {
	ID      string   `json:"id"`
	InForce day.Span `json:"in_force"`
}

// InstrumentViews returns instruments in the form of JSON.
func InstrumentViews(list []*law.Instrument) []InstrumentView {
	views := []InstrumentView{}
	for _, i := range list {
		v := InstrumentView{ID: i.ID.Value, Title: i.Title, Issuer: i.Issuer, Number: present(i.Number), Force: i.Force,
			Confidence: i.Confidence, Note: present(i.Note), Provisions: []string{}}
		for _, version := range i.Versions {
			v.Versions = append(v.Versions, VersionView{version.ID, version.Span()})
		}
		for _, p := range i.Provisions {
			v.Provisions = append(v.Provisions, p.ID.Value)
		}
		views = append(views, v)
	}
	return views
}

func present(t message.Text) *message.Text {
	if t.IsZero() {
		return nil
	}
	return &t
}

// ProvisionView is a provision in JSON with every wording it had.
type ProvisionView struct {
	ID         string        `json:"id"`
	Instrument string        `json:"instrument"`
	Kind       string        `json:"kind"`
	Topic      message.Text  `json:"topic"`
	Wordings   []WordingView `json:"wordings"`
	Note       *message.Text `json:"note"`
}

// WordingView is a provision over a span of days in JSON.
type WordingView struct {
	ID         string         `json:"id"`
	Article    string         `json:"article"`
	InForce    day.Span       `json:"in_force"`
	Quote      string         `json:"quote_zh,omitempty"`
	Paraphrase law.Paraphrase `json:"paraphrase"`
	Penalty    *message.Text  `json:"penalty,omitempty"`
	Sources    []string       `json:"sources"`
	Confidence law.Confidence `json:"confidence"`
}

// ProvisionViews returns provisions in the form of JSON.
func ProvisionViews(list []*law.Provision) []ProvisionView {
	views := []ProvisionView{}
	for _, p := range list {
		v := ProvisionView{ID: p.ID.Value, Instrument: p.Instrument.ID.Value, Kind: p.Kind, Topic: p.Topic, Note: present(p.Note)}
		for _, w := range p.Wordings() {
			v.Wordings = append(v.Wordings, wordingView(w))
		}
		views = append(views, v)
	}
	return views
}

func wordingView(w law.Wording) WordingView {
	return WordingView{w.ID, w.Article, w.Span, w.Quote, w.Paraphrase, present(w.Penalty), w.Sources, w.Confidence}
}

// ChangeView is a change of the law in JSON.
type ChangeView struct {
	Kind   law.ChangeKind `json:"kind"`
	Topic  message.Text   `json:"topic"`
	Before *WordingView   `json:"before"`
	After  *WordingView   `json:"after"`
}

// ChangeViews returns changes in the form of JSON.
func ChangeViews(list []law.Change) []ChangeView {
	views := []ChangeView{}
	for _, c := range list {
		v := ChangeView{Kind: c.Kind, Topic: c.Topic}
		if c.Before != nil {
			w := wordingView(*c.Before)
			v.Before = &w
		}
		if c.After != nil {
			w := wordingView(*c.After)
			v.After = &w
		}
		views = append(views, v)
	}
	return views
}

// FactView is a fact of the vocabulary in JSON.
type FactView struct {
	ID       string       `json:"id"`
	Label    message.Text `json:"label"`
	Subject  org.Subject  `json:"subject"`
	Type     string       `json:"type"`
	Unit     string       `json:"unit,omitempty"`
	Min      *float64     `json:"min,omitempty"`
	Max      *float64     `json:"max,omitempty"`
	Values   []org.Option `json:"values,omitempty"`
	Fields   []FactView   `json:"fields,omitempty"`
	Question message.Text `json:"question"`
	Help     message.Text `json:"help"`
	AskedOf  string       `json:"asked_of"`
}

// FactViews returns the vocabulary in the form of JSON.
func FactViews(v *org.Vocabulary) []FactView {
	views := []FactView{}
	for _, f := range v.Facts() {
		views = append(views, factView(f))
	}
	return views
}

func factView(f *org.Fact) FactView {
	v := FactView{ID: f.ID, Label: f.Label, Subject: f.Subject, Type: f.Kind.String(), Unit: f.Unit, Min: f.Min, Max: f.Max, Values: f.Values,
		Question: f.Question, Help: f.Help, AskedOf: f.AskedOf}
	for _, field := range f.Fields {
		v.Fields = append(v.Fields, factView(field))
	}
	return v
}
