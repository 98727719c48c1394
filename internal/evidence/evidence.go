// Package evidence has the records by which an organization shows that it does
// what a duty demands: what was seen, when, on how much of the whole, by which
// method, and until when it counts.
//
// Everything filed is an [Item]: a record, an order or plan to put something
// right, an event that starts a duty, an assignment of who sees to it, or the
// end of one of these. Items are numbered within an organization and never
// edited. A [Book] holds all that an organization filed, and answers what
// stood on a day.
package evidence

import (
	"time"

	"guanji/internal/day"
)

// The subjects that are no system. The id of a system has no slash.
const (
	Organization = "organization" // the organization itself
	AllSystems   = "systems/*"    // every system that there is
)

// An Item is one thing filed. Exactly one of its fields is set.
type Item struct {
	Record     *Record     `json:"record,omitempty"`
	Plan       *Plan       `json:"plan,omitempty"`
	Event      *Event      `json:"event,omitempty"`
	Assignment *Assignment `json:"assignment,omitempty"`
	End        *End        `json:"end,omitempty"`
}

// A Filed is an item as it was filed.
type Filed struct {
	Item
	Seq int64     // counts from 1 within an organization, without gaps
	At  time.Time // when it was filed
	By  string    // the name of an account, or of the user of the machine
}

// A Record is one piece of evidence.
type Record struct {
	Kind       string   `json:"kind"`                 // id of a kind of evidence of the content
	Duties     []string `json:"duties"`               // ids of the duties that it serves, at least one
	Subject    string   `json:"subject"`              // [Organization], [AllSystems] or the id of a system
	Observed   day.Day  `json:"observed"`             // the day on which it was so, not the day of filing
	ValidUntil day.Day  `json:"valid_until,omitzero"` // last day on which it counts; zero: as its kind and duty have it
	Method     Method   `json:"method"`
	Scope      *Scope   `json:"scope,omitempty"`
	Result     Result   `json:"result"`
	Files      []File   `json:"files,omitempty"`
	Note       string   `json:"note,omitempty"`

	Supersedes int64  `json:"supersedes,omitempty"` // Seq of the record in whose place it stands
	Reason     string `json:"reason,omitempty"`     // why it does
	Origin     string `json:"origin,omitempty"`     // what of this program it comes from, such as incident/12; "" where a person filed it
}

// A Method says how evidence was come by.
type Method struct {
	Kind    MethodKind `json:"kind"`
	Run     string     `json:"run,omitempty"`     // [Measured]: id of the run
	Tool    string     `json:"tool,omitempty"`    // [Measured] and [Imported]: what looked
	Version string     `json:"version,omitempty"` // and which version of it
	Who     string     `json:"who,omitempty"`     // [Attested]: who says so
}

// A MethodKind is a way by which evidence is come by.
type MethodKind string

// The ways, the one that a person can least talk into first.
const (
	Measured MethodKind = "measured" // by a run of this program
	Imported MethodKind = "imported" // from the result of another tool
	Attested MethodKind = "attested" // a person says so
)

// MethodKinds lists the ways.
func MethodKinds() []MethodKind { return []MethodKind{Measured, Imported, Attested} }

// A Scope says on how much of the whole evidence rests: 3 of 120 servers, of
// which 2 could not be read.
type Scope struct {
	What       string `json:"what"`              // of which things: servers, key posts
	Population int64  `json:"population"`        // how many there are
	Sample     int64  `json:"sample"`            // how many were looked at
	Skipped    int64  `json:"skipped,omitempty"` // how many of the sample could not be looked at
	Why        string `json:"why,omitempty"`     // why they could not
}

// A Result says what was seen, in the words of who saw it. Whether that
// suffices is for the authority to say.
type Result string

// The results.
const (
	InOrder   Result = "in_order"   // as the duty asks
	Gaps      Result = "gaps"       // something is not as the duty asks
	NothingIn Result = "none_found" // a search found nothing; see [Record.Proven]
	NoEvent   Result = "no_event"   // what would start the duty did not happen
)

// Results lists the results.
func Results() []Result { return []Result{InOrder, Gaps, NothingIn, NoEvent} }

// Proven reports whether a record shows what it says. That nothing was found
// shows something only where the search is told: which run or tool in which
// version, how much there was and that all of what was looked at could be
// read or it is said why not, and a file with what was read.
func (r *Record) Proven() bool {
	if r.Result != NothingIn {
		return true
	}
	told := r.Method.Kind == Measured && r.Method.Run != "" || r.Method.Kind == Imported && r.Method.Tool != ""
	return told && r.Method.Version != "" && len(r.Files) > 0 && r.Scope != nil && r.Scope.Population > 0 &&
		r.Scope.Sample > r.Scope.Skipped && (r.Scope.Skipped == 0 || r.Scope.Why != "")
}

// A File is kept once by its digest, however many records name it.
type File struct {
	Name   string `json:"name"`   // as its owner called it, without a path
	Digest string `json:"digest"` // sha256: and 64 hexadecimal digits
	Size   int64  `json:"size"`   // bytes
}

// A Plan is an order of an authority, or a plan of the organization, to put
// something right. While it runs, the duty is in rectification. What was done
// under it in time can support leniency (CSL-73, IRM-11).
type Plan struct {
	Duty      string  `json:"duty"`
	Subject   string  `json:"subject"`
	Basis     Basis   `json:"basis"`
	By        string  `json:"by,omitempty"`        // the authority that ordered it
	Reference string  `json:"reference,omitempty"` // number of the order, or of the plan
	Started   day.Day `json:"started"`
	Due       day.Day `json:"due"`
	What      string  `json:"what"` // what is to be put right, and how
}

// A Basis says who wants something put right.
type Basis string

// The bases.
const (
	ByOrder Basis = "order" // an authority
	ByPlan  Basis = "plan"  // the organization itself
)

// An Event is something that happened and starts a duty, such as a purchase or
// the end of a drill.
type Event struct {
	Duty    string  `json:"duty"`
	Subject string  `json:"subject"`
	Day     day.Day `json:"day"`
	What    string  `json:"what"`
	Origin  string  `json:"origin,omitempty"` // as of a [Record]
}

// An Assignment says who sees to a duty, from now on; a later one stands in
// its place. An empty Owner takes the last one back.
type Assignment struct {
	Duty    string  `json:"duty"`
	Subject string  `json:"subject"`
	Owner   string  `json:"owner,omitempty"` // name of an account
	Due     day.Day `json:"due,omitzero"`    // earlier than what the duty asks; zero: as the duty has it
	Remind  int     `json:"remind"`          // from how many days before the due day on it is shown as near
	Note    string  `json:"note,omitempty"`
}

// An End ends a record, a plan or an event.
type End struct {
	Of     int64   `json:"of"` // its Seq
	How    How     `json:"how"`
	Day    day.Day `json:"day"` // from this day on it does not count
	Reason string  `json:"reason"`
}

// A How is a way to end.
type How string

// The ways to end.
const (
	Withdrawn How = "withdrawn" // it should not have been filed, or is no longer true
	Done      How = "done"      // a plan was carried out
)

// Ends returns the Seq of what the item ends, 0 if it ends nothing.
func (i Item) Ends() int64 {
	switch {
	case i.End != nil:
		return i.End.Of
	case i.Record != nil:
		return i.Record.Supersedes
	}
	return 0
}

// About says in few words what an item is: which of the kinds, and of which
// duty and subject.
func (i Item) About() string {
	switch {
	case i.Record != nil:
		return "record/" + i.Record.Subject + "/" + i.Record.Kind
	case i.Plan != nil:
		return "plan/" + i.Plan.Subject + "/" + i.Plan.Duty
	case i.Event != nil:
		return "event/" + i.Event.Subject + "/" + i.Event.Duty
	case i.Assignment != nil:
		return "assignment/" + i.Assignment.Subject + "/" + i.Assignment.Duty
	case i.End != nil:
		return "end/" + string(i.End.How)
	}
	return ""
}
