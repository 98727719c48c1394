package standing

import (
	"slices"
	"strings"

	"guanji/internal/regime"
)

// A Filter chooses among the rows of a view. A field that is empty chooses all.
type Filter struct {
	Area    string
	Bearer  string
	Applies regime.Applies
	Subject string // organization, or the id of a system; counts with Applies: yes for this subject
	Text    string // words, each of which must stand in id, name, summary or a provision, in either language
}

// Of returns the rows that a filter chooses, in their order.
func (f Filter) Of(rows []Row) []Row {
	words := strings.Fields(strings.ToLower(f.Text))
	var chosen []Row
	for _, r := range rows {
		if f.chooses(r, words) {
			chosen = append(chosen, r)
		}
	}
	return chosen
}

func (f Filter) chooses(r Row, words []string) bool {
	applies := r.Applies()
	if f.Subject != "" {
		i := slices.IndexFunc(r.Answers, func(a regime.DutyAnswer) bool { return a.Subject == f.Subject })
		if i < 0 {
			return false
		}
		applies = r.Answers[i].Applies
	}
	missing := func(word string) bool { return !strings.Contains(r.text, word) }
	return (f.Area == "" || r.Area == f.Area) && (f.Bearer == "" || r.Bearer == f.Bearer) &&
		(f.Applies == "" || applies == f.Applies) && !slices.ContainsFunc(words, missing)
}

// searchText is what the words of a [Filter] are looked for in.
func searchText(d *regime.DutyText) string {
	parts := []string{d.ID, d.Name.En, d.Name.Zh, d.Summary.En, d.Summary.Zh}
	for _, p := range d.Provisions {
		parts = append(parts, p.ID, p.Title.En, p.Title.Zh)
	}
	return strings.ToLower(strings.Join(parts, "\n"))
}
