package regime

import (
	"guanji/internal/law"
	"guanji/internal/message"
	"guanji/internal/strict"
)

// A Form is what a report to an authority, or a notice to people, says part by
// part.
type Form struct {
	Basis      strict.String  `strict:"basis"` // the provision that asks for it
	Confidence law.Confidence `strict:"confidence"`
	Parts      []FormPart     `strict:"parts"`
}

// A FormPart is one part of a report.
type FormPart struct {
	ID    strict.String `strict:"id"`
	First bool          `strict:"first,optional"` // it is sent within the limit; the others may follow
	Name  message.Text  `strict:"name"`
	Hint  message.Text  `strict:"hint"`
	Pos   strict.Pos
}

// A Recipient is somebody who is told of incidents.
type Recipient struct {
	ID   strict.String `strict:"id"`
	Name message.Text  `strict:"name"`
	What message.Text  `strict:"what"`
	Ways []Way         `strict:"ways,optional"`
	Pos  strict.Pos
}

// A Way is a number or address that is known for the whole country.
type Way struct {
	Kind       string         `strict:"kind"` // phone or web
	Value      string         `strict:"value"`
	Name       message.Text   `strict:"name"`
	Basis      strict.String  `strict:"basis"`
	Confidence law.Confidence `strict:"confidence"`
	Pos        strict.Pos
}

type formFile struct {
	Report     Form        `strict:"report"`
	Closing    Form        `strict:"closing"`
	Notice     Form        `strict:"notice"`
	Recipients []Recipient `strict:"recipients"`
}

func (l *loader) readForms() {
	var f formFile
	if !l.read("incidents/form.yaml", &f) {
		return
	}
	l.Report, l.Closing, l.Notice, l.Recipients = f.Report, f.Closing, f.Notice, f.Recipients
	seen := map[string]strict.Pos{}
	for _, form := range []Form{f.Report, f.Closing, f.Notice} {
		l.confidence(form.Basis.Pos, form.Confidence)
		l.provisionList([]strict.String{form.Basis})
		for _, p := range form.Parts {
			l.once(seen, p.ID)
		}
	}
	clear(seen)
	for _, r := range f.Recipients {
		l.once(seen, r.ID)
		for _, w := range r.Ways {
			l.oneOf(w.Pos, w.Kind, "phone", "web")
			l.confidence(w.Pos, w.Confidence)
			l.provisionList([]strict.String{w.Basis})
		}
	}
}

// once finds an id that is there twice.
func (l *loader) once(seen map[string]strict.Pos, id strict.String) {
	if first, twice := seen[id.Value]; twice {
		l.fail(id.Pos, "content.duplicate_at", id.Value, first.File, first.Line)
	}
	seen[id.Value] = id.Pos
}

// Recipient returns somebody who is told of incidents.
func (s *Set) Recipient(id string) (Recipient, bool) {
	for _, r := range s.Recipients {
		if r.ID.Value == id {
			return r, true
		}
	}
	return Recipient{}, false
}
