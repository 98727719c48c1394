// Package law holds the law as dated data: instruments, their versions, and
// their provisions, each with the number it bore, the words it had and the
// days it was in force.
//
// Official Chinese text is quoted; English, and Chinese where no quotation is
// at hand, are our own words. Every statement names its sources and how well
// it is confirmed ([Confidence]).
package law

import (
	"slices"
	"strings"

	"guanji/internal/day"
	"guanji/internal/message"
	"guanji/internal/strict"
)

// A Confidence says how well a statement is confirmed.
type Confidence string

// The confidences. Unverified content may warn, raise or add; it never relieves.
const (
	Verified   Confidence = "verified"   // two sources or more
	Single     Confidence = "single"     // one source
	Unverified Confidence = "unverified" // memory, or unclear
)

// Confidences lists the confidences, the weakest first.
func Confidences() []Confidence { return []Confidence{Unverified, Single, Verified} }

// Weaker returns the weaker of two confidences.
func Weaker(a, b Confidence) Confidence {
	if slices.Index(Confidences(), a) < slices.Index(Confidences(), b) {
		return a
	}
	return b
}

// A Force says what makes a demand binding.
type Force string

// The forces. The first three bind; see [Force.Binding].
const (
	ForceLaw         Force = "law"                  // laws of the NPC and its Standing Committee
	ForceRule        Force = "rule"                 // State Council regulations, orders of departments
	ForceMandatory   Force = "mandatory_standard"   // GB
	ForceRecommended Force = "recommended_standard" // GB/T
	ForceGuidance    Force = "guidance"             // guides, letters, answers to questions
	ForceContract    Force = "contract"             // only if agreed
)

// Forces lists every force, the strongest first.
func Forces() []Force {
	return []Force{ForceLaw, ForceRule, ForceMandatory, ForceRecommended, ForceGuidance, ForceContract}
}

// Binding reports whether a duty of this force binds by itself. Headlines
// count binding duties only.
func (f Force) Binding() bool {
	return f == ForceLaw || f == ForceRule || f == ForceMandatory
}

// PenaltyKind is the kind of provisions that state the amounts of a penalty.
const PenaltyKind = "penalty"

// Kinds lists the kinds of provision.
func Kinds() []string {
	return []string{"definition", "scope", "authority", "duty_continuous", "duty_once", "duty_recurring", "duty_event",
		"retention", "prohibition", "exemption", "threshold", "deadline", PenaltyKind, "consequence", "mitigation",
		"method", "information", "superseded"}
}

// A Paraphrase is our own summary: English always, Chinese only where there is
// no quotation.
type Paraphrase struct {
	En string `strict:"en" json:"en"`
	Zh string `strict:"zh,optional" json:"zh,omitempty"`
}

// A Source is where statements were read.
type Source struct {
	ID   strict.String `strict:"id"`
	Kind string        `strict:"kind"`
	What string        `strict:"what,optional"`
	URL  string        `strict:"url,optional"`
}

// An Instrument is a law, regulation, measure, standard or guide.
type Instrument struct {
	ID         strict.String   `strict:"id"`
	Title      message.Text    `strict:"title"`
	Short      message.Text    `strict:"short,optional"`
	Aliases    []string        `strict:"aliases,optional"` // well-known short names, in either language
	Issuer     message.Text    `strict:"issuer"`
	Number     message.Text    `strict:"number,optional"`
	Force      Force           `strict:"force"`
	Adopted    day.Day         `strict:"adopted,optional"`
	Versions   []Version       `strict:"versions"`
	Sources    []strict.String `strict:"sources"`
	Confidence Confidence      `strict:"confidence"`
	Note       message.Text    `strict:"note,optional"`
	Provisions []*Provision    `strict:"provisions"`
	Pos        strict.Pos

	nickname string // the first Chinese alias that no other instrument has
}

// Name returns the short title, or the title if there is no short one.
func (i *Instrument) Name() message.Text {
	if i.Short.IsZero() {
		return i.Title
	}
	return i.Short
}

// A Version is the text of an instrument over a span of days. A version
// without From has a first day that is not known and counts as in force
// before every day.
type Version struct {
	ID    string  `strict:"id"`
	From  day.Day `strict:"from,optional"`
	Until day.Day `strict:"until,optional"`
	Pos   strict.Pos
}

// Span returns the days of the version.
func (v Version) Span() day.Span { return day.Span{From: v.From, Until: v.Until} }

// A Provision is one article, or one item of an article, through all versions
// of its instrument. Its ID is made of the newest number it bears.
type Provision struct {
	ID         strict.String   `strict:"id"`
	Kind       string          `strict:"kind"`
	Topic      message.Text    `strict:"topic"`
	Article    string          `strict:"article,optional"`
	In         []Standing      `strict:"in,optional"`
	Quote      string          `strict:"quote,optional"`
	Paraphrase Paraphrase      `strict:"paraphrase"`
	Penalty    message.Text    `strict:"penalty,optional"`
	Sources    []strict.String `strict:"sources"`
	Confidence Confidence      `strict:"confidence"`
	Note       message.Text    `strict:"note,optional"`
	Pos        strict.Pos

	Instrument *Instrument
	wordings   []Wording    // oldest first
	index      func() index // made once, when first searched
}

// A Standing says which number a provision has in one version, and what
// differs there.
type Standing struct {
	Version    string          `strict:"version"`
	Article    string          `strict:"article"`
	Quote      string          `strict:"quote,optional"`
	Unquoted   bool            `strict:"unquoted,optional"` // the quotation of the provision is not of this version
	Paraphrase *Paraphrase     `strict:"paraphrase,optional"`
	Penalty    message.Text    `strict:"penalty,optional"`
	Sources    []strict.String `strict:"sources,optional"`
	Confidence Confidence      `strict:"confidence,optional"`
	Pos        strict.Pos
}

// A Wording is a provision as it stood over a span of days.
type Wording struct {
	ID         string // in the numbering of the span: CSL-21(3)
	Article    string
	Span       day.Span
	Quote      string
	Paraphrase Paraphrase
	Penalty    message.Text
	Sources    []string
	Source     string // the first of Sources: its address, else what it is
	Confidence Confidence
}

// Text returns the wording for a reader: the official Chinese where there is
// one, else our own summary.
func (w Wording) Text() message.Text {
	zh := w.Quote
	if zh == "" {
		zh = w.Paraphrase.Zh
	}
	return message.Text{En: w.Paraphrase.En, Zh: zh}
}

// On returns the wording in force on a day, and false if there is none.
func (p *Provision) On(d day.Day) (Wording, bool) {
	for _, w := range p.wordings {
		if w.Span.Holds(d) {
			return w, true
		}
	}
	return Wording{}, false
}

// Wordings returns every wording, the oldest first. There is at least one.
func (p *Provision) Wordings() []Wording { return p.wordings }

// Latest returns the newest wording.
func (p *Provision) Latest() Wording { return p.wordings[len(p.wordings)-1] }

// A Library is every instrument and source.
type Library struct {
	instruments []*Instrument
	provisions  map[string]*Provision
	sources     map[string]*Source
}

// Instruments returns every instrument in the order of their ids.
func (l *Library) Instruments() []*Instrument { return l.instruments }

// Instrument returns the instrument with an id, or nil.
func (l *Library) Instrument(id string) *Instrument {
	for _, i := range l.instruments {
		if i.ID.Value == id {
			return i
		}
	}
	return nil
}

// Provision returns the provision with an id of the newest numbering, or nil.
func (l *Library) Provision(id string) *Provision { return l.provisions[id] }

// Source returns the source with an id, or nil.
func (l *Library) Source(id string) *Source { return l.sources[id] }

// Wording returns the provision that has, or had, exactly the number of id, and
// its wording with that number; false if there is none.
func (l *Library) Wording(id string) (*Provision, Wording, bool) {
	has := func(w Wording) bool { return w.ID == id }
	if p := l.provisions[id]; p != nil {
		if i := slices.IndexFunc(p.wordings, has); i >= 0 {
			return p, p.wordings[i], true
		}
	}
	for _, i := range l.instruments {
		for _, p := range i.Provisions {
			if at := slices.IndexFunc(p.wordings, has); at >= 0 {
				return p, p.wordings[at], true
			}
		}
	}
	return nil, Wording{}, false
}

// Find returns the provisions that bear, or ever bore, the number of id, and
// their items: CSL-21 finds what is CSL-23(3) today as well as today's CSL-21.
func (l *Library) Find(id string) []*Provision {
	var found []*Provision
	for _, i := range l.instruments {
		for _, p := range i.Provisions {
			if slices.ContainsFunc(p.wordings, func(w Wording) bool {
				return strings.EqualFold(w.ID, id) || len(w.ID) > len(id) && strings.EqualFold(w.ID[:len(id)+1], id+"(")
			}) {
				found = append(found, p)
			}
		}
	}
	return found
}
