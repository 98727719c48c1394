package filing

import (
	"guanji/internal/day"
	"guanji/internal/evidence"
	"guanji/internal/strict"
)

// A fileEntry is an evidence file as it is decoded. The entries of its lists follow.
type fileEntry struct {
	Guanji       strict.Node   `strict:"guanji"`
	Organization strict.String `strict:"organization"`
	Records      []strict.Node `strict:"records,optional"`
	Plans        []strict.Node `strict:"plans,optional"`
	Events       []strict.Node `strict:"events,optional"`
	Assignments  []strict.Node `strict:"assignments,optional"`
	Ends         []strict.Node `strict:"ends,optional"`
}

type recordEntry struct {
	Ref        strict.String     `strict:"ref,optional"`
	Kind       string            `strict:"kind"`
	Duties     []string          `strict:"duties"`
	Subject    string            `strict:"subject"`
	Observed   day.Day           `strict:"observed"`
	ValidUntil day.Day           `strict:"valid_until,optional"`
	Method     methodEntry       `strict:"method"`
	Scope      *scopeEntry       `strict:"scope,optional"`
	Result     evidence.Result   `strict:"result"`
	Files      []attachmentEntry `strict:"files,optional"`
	Note       string            `strict:"note,optional"`
	Supersedes strict.Node       `strict:"supersedes,optional"`
	Reason     string            `strict:"reason,optional"`
}

type methodEntry struct {
	Kind    evidence.MethodKind `strict:"kind"`
	Run     string              `strict:"run,optional"`
	Tool    string              `strict:"tool,optional"`
	Version string              `strict:"version,optional"`
	Who     string              `strict:"who,optional"`
}

type scopeEntry struct {
	What       string `strict:"what"`
	Population int64  `strict:"population"`
	Sample     int64  `strict:"sample"`
	Skipped    int64  `strict:"skipped,optional"`
	Why        string `strict:"why,optional"`
}

type attachmentEntry struct {
	Path strict.String `strict:"path"`
	Name string        `strict:"name,optional"`
}

type planEntry struct {
	Ref       strict.String  `strict:"ref,optional"`
	Duty      string         `strict:"duty"`
	Subject   string         `strict:"subject"`
	Basis     evidence.Basis `strict:"basis"`
	By        string         `strict:"by,optional"`
	Reference string         `strict:"reference,optional"`
	Started   day.Day        `strict:"started"`
	Due       day.Day        `strict:"due"`
	What      string         `strict:"what"`
}

type eventEntry struct {
	Ref     strict.String `strict:"ref,optional"`
	Duty    string        `strict:"duty"`
	Subject string        `strict:"subject"`
	Day     day.Day       `strict:"day"`
	What    string        `strict:"what"`
}

type assignmentEntry struct {
	Duty    string  `strict:"duty"`
	Subject string  `strict:"subject"`
	Owner   string  `strict:"owner,optional"`
	Due     day.Day `strict:"due,optional"`
	Remind  int     `strict:"remind,optional"`
	Note    string  `strict:"note,optional"`
}

type endEntry struct {
	Of     strict.Node  `strict:"of"`
	How    evidence.How `strict:"how"`
	Day    day.Day      `strict:"day"`
	Reason string       `strict:"reason"`
}
