package incident

import (
	"encoding/json"
	"time"

	"guanji/internal/law"
	"guanji/internal/message"
)

// A Judgement is what the content said of a case after a step: grade, reasons
// and reports due. It is kept as it was said, with the content's digest.
type Judgement struct {
	Content string     `json:"content"`         // digest of the content that said it
	Grade   string     `json:"grade,omitempty"` // I to IV; "" while it is open
	Because []Because  `json:"because,omitempty"`
	Missing []string   `json:"missing,omitempty"` // facts that could raise it
	Crosses []Crossing `json:"crosses,omitempty"` // when a running outage reaches a line
	Due     []Due      `json:"due,omitempty"`
	Aware   time.Time  `json:"aware"`          // from which limits run
	Ended   time.Time  `json:"ended,omitzero"` // from which the closing limits run
	// Known is every fact that was known, of the organization and of the case.
	Known map[string]json.RawMessage `json:"known,omitempty"`

	Strength law.Confidence `json:"confidence,omitempty"`
}

// A Because is a criterion that is met.
type Because struct {
	Rule       string         `json:"rule"`
	Grade      string         `json:"grade"`
	Text       message.Text   `json:"text"`
	Confidence law.Confidence `json:"confidence"`
}

// A Crossing is the moment at which a running outage reaches a line.
type Crossing struct {
	Grade string    `json:"grade"`
	Fact  string    `json:"fact"`
	At    time.Time `json:"at"`
}

// A Due is a report that is due to one recipient.
type Due struct {
	Key         string         `json:"key"` // tells reports of a case apart: rule/recipient/content
	To          string         `json:"to"`
	Content     string         `json:"content"` // initial, written, follow_up, closing or notice
	Basis       string         `json:"basis"`   // id of the provision
	Duty        string         `json:"duty,omitempty"`
	Limit       string         `json:"limit,omitempty"`    // such as PT1H; "" where the law names no time, or it is not known
	Calendar    string         `json:"calendar,omitempty"` // how it is counted
	After       string         `json:"after,omitempty"`    // handling_ends: from then; "": from awareness
	Every       int            `json:"every,omitempty"`    // hours after which it is due again; 0: once
	By          time.Time      `json:"by,omitzero"`        // zero: at once, or not before handling ends
	Provisional bool           `json:"provisional,omitempty"`
	Text        message.Text   `json:"text"`
	Confidence  law.Confidence `json:"confidence"`
}

// A Clock is a report that is due, with what became of it.
type Clock struct {
	Due
	Sent    []Recorded // the reports made, the oldest first
	Waiting bool       // it does not run yet: handling has not ended
	Open    bool       // it is still to be made
}

// Unmade reports whether a report that was due was not made, and is not asked
// for any more.
func (c Clock) Unmade() bool { return !c.Open && !c.Waiting && len(c.Sent) == 0 }

// Late reports whether the limit had passed when the report was made, or has
// passed now.
func (c Clock) Late(now time.Time) bool {
	if c.By.IsZero() {
		return false
	}
	if !c.Open && len(c.Sent) > 0 {
		return c.Every == 0 && c.Sent[0].When().After(c.By)
	}
	return c.Open && now.After(c.By)
}
