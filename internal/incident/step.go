// Package incident is the record of what happened and what was done about it.
//
// An organization has cases, numbered from 1: an alert that a machine raised,
// a threat, or an incident. A case is a list of steps, numbered within the
// organization and never edited: what was wrong is struck by a later step,
// with the reason, and stays visible. [Fold] says where a case stands after
// its steps. Every deadline stands in the record as it was worked out, with
// what it was worked out from, so that it can be worked out again years later.
//
// # Three times
//
// When a machine raised an alert, when somebody became aware (发现或获知), and
// when the grade was judged are kept apart. Clocks run from awareness. The law
// does not say more than 发现或获知; which reading was taken is in the record.
// What a machine does alone starts no clock.
package incident

import (
	"encoding/json"
	"time"

	"guanji/internal/day"
	"guanji/internal/evidence"
)

// A Step is one thing recorded of a case. Exactly one of its parts is set,
// Judged aside.
type Step struct {
	Happened time.Time `json:"happened,omitzero"` // when; zero: when it was recorded
	Offline  bool      `json:"offline,omitempty"` // it was done on paper, and keyed in later

	Alert   *Alert   `json:"alert,omitempty"`
	Open    *Open    `json:"open,omitempty"`
	Dismiss *Dismiss `json:"dismiss,omitempty"`
	Join    *Join    `json:"join,omitempty"`
	Aware   *Aware   `json:"aware,omitempty"`
	Facts   *Facts   `json:"facts,omitempty"`
	Part    *Part    `json:"part,omitempty"`
	Sent    *Sent    `json:"sent,omitempty"`
	Note    *Note    `json:"note,omitempty"`
	Role    *Role    `json:"role,omitempty"`
	Task    *Task    `json:"task,omitempty"`
	Done    *Done    `json:"done,omitempty"`
	Kept    *Kept    `json:"kept,omitempty"`
	Handed  *Handed  `json:"handed,omitempty"`
	Ended   *Ended   `json:"ended,omitempty"`
	Said    *Said    `json:"said,omitempty"`
	Given   *Given   `json:"given,omitempty"`
	Ack     *Ack     `json:"ack,omitempty"`
	Strike  *Strike  `json:"strike,omitempty"`
	Close   *Close   `json:"close,omitempty"`
	Reopen  *Reopen  `json:"reopen,omitempty"`
	Plan    *Plan    `json:"plan,omitempty"` // of the organization; only in case 0

	Judged *Judgement `json:"judged,omitempty"` // what follows from the case after this step
}

// A Recorded is a step as it was recorded.
type Recorded struct {
	Step
	Case int64
	Seq  int64     // counts from 1 within an organization, without gaps
	At   time.Time // when it was recorded
	By   string    // the name of an account, of a user of the machine, or of the program
}

// When is when it happened.
func (r Recorded) When() time.Time {
	if r.Happened.IsZero() {
		return r.At
	}
	return r.Happened
}

// An Alert was raised by a machine. More of them about the same stand in one
// case as long as nobody looked at it.
type Alert struct {
	Source   string `json:"source"`          // which machine
	Ref      string `json:"ref,omitempty"`   // its own number of the alert; the same number is the same alert
	Group    string `json:"group,omitempty"` // what it counts as the same kind, such as a rule
	Title    string `json:"title"`
	Text     string `json:"text,omitempty"`
	System   string `json:"system,omitempty"`   // id of a system
	Severity string `json:"severity,omitempty"` // in the words of the machine
}

// A Kind is what a person says a case is.
type Kind string

// The kinds.
const (
	Incident Kind = "incident" // something happened
	Threat   Kind = "threat"   // something was found that may happen (CIIR-18)
)

// An Open says that a case is an incident or a threat. A person says so.
type Open struct {
	As      Kind     `json:"as"`
	Title   string   `json:"title"`
	Systems []string `json:"systems,omitempty"` // ids of the systems concerned
	Drill   bool     `json:"drill,omitempty"`   // nothing of it happened
	Aware   Aware    `json:"aware"`
}

// An Aware says when the organization became aware (发现或获知), from which the
// clocks run. One that stands alone corrects what was said before.
type Aware struct {
	At      time.Time `json:"at"`
	Reading Reading   `json:"reading"`
	Why     string    `json:"why,omitempty"` // demanded of a correction
}

// A Reading is what is taken for becoming aware. The law says 发现或获知 and no
// more; law firms read it as awareness.
type Reading string

// The readings, the strictest first.
const (
	ByMachine Reading = "machine"   // when a machine raised the alert, though nobody saw it yet
	ByPerson  Reading = "person"    // when a person of the organization first saw it
	Told      Reading = "told"      // when somebody else told: a supplier, an authority, a customer
	Confirmed Reading = "confirmed" // when it was confirmed that it is an incident
)

// Readings lists the readings.
func Readings() []Reading { return []Reading{ByMachine, ByPerson, Told, Confirmed} }

// A Dismiss closes an alert that is neither incident nor threat.
type Dismiss struct {
	Why string `json:"why"`
}

// A Join says that an alert belongs to another case.
type Join struct {
	To  int64  `json:"to"`
	Why string `json:"why,omitempty"`
}

// Facts are stated of an incident, by the ids of the vocabulary. Null takes
// one back.
type Facts struct {
	Values map[string]json.RawMessage `json:"values"`
	Note   string                     `json:"note,omitempty"`
}

// A Part is the text of one part of a report.
type Part struct {
	ID   string `json:"id"`
	Text string `json:"text"`
}

// A Sent says that a report was made to its recipient.
type Sent struct {
	Report  string          `json:"report"`            // [Due.Key]
	Way     string          `json:"way"`               // how: by telephone to which number, on which site
	Whom    string          `json:"whom,omitempty"`    // who took it
	Receipt string          `json:"receipt,omitempty"` // its number, or what was answered
	Files   []evidence.File `json:"files,omitempty"`   // what was sent, and what came back
	Late    string          `json:"late,omitempty"`    // why it is late
}

// A Note tells of a fact, or of something that was done.
type Note struct {
	What   string `json:"what"`
	Action bool   `json:"action,omitempty"` // something was done
}

// A Role says who does what in a case. A later one for the same role stands in
// its place.
type Role struct {
	Role   string `json:"role"` // of [Roles]
	Person string `json:"person"`
	Phone  string `json:"phone,omitempty"`
}

// Roles lists the roles, as the words for them are keyed.
func Roles() []string {
	return []string{"lead", "reporter", "technical", "evidence", "scribe", "legal", "public"}
}

// A Task is something to do in a case.
type Task struct {
	What  string    `json:"what"`
	Owner string    `json:"owner,omitempty"`
	Due   time.Time `json:"due,omitzero"`
}

// A Done ends a [Task].
type Done struct {
	Of   int64  `json:"of"` // its Seq
	Note string `json:"note,omitempty"`
}

// A Kept says what was preserved as evidence of what happened.
type Kept struct {
	What  string          `json:"what"`
	From  string          `json:"from"`            // which system, account or place
	How   string          `json:"how,omitempty"`   // with which tool
	Who   string          `json:"who"`             // who has it in keeping
	Where string          `json:"where"`           // where it is kept
	Sum   string          `json:"sum,omitempty"`   // sha256: of what is kept elsewhere
	Files []evidence.File `json:"files,omitempty"` // what is kept here
}

// A Handed says that something kept went from one to another: the chain of
// custody.
type Handed struct {
	Of    int64  `json:"of"` // Seq of the [Kept]
	From  string `json:"from"`
	To    string `json:"to"`
	Where string `json:"where"`
	Why   string `json:"why"`
}

// An Ended says that handling has ended (事件处置工作结束), from which the time
// for the closing report runs.
type Ended struct {
	Note string `json:"note,omitempty"`
}

// A Said says that the program told people what is due. It is a step of the
// program.
type Said struct {
	Stage    Stage     `json:"stage"` // the most urgent of what was told
	Keys     []string  `json:"keys"`  // all that is told by it, so that it is told once
	By       time.Time `json:"by,omitzero"`
	Level    int       `json:"level"`              // to how many of the ladder, less one
	To       []string  `json:"to,omitempty"`       // names of the people
	Messages []string  `json:"messages,omitempty"` // ids of what goes outward
	Behind   int       `json:"behind,omitempty"`   // seconds by which it is later than it should be
	Again    int       `json:"again,omitempty"`    // it was said before, by a clock that was ahead; tells it apart from that
}

// A Given says what became of a message: it was given to its channel, or was
// given up. It is a step of the program.
type Given struct {
	Message string `json:"message"`
	Channel string `json:"channel"`
	Attempt int    `json:"attempt"`
	Failed  string `json:"failed,omitempty"` // why it was given up
}

// An Ack says that somebody sees to the case.
type Ack struct{}

// A Strike takes back a step that was wrong. Both stay visible.
type Strike struct {
	Of  int64  `json:"of"` // its Seq
	Why string `json:"why"`
}

// A Close ends a case.
type Close struct {
	Why string `json:"why,omitempty"`
}

// A Reopen takes a Close or a Dismiss back.
type Reopen struct {
	Why string `json:"why"`
}

// A Plan is how an organization is reached and reaches others, whatever
// happens. The last one stands.
type Plan struct {
	Ladder   []Person           `json:"ladder"`            // who is told first, and who next if nobody answers
	Wait     int                `json:"wait"`              // minutes without an answer after which the next is told
	Contacts map[string]Contact `json:"contacts"`          // by recipient
	Folders  []string           `json:"folders,omitempty"` // ids of the channels to which the card is printed
	Phrase   string             `json:"phrase,omitempty"`  // where paper forms, keys and this card are kept
}

// A Person is on the ladder.
type Person struct {
	Name     string   `json:"name"`
	Phone    string   `json:"phone,omitempty"`
	Channels []string `json:"channels,omitempty"` // ids of channels
}

// A Contact is how a recipient is reached from here.
type Contact struct {
	Name    string  `json:"name,omitempty"` // which office, which person
	Phone   string  `json:"phone,omitempty"`
	Other   string  `json:"other,omitempty"` // mail, fax, site, account
	Hours   string  `json:"hours,omitempty"`
	Checked day.Day `json:"checked,omitzero"` // when somebody last tried it
}

// Files returns the files of a step.
func (s Step) Files() []evidence.File {
	switch {
	case s.Sent != nil:
		return s.Sent.Files
	case s.Kept != nil:
		return s.Kept.Files
	}
	return nil
}

// parts tells which parts of a step are set, by their names.
func (s Step) parts() (names []string) {
	for name, is := range map[string]bool{"alert": s.Alert != nil, "open": s.Open != nil, "dismiss": s.Dismiss != nil, "join": s.Join != nil, "aware": s.Aware != nil,
		"facts": s.Facts != nil, "part": s.Part != nil, "sent": s.Sent != nil, "note": s.Note != nil, "role": s.Role != nil, "task": s.Task != nil, "done": s.Done != nil,
		"kept": s.Kept != nil, "handed": s.Handed != nil, "ended": s.Ended != nil, "said": s.Said != nil, "given": s.Given != nil, "ack": s.Ack != nil,
		"strike": s.Strike != nil, "close": s.Close != nil, "reopen": s.Reopen != nil, "plan": s.Plan != nil} {
		if is {
			names = append(names, name)
		}
	}
	return names
}

// Name says in one word what a step is, "?" if it is not one thing.
func (s Step) Name() string {
	if names := s.parts(); len(names) == 1 {
		return names[0]
	}
	return "?"
}
