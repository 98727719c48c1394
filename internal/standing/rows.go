package standing

import (
	"guanji/internal/regime"
)

// A Row is one duty with the subjects that it applies to, may apply to, and
// does not. Answers are those of the assessment, the duty once for each subject.
type Row struct {
	*regime.DutyText
	Answers []regime.DutyAnswer
	Yes     int
	Unknown int
	No      int
	text    string // what a [Filter] looks in
}

// Applies is yes if the duty applies to some subject, unknown if it may.
func (r Row) Applies() regime.Applies {
	switch {
	case r.Yes > 0:
		return regime.Yes
	case r.Unknown > 0:
		return regime.Unknown
	}
	return regime.No
}

// Rows gathers the answers of an assessment by duty, in the order of ids.
func Rows(a *regime.Assessment) []Row {
	var rows []Row
	for i := 0; i < len(a.Duties); {
		j := i
		r := Row{DutyText: a.Duties[i].DutyText, text: searchText(a.Duties[i].DutyText)}
		for ; j < len(a.Duties) && a.Duties[j].ID == r.ID; j++ {
			switch a.Duties[j].Applies {
			case regime.Yes:
				r.Yes++
			case regime.Unknown:
				r.Unknown++
			default:
				r.No++
			}
		}
		r.Answers = a.Duties[i:j]
		rows = append(rows, r)
		i = j
	}
	return rows
}
