package api

import (
	"time"

	"guanji/internal/incident"
)

// NewStep is one step to be recorded: exactly one of its parts.
type NewStep struct {
	Seen     int64     `json:"seen" minimum:"0" doc:"The revision of the case that the caller saw. If somebody else changed since what the step would change, nothing is recorded and the answer is 409."`
	Happened time.Time `json:"happened,omitzero" doc:"When it happened; absent: now."`
	Offline  bool      `json:"offline,omitempty" doc:"It was done on paper, and is keyed in later."`

	Open    *incident.Open    `json:"open,omitempty" doc:"An alert is an incident or a threat; or a threat has become an incident."`
	Dismiss *incident.Dismiss `json:"dismiss,omitempty" doc:"An alert is neither."`
	Join    *incident.Join    `json:"join,omitempty" doc:"An alert belongs to another case."`
	Aware   *incident.Aware   `json:"aware,omitempty" doc:"Corrects what was said of awareness; needs a reason, and both stay visible."`
	Facts   *incident.Facts   `json:"facts,omitempty" doc:"States facts; the grade is judged anew."`
	Part    *incident.Part    `json:"part,omitempty" doc:"Writes a part of a report."`
	Sent    *incident.Sent    `json:"sent,omitempty" doc:"A report was made to its recipient."`
	Note    *incident.Note    `json:"note,omitempty" doc:"Tells of a fact, or of something that was done."`
	Role    *incident.Role    `json:"role,omitempty" doc:"Says who does what."`
	Task    *incident.Task    `json:"task,omitempty" doc:"Something to do."`
	Done    *incident.Done    `json:"done,omitempty" doc:"A task is done."`
	Kept    *incident.Kept    `json:"kept,omitempty" doc:"Something was preserved as evidence."`
	Handed  *incident.Handed  `json:"handed,omitempty" doc:"Something kept went from one to another."`
	Ended   *incident.Ended   `json:"ended,omitempty" doc:"Handling has ended (事件处置工作结束)."`
	Ack     *incident.Ack     `json:"ack,omitempty" doc:"The caller sees to the case."`
	Strike  *incident.Strike  `json:"strike,omitempty" doc:"Takes back a step that was wrong; both stay visible."`
	Close   *incident.Close   `json:"close,omitempty" doc:"Ends the case."`
	Reopen  *incident.Reopen  `json:"reopen,omitempty" doc:"Takes a close or dismiss back."`
}

func (n NewStep) step() incident.Step {
	return incident.Step{Happened: n.Happened, Offline: n.Offline, Open: n.Open, Dismiss: n.Dismiss, Join: n.Join, Aware: n.Aware, Facts: n.Facts, Part: n.Part, Sent: n.Sent, Note: n.Note,
		Role: n.Role, Task: n.Task, Done: n.Done, Kept: n.Kept, Handed: n.Handed, Ended: n.Ended, Ack: n.Ack, Strike: n.Strike, Close: n.Close, Reopen: n.Reopen}
}
