package api

import (
	"time"

	"guanji/internal/day"
	"guanji/internal/evidence"
)

// Record is one piece of evidence.
type Record struct {
	Kind       string         `json:"kind" doc:"The id of a kind of evidence: what get-duty names under evidence."`
	Duties     []string       `json:"duties" doc:"The ids of the duties that it serves, 1 to 50."`
	Subject    string         `json:"subject" doc:"organization, systems/* for every system that there is, or the id of a system."`
	Observed   day.Day        `json:"observed" nullable:"false" doc:"The day on which it was so, not the day of filing."`
	ValidUntil day.Day        `json:"valid_until,omitzero" doc:"The last day on which it counts; absent: as its kind and its duty have it."`
	Method     evidenceMethod `json:"method" doc:"How it was come by."`
	Scope      *evidenceScope `json:"scope,omitempty" doc:"On how much of the whole it rests."`
	Result     string         `json:"result" enum:"in_order,gaps,none_found,no_event" doc:"What was seen, in the words of who saw it. none_found: a search found nothing, which counts only with version, scope and a file of what was read. no_event: what would start the duty did not happen."`
	Files      []evidenceFile `json:"files,omitempty" doc:"What is kept with it, at most 50: as finish-upload answers."`
	Note       string         `json:"note,omitempty" doc:"At most 10,000 bytes."`
	Supersedes int64          `json:"supersedes,omitempty" minimum:"1" doc:"The seq of the record in whose place it stands."`
	Reason     string         `json:"reason,omitempty" doc:"Why it does; required with supersedes."`
	Origin     string         `json:"origin,omitempty" readOnly:"true" doc:"What of this program it comes from, such as incident/12; absent where a person filed it."`
}

// evidenceMethod says how evidence was come by.
type evidenceMethod struct {
	Kind    string `json:"kind" enum:"measured,imported,attested" doc:"measured: by a run of this program. imported: from the result of another tool. attested: a person says so."`
	Run     string `json:"run,omitempty" doc:"The id of the run; required if measured."`
	Tool    string `json:"tool,omitempty" doc:"What looked; required if imported."`
	Version string `json:"version,omitempty" doc:"Which version of it; required if imported."`
	Who     string `json:"who,omitempty" doc:"Who says so; required if attested."`
}

// evidenceScope says on how much of the whole evidence rests.
type evidenceScope struct {
	What       string `json:"what" doc:"Of which things: servers, key posts."`
	Population int64  `json:"population" minimum:"0" doc:"How many there are."`
	Sample     int64  `json:"sample" minimum:"0" doc:"How many were looked at."`
	Skipped    int64  `json:"skipped,omitempty" minimum:"0" doc:"How many of the sample could not be looked at."`
	Why        string `json:"why,omitempty" doc:"Why they could not; required with skipped."`
}

// evidenceFile is a file of a record.
type evidenceFile struct {
	Name   string `json:"name" doc:"As its owner calls it, without a path."`
	Digest string `json:"digest" doc:"sha256: and 64 hexadecimal digits."`
	Size   int64  `json:"size" minimum:"0" doc:"In bytes."`
}

func (r Record) item() evidence.Item {
	e := &evidence.Record{Kind: r.Kind, Duties: r.Duties, Subject: r.Subject, Observed: r.Observed, ValidUntil: r.ValidUntil,
		Method: evidence.Method{Kind: evidence.MethodKind(r.Method.Kind), Run: r.Method.Run, Tool: r.Method.Tool, Version: r.Method.Version, Who: r.Method.Who},
		Result: evidence.Result(r.Result), Note: r.Note, Supersedes: r.Supersedes, Reason: r.Reason,
		Files: views(r.Files, func(f evidenceFile) evidence.File { return evidence.File(f) })}
	if r.Scope != nil {
		scope := evidence.Scope(*r.Scope)
		e.Scope = &scope
	}
	return evidence.Item{Record: e}
}

func recordOf(e *evidence.Record) *Record {
	if e == nil {
		return nil
	}
	r := &Record{Kind: e.Kind, Duties: e.Duties, Subject: e.Subject, Observed: e.Observed, ValidUntil: e.ValidUntil,
		Method: evidenceMethod{string(e.Method.Kind), e.Method.Run, e.Method.Tool, e.Method.Version, e.Method.Who},
		Result: string(e.Result), Note: e.Note, Supersedes: e.Supersedes, Reason: e.Reason, Origin: e.Origin,
		Files: views(e.Files, func(f evidence.File) evidenceFile { return evidenceFile(f) })}
	if e.Scope != nil {
		scope := evidenceScope(*e.Scope)
		r.Scope = &scope
	}
	return r
}

// Plan is an order or plan to put something right.
type Plan struct {
	Duty      string  `json:"duty" doc:"The id of a duty."`
	Subject   string  `json:"subject" doc:"organization, systems/* for every system that there is, or the id of a system."`
	Basis     string  `json:"basis" enum:"order,plan" doc:"Who wants it put right: an authority, or the organization itself."`
	By        string  `json:"by,omitempty" doc:"The authority; required for an order."`
	Reference string  `json:"reference,omitempty" doc:"The number of the order or plan."`
	Started   day.Day `json:"started" nullable:"false" doc:"The first day on which it runs."`
	Due       day.Day `json:"due" nullable:"false" doc:"The day by which it must be carried out."`
	What      string  `json:"what" doc:"What is to be put right, and how; at most 10,000 bytes."`
}

func (p Plan) item() evidence.Item {
	return evidence.Item{Plan: &evidence.Plan{Duty: p.Duty, Subject: p.Subject, Basis: evidence.Basis(p.Basis), By: p.By, Reference: p.Reference, Started: p.Started, Due: p.Due, What: p.What}}
}

func planOf(e *evidence.Plan) *Plan {
	if e == nil {
		return nil
	}
	return &Plan{e.Duty, e.Subject, string(e.Basis), e.By, e.Reference, e.Started, e.Due, e.What}
}

// Event is something that happened and starts a duty.
type Event struct {
	Duty    string  `json:"duty" doc:"The id of a duty that events start."`
	Subject string  `json:"subject" doc:"organization, systems/* for every system that there is, or the id of a system."`
	Day     day.Day `json:"day" nullable:"false" doc:"The day on which it happened."`
	What    string  `json:"what" doc:"What happened; at most 10,000 bytes."`
	Origin  string  `json:"origin,omitempty" readOnly:"true" doc:"What of this program it comes from, such as incident/12; absent where a person filed it."`
}

func (e Event) item() evidence.Item {
	return evidence.Item{Event: &evidence.Event{Duty: e.Duty, Subject: e.Subject, Day: e.Day, What: e.What}}
}

// Assignment says who sees to a duty.
type Assignment struct {
	Duty    string  `json:"duty" doc:"The id of a duty."`
	Subject string  `json:"subject" doc:"organization, systems/* for every system that there is, or the id of a system."`
	Owner   string  `json:"owner,omitempty" doc:"The name of an account; absent: nobody, from now on."`
	Due     day.Day `json:"due,omitzero" doc:"A day earlier than the one that the duty asks for; absent: as the duty has it."`
	Remind  int     `json:"remind,omitempty" minimum:"0" maximum:"365" doc:"From how many days before the due day on the task is near."`
	Note    string  `json:"note,omitempty" doc:"At most 10,000 bytes."`
}

// evidenceEnd is the end of something filed.
type evidenceEnd struct {
	Of     int64   `json:"of" doc:"The seq of what it ends."`
	How    string  `json:"how" enum:"withdrawn,done"`
	Day    day.Day `json:"day" doc:"From this day on it does not count."`
	Reason string  `json:"reason"`
}

// Filed is one thing filed: the member that its type names says what.
type Filed struct {
	Seq        int64          `json:"seq" doc:"Its number within the organization, from 1."`
	At         time.Time      `json:"at" doc:"When it was filed, in Beijing time."`
	By         string         `json:"by" doc:"The name of who filed it."`
	Type       string         `json:"type" enum:"record,plan,event,assignment,end"`
	Record     *Record        `json:"record,omitempty"`
	Plan       *Plan          `json:"plan,omitempty"`
	Event      *Event         `json:"event,omitempty"`
	Assignment *Assignment    `json:"assignment,omitempty"`
	End        *evidenceEnd   `json:"end,omitempty"`
	Ended      *evidenceEnded `json:"ended" doc:"By what it was ended; null while it was not."`
}

// evidenceEnded says what ended something filed.
type evidenceEnded struct {
	Seq    int64   `json:"seq" doc:"Of what ended it: an end, or the record that supersedes it."`
	How    string  `json:"how" enum:"withdrawn,done,superseded"`
	Day    day.Day `json:"day" nullable:"false" doc:"From this day on it does not count."`
	Reason string  `json:"reason"`
}

func filedOf(b *evidence.Book, f evidence.Filed) Filed {
	v := Filed{Seq: f.Seq, At: f.At.In(day.Beijing), By: f.By, Type: typeOf(f.Item), Record: recordOf(f.Record), Plan: planOf(f.Plan), Ended: endedOf(b, f.Seq)}
	if f.Event != nil {
		event := Event(*f.Event)
		v.Event = &event
	}
	if f.Assignment != nil {
		assignment := Assignment(*f.Assignment)
		v.Assignment = &assignment
	}
	if f.End != nil {
		v.End = &evidenceEnd{f.End.Of, string(f.End.How), f.End.Day, f.End.Reason}
	}
	return v
}

func endedOf(b *evidence.Book, seq int64) *evidenceEnded {
	by, ok := b.EndOf(seq)
	if !ok {
		return nil
	}
	if by.Record != nil {
		return &evidenceEnded{by.Seq, "superseded", b.Ended(seq), by.Record.Reason}
	}
	return &evidenceEnded{by.Seq, string(by.End.How), b.Ended(seq), by.End.Reason}
}

// typeOf names what an item is.
func typeOf(i evidence.Item) string {
	switch {
	case i.Record != nil:
		return "record"
	case i.Plan != nil:
		return "plan"
	case i.Event != nil:
		return "event"
	case i.Assignment != nil:
		return "assignment"
	}
	return "end"
}
