package report

import (
	"fmt"
	"io"
	"time"

	"guanji/internal/day"
	"guanji/internal/message"
	"guanji/internal/respond"
)

// ReplayView is a case whose judgements were worked out again, in JSON.
type ReplayView struct {
	Guanji       int            `json:"guanji"`
	Organization string         `json:"organization"`
	Number       int64          `json:"number"`
	Same         bool           `json:"same" doc:"Everything came out as it stands in the record."`
	Judgements   []ReplayedView `json:"judgements" doc:"The oldest first."`
}

// ReplayedView is one judgement that was worked out again, in JSON.
type ReplayedView struct {
	Seq         int64               `json:"seq" doc:"Of the step that was judged."`
	At          time.Time           `json:"at" doc:"When it was recorded."`
	By          string              `json:"by"`
	Same        bool                `json:"same"`
	Content     string              `json:"content" doc:"The digest of the content that judged."`
	SameContent bool                `json:"same_content" doc:"This program has that content: only then are grades compared."`
	GradeWas    *string             `json:"grade_was" enum:"I,II,III,IV" doc:"As it stands in the record."`
	GradeIs     *string             `json:"grade_is" enum:"I,II,III,IV" doc:"By the content that this program has."`
	Limits      []ReplayedLimitView `json:"limits"`
}

// ReplayedLimitView is a deadline that was worked out again, in JSON.
type ReplayedLimitView struct {
	Report string     `json:"report"`
	Was    time.Time  `json:"was"`
	Is     *time.Time `json:"is" doc:"null: it cannot be worked out any more."`
	Same   bool       `json:"same"`
}

// ReplayOf returns judgements that were worked out again in the form of JSON.
func ReplayOf(organization string, number int64, all []respond.Replay) ReplayView {
	v := ReplayView{1, organization, number, true, []ReplayedView{}}
	for _, r := range all {
		one := ReplayedView{r.Seq, r.At.In(day.Beijing), r.By, r.Same(), r.Was.Content, r.Content, orNil(r.Was.Grade), orNil(r.Grade), []ReplayedLimitView{}}
		for _, l := range r.Limits {
			one.Limits = append(one.Limits, ReplayedLimitView{l.Key, l.Was.In(day.Beijing), moment(l.Is), l.Was.Equal(l.Is)})
		}
		v.Same = v.Same && one.Same
		v.Judgements = append(v.Judgements, one)
	}
	return v
}

// Replay writes judgements that were worked out again, a line for each and for
// every deadline.
func Replay(w io.Writer, l message.Lang, v ReplayView) error {
	p := newPrinter(w, l)
	p.title(p.msg("case.replay.title", v.Number), p.msg("case.replay."+sameWord(v.Same)))
	for _, j := range v.Judgements {
		text := p.msg("case.replay.grade", p.gradeWord(j.GradeWas), p.gradeWord(j.GradeIs))
		if !j.SameContent {
			text += p.msg("case.replay.other_content")
		}
		p.para(0, fmt.Sprintf("%5s  %s  %s ", fmt.Sprintf("#%d", j.Seq), clock(j.At), tick(j.Same)), text)
		for _, d := range j.Limits {
			is := p.msg("case.replay.none")
			if d.Is != nil {
				is = clock(*d.Is)
			}
			p.para(9, tick(d.Same)+" ", p.msg("case.replay.limit", d.Report, clock(d.Was), is))
		}
	}
	return p.w.Flush()
}

func sameWord(same bool) string { return map[bool]string{true: "same", false: "other"}[same] }

func tick(same bool) string { return map[bool]string{true: "✓", false: "✗"}[same] }

// gradeWord is a grade beside a label that says that it is one.
func (p printer) gradeWord(grade *string) string {
	if grade == nil {
		return p.msg("respond.grade.none")
	}
	return p.msg("respond.grade." + *grade)
}
