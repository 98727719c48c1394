package web

import "guanji/internal/position"

// positionCard says on the overview where the duties stand that bind, and what
// the reader has to do soon.
type positionCard struct {
	words
	Path        string
	Figures     []figure
	Tasks       []taskRow // of the reader: late or near
	Mine        int       // all of them
	MinePath    string
	Unowned     int // late or near, of nobody
	UnownedPath string
}

const remindersShown = 4

func (q *orgRequest) positionCard() (positionCard, error) {
	p, err := q.placed()
	if err != nil {
		return positionCard{}, err
	}
	c := positionCard{words: q.words, Path: q.to("position"), Figures: q.figures(p.Position.Headline().Binding.Duties),
		MinePath: q.to("tasks", "owner", ownerMe), UnownedPath: q.to("tasks", "owner", ownerNone)}
	for _, t := range p.tasks() {
		c.add(q, p, &t)
	}
	return c, nil
}

func (c *positionCard) add(q *orgRequest, p *placed, t *position.Task) {
	soon := t.Late || t.Near
	switch {
	case t.Owner == "" && soon:
		c.Unowned++
	case t.Owner == q.holder.Name:
		c.Mine++
		if soon && len(c.Tasks) < remindersShown {
			c.Tasks = append(c.Tasks, q.taskRow(p, t))
		}
	}
}
