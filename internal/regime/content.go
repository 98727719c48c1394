package regime

import (
	"guanji/internal/calendar"
	"guanji/internal/day"
	"guanji/internal/law"
	"guanji/internal/message"
	"guanji/internal/strict"
)

// Named is an entry that is an id with a name in both languages: an area or a
// role.
type Named struct {
	ID   strict.String `strict:"id"`
	Name message.Text  `strict:"name"`
}

func (n Named) id() string { return n.ID.Value }

// An EvidenceKind is a kind of evidence.
type EvidenceKind struct {
	ID   strict.String `strict:"id"`
	Name message.Text  `strict:"name"`
	// Validity is how long evidence of the kind counts from the day observed on
	// where a duty names no period: an ISO 8601 duration counted in days, or ""
	// where it counts until something stands in its place. It is a practice of
	// our own, no law.
	Validity strict.String `strict:"validity,optional"`
}

func (k EvidenceKind) id() string { return k.ID.Value }

type contentFile struct {
	Version           string         `strict:"version"`
	ResearchedThrough day.Day        `strict:"researched_through"`
	Areas             []Named        `strict:"areas"`
	Roles             []Named        `strict:"roles"`
	EvidenceKinds     []EvidenceKind `strict:"evidence_kinds"`
}

type termEntry struct {
	ID         strict.String   `strict:"id"`
	Name       message.Text    `strict:"name"`
	When       *strict.String  `strict:"when,optional"`
	Cases      []termCase      `strict:"cases,optional"`
	Provisions []strict.String `strict:"provisions"`
	Pos        strict.Pos
}

type termCase struct {
	When  strict.String `strict:"when"`
	From  day.Day       `strict:"from,optional"`
	Until day.Day       `strict:"until,optional"`
}

// A Bearer is a kind of person that duties fall on.
type Bearer struct {
	ID   strict.String `strict:"id"`
	Name message.Text  `strict:"name"`
	When strict.String `strict:"when"`
	Why  message.Text  `strict:"why"`

	when *node
}

// A Sector is a line of business, with the departments that protect the
// critical information infrastructure in it.
type Sector struct {
	ID          strict.String   `strict:"id"`
	Name        message.Text    `strict:"name"`
	Listed      bool            `strict:"listed"`
	Departments []Department    `strict:"departments,optional"`
	Rules       []strict.String `strict:"rules,optional"`
	Note        message.Text    `strict:"note,optional"`
}

// A Department is a protection department of a sector.
type Department struct {
	Name       message.Text    `strict:"name" json:"name"`
	For        message.Text    `strict:"for,optional" json:"for,omitzero"`
	Confidence law.Confidence  `strict:"confidence" json:"confidence"`
	Sources    []strict.String `strict:"sources,optional" json:"-"`
	Pos        strict.Pos      `json:"-"`
}

// A Duty is one demand on one kind of bearer.
type Duty struct {
	ID         strict.String   `strict:"id"`
	Name       message.Text    `strict:"name"`
	Summary    message.Text    `strict:"summary"`
	Area       strict.String   `strict:"area"`
	Bearer     strict.String   `strict:"bearer"`
	Subject    string          `strict:"subject"`
	When       *strict.String  `strict:"when,optional"`
	Why        message.Text    `strict:"why,optional"`
	Provisions []strict.String `strict:"provisions"`
	Force      law.Force       `strict:"force,optional"`
	Cadence    cadenceEntry    `strict:"cadence"`
	Evidence   []evidenceEntry `strict:"evidence"`
	Penalties  []strict.String `strict:"penalties,optional"`
	Confidence law.Confidence  `strict:"confidence"`
	Note       message.Text    `strict:"note,optional"`
	Pos        strict.Pos

	bearer     *Bearer
	when       *node // nil: always, for the bearer
	provisions []*law.Provision
	penalties  []*law.Provision
}

type cadenceEntry struct {
	Kind     string       `strict:"kind"`
	Period   string       `strict:"period,optional"`
	Due      string       `strict:"due,optional"`
	Limit    string       `strict:"limit,optional"`
	Calendar string       `strict:"calendar,optional"`
	Trigger  message.Text `strict:"trigger,optional"`
	Keep     string       `strict:"keep,optional"`
	Pos      strict.Pos
}

type evidenceEntry struct {
	Kind strict.String `strict:"kind"`
	Text message.Text  `strict:"text"`
}

// A Rule is a condition with its words, grounds and confidence: a row of a
// decision table.
type Rule struct {
	ID         strict.String
	Text       message.Text
	Provisions []*law.Provision
	Confidence law.Confidence

	when *node
}

type screeningFile struct {
	Indicator struct {
		Raises  Status `strict:"raises"`
		InScope struct {
			When   strict.String `strict:"when"`
			Raises Status        `strict:"raises"`
			Text   message.Text  `strict:"text"`
		} `strict:"in_scope"`
	} `strict:"indicator"`
	Rules      []screeningEntry `strict:"rules"`
	Indicators []indicatorEntry `strict:"indicators"`
}

type screeningEntry struct {
	ID         strict.String   `strict:"id"`
	Raises     Status          `strict:"raises"`
	Subject    string          `strict:"subject"`
	When       strict.String   `strict:"when"`
	Text       message.Text    `strict:"text"`
	Provisions []strict.String `strict:"provisions"`
	Confidence law.Confidence  `strict:"confidence"`
	Pos        strict.Pos
}

type indicatorEntry struct {
	ID         strict.String   `strict:"id"`
	When       strict.String   `strict:"when"`
	Text       message.Text    `strict:"text"`
	Provisions []strict.String `strict:"provisions"`
	Confidence law.Confidence  `strict:"confidence"`
	Pos        strict.Pos
}

type exportFile struct {
	Hit       string           `strict:"hit"`
	Steps     []stepEntry      `strict:"steps"`
	Always    []alwaysEntry    `strict:"always"`
	Deadlines []deadlineEntry  `strict:"deadlines"`
	Warnings  []conditionEntry `strict:"warnings,optional"`
	Pos       strict.Pos
}

type stepEntry struct {
	ID       strict.String `strict:"id"`
	Question message.Text  `strict:"question"`
	Rows     []rowEntry    `strict:"rows,optional"`
}

type rowEntry struct {
	ID         strict.String   `strict:"id"`
	When       strict.String   `strict:"when"`
	Result     Result          `strict:"result"`
	Basis      []strict.String `strict:"basis"`
	Text       message.Text    `strict:"text"`
	Confidence law.Confidence  `strict:"confidence"`
	Pos        strict.Pos
}

type alwaysEntry struct {
	Duty    strict.String  `strict:"duty"`
	Results []Result       `strict:"results,optional"`
	When    *strict.String `strict:"when,optional"`
	Pos     strict.Pos
}

type deadlineEntry struct {
	ID         strict.String  `strict:"id"`
	Results    []Result       `strict:"results"`
	Text       message.Text   `strict:"text"`
	Limit      string         `strict:"limit"`
	Calendar   string         `strict:"calendar"`
	Basis      strict.String  `strict:"basis"`
	Confidence law.Confidence `strict:"confidence"`
	Pos        strict.Pos
}

type conditionEntry struct {
	ID   strict.String `strict:"id"`
	When strict.String `strict:"when"`
	Text message.Text  `strict:"text"`
}

type overlayEntry struct {
	ID         strict.String   `strict:"id"`
	Kind       strict.String   `strict:"kind"`
	Sectors    []strict.String `strict:"sectors,optional"`
	When       *strict.String  `strict:"when,optional"`
	Effect     string          `strict:"effect"`
	Text       message.Text    `strict:"text"`
	Basis      []strict.String `strict:"basis"`
	Confidence law.Confidence  `strict:"confidence"`
	Pos        strict.Pos
}

type listEntry struct {
	FTZ        strict.String   `strict:"ftz"`
	Name       message.Text    `strict:"name"`
	Edition    message.Text    `strict:"edition"`
	From       day.Day         `strict:"from"`
	Sources    []strict.String `strict:"sources"`
	Confidence law.Confidence  `strict:"confidence"`
	Pos        strict.Pos
}

type gradesFile struct {
	Grades []gradeEntry `strict:"grades"`
	Below  struct {
		When  strict.String `strict:"when"`
		Grade Grade         `strict:"grade"`
		Text  message.Text  `strict:"text"`
	} `strict:"below"`
}

type gradeEntry struct {
	ID         strict.String   `strict:"id"`
	Grade      Grade           `strict:"grade"`
	When       strict.String   `strict:"when"`
	Text       message.Text    `strict:"text"`
	Provisions []strict.String `strict:"provisions"`
	Confidence law.Confidence  `strict:"confidence"`
	Crosses    *struct {
		Fact    strict.String `strict:"fact"`
		Minutes int           `strict:"minutes"`
	} `strict:"crosses,optional"`
	Pos strict.Pos
}

type reportsFile struct {
	Actors []reportEntry `strict:"actors"`
	Others []reportEntry `strict:"others"`

	Further []reportEntry `strict:"further"`
	Threats []reportEntry `strict:"threats"`
}

type reportEntry struct {
	ID         strict.String  `strict:"id"`
	When       strict.String  `strict:"when"`
	Grade      string         `strict:"grade,optional"`
	Reports    []reportRow    `strict:"reports"`
	Confidence law.Confidence `strict:"confidence"`
	Pos        strict.Pos
}

type reportRow struct {
	To           string        `strict:"to"`
	Limit        string        `strict:"limit,optional"`
	Calendar     string        `strict:"calendar,optional"`
	UnknownLimit bool          `strict:"unknown_limit,optional"`
	After        string        `strict:"after,optional"`
	Every        string        `strict:"every,optional"`
	Duty         strict.String `strict:"duty,optional"`
	Basis        strict.String `strict:"basis"`
	Content      string        `strict:"content"`
	Text         message.Text  `strict:"text"`
	Pos          strict.Pos
}

type calendarFile struct {
	Year       int            `strict:"year"`
	Source     message.Text   `strict:"source"`
	Confidence law.Confidence `strict:"confidence"`
	Holidays   []struct {
		Name  message.Text `strict:"name"`
		From  day.Day      `strict:"from"`
		Until day.Day      `strict:"until"`
	} `strict:"holidays"`
	MakeUpDays []day.Day `strict:"make_up_days"`
}

func (f calendarFile) year() calendar.Year {
	y := calendar.Year{Year: f.Year, MakeUp: f.MakeUpDays}
	for _, h := range f.Holidays {
		y.Holidays = append(y.Holidays, day.Span{From: h.From, Until: h.Until})
	}
	return y
}
