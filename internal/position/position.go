// Package position says where every duty stands on a day: duties that apply,
// laid against the evidence that is on file.
//
// A [Line] is one duty of one subject. It is worked out anew for every day that
// is asked, from the assessment of that day and from the book of what was
// filed: by what was observed on or before that day, whenever it was filed. To
// ask what was known on a day as well, name that day, too.
//
// # Choices
//
// The law says what is to be done, seldom how it is shown and for how long a
// paper shows it. What follows is our own choice and no law; each choice errs
// on the early side.
//
//   - Evidence counts from the day observed until the earliest of these: the
//     last day that the record itself names; the end of the period that the
//     duty names; where it names none, as long as evidence of its kind usually
//     counts, see [regime.EvidenceKind].
//   - One kind of several that a duty asks for carries it; what else it asks
//     for is missing. A kind that was filed once and has lapsed makes the line
//     overdue, whatever other kinds there are.
//   - A recurring duty with a period and no fixed day is due again one period
//     after the last evidence, though the law may allow the end of the year.
//     With nothing filed it is as good as due at once, but not overdue: nobody
//     knows when the first period began.
//   - A recurring duty with a fixed day of the year is due on each of these days
//     on which it applied; where nobody knows its first day in force, on the
//     last of them only. Evidence observed after a day that was missed is of
//     that day, late, and settles older ones with it; only in the last quarter
//     of a year it is of the next day. Evidence observed after a day that was
//     settled is of the next one once it is nearer to it, and else one more
//     paper of the same work. What was handed in stays handed in: it carries
//     the duty until the next day, whatever its validity.
//   - A duty to be done once is done by one record, until the last day that the
//     record itself names.
//   - Of a duty that events start, the earliest event takes, of each kind, the
//     earliest evidence observed on or after its day; one paper serves one
//     event. An event for which nothing is filed makes the line none, and
//     overdue after its limit, whatever is on file for others. Limits in hours
//     count from the start of the day of the event, so that they end with it.
//   - As long as nobody told whether an event happened, the line is unknown,
//     unless a record says that none did, or carries the duty anyway.
//   - A plan or order that runs puts the line in rectification, and one that was
//     not done by its due day makes it overdue, whatever is on file. Whether a
//     duty applies that is in an order is not settled by the order.
//   - That an order or plan was done is a word, and no evidence. From that day on
//     evidence that saw gaps, observed by then under this duty and subject, no
//     longer carries the line, nor does older evidence of its kind: there was
//     something to put right, and nothing on file shows that it was. Until
//     evidence of the kind that was observed afterwards is filed, the line is
//     none, whatever other kinds there are, and the kind is missing. It is not
//     overdue: what was asked for was filed, and no day to show more is named.
//     Evidence of the same day counts as observed afterwards if it was filed
//     afterwards and saw no gaps.
//   - A day set in an assignment makes a task late, not the line overdue: it is
//     the word of the organization, not of the law. Evidence filed afterwards
//     meets it.
package position

import (
	"guanji/internal/day"
	"guanji/internal/evidence"
	"guanji/internal/message"
	"guanji/internal/regime"
)

// ExpiringDays is how many days before its last day evidence is told to end. It
// is the figure of our own specification, not of the law.
const ExpiringDays = 30

// A State says where a duty stands on a day.
type State string

// The states.
const (
	Overdue         State = "overdue"          // a due day has passed without evidence
	InRectification State = "in_rectification" // an order or plan to put it right runs
	Expiring        State = "expiring"         // on file, and ends within [ExpiringDays]
	None            State = "none"             // nothing that counts is on file, and no due day has passed
	Unknown         State = "unknown"          // whether it applies, or whether its event happened
	OnFile          State = "on_file"          // evidence carries it
)

// States lists the states, the most urgent first.
func States() []State {
	return []State{Overdue, InRectification, Expiring, None, Unknown, OnFile}
}

// Message returns the words for a state.
func (s State) Message() message.M { return message.New("position.state." + string(s)) }

// A Line is where one duty of one subject stands. Lines that stand alike may
// share their [Status]; it is not changed once it was returned.
type Line struct {
	Duty    *regime.DutyText
	Subject string // [evidence.Organization] or the id of a system
	*Status
}

// A Status is the part of a [Line] that evidence settles.
type Status struct {
	Applies     regime.Applies // yes or unknown
	State       State
	Why         message.M       // of [Unknown]: what is not known
	Carriers    []Carrier       // the evidence on which it rests
	NotCounting []Uncounted     // evidence that was filed and does not count
	Missing     []string        // kinds of evidence that the duty asks for and nothing carries
	Gaps        bool            // a carrier saw something that is not as the duty asks
	Open        []int64         // Seq of the events for which nothing is filed, the earliest first
	Until       day.Day         // last day on which it is on file; zero: no end is known, or it is not
	Due         day.Day         // by when something must be filed or put right; past if overdue; zero: no day is known
	DueWhy      message.M       // why then, or why no day is known
	Since       day.Day         // first day overdue, in rectification too; else zero
	Plan        int64           // Seq of the order or plan that runs or was not kept; else 0
	Assignment  *evidence.Filed // who sees to it; nil: nobody

	seen []string // kinds of the carriers with gaps
}

// Complete reports whether evidence of every kind that the duty asks for is on
// file.
func (s *Status) Complete() bool {
	return (s.State == OnFile || s.State == Expiring) && len(s.Missing) == 0
}

// A Carrier is a record on which a line rests.
type Carrier struct {
	Kind  string
	Seq   int64
	Until day.Day // last day on which evidence of the kind carries the line; zero: no end is known
}

// An Uncounted record does not count.
type Uncounted struct {
	Seq int64
	Why message.M
}

// A Position is where an organization stands on a day.
type Position struct {
	On         day.Day
	Known      day.Day // what was known by the end of this day counts; zero: everything
	Revision   int64   // of the book
	Assessment *regime.Assessment
	Lines      []Line // of what applies or may: in the order of the assessment

	areas []regime.Named // of the content
}
