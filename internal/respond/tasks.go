package respond

import (
	"context"
	"slices"

	"guanji/internal/day"
	"guanji/internal/incident"
	"guanji/internal/ledger"
	"guanji/internal/message"
	"guanji/internal/problem"
)

// Due is how many tasks of an organization are late or near, and the earliest
// day on which one of those near is due; zero for none.
type Due struct {
	Late, Near int
	Next       day.Day
}

// TellTasks tells the first person on the ladder how many tasks are late or
// near, once a day.
func (s *Service) TellTasks(ctx context.Context, organization string, on day.Day, d Due) error {
	p, _, err := s.Plan(ctx, organization)
	if err != nil || len(p.Ladder) == 0 || d.Late+d.Near == 0 {
		return err
	}
	say := &incident.Said{Stage: incident.Tasks, Keys: []string{"tasks/" + on.String()}, To: []string{p.Ladder[0].Name}}
	for range tries {
		c, err := s.fold(ctx, organization, 0)
		if err != nil {
			return err
		}
		told := slices.ContainsFunc(c.Said, func(r incident.Recorded) bool { return slices.Contains(r.Said.Keys, say.Keys[0]) })
		if told {
			return nil
		}
		now := s.now()
		words := message.New("respond.say.tasks", d.Late, d.Near).Text()
		if !d.Next.IsZero() {
			words = message.New("respond.say.tasks.next", d.Late, d.Near, d.Next.String()).Text()
		}
		m := Message{ID: "guanji-" + digest(organization, say.Keys[0])[:20], Event: "tasks.due", At: now, Subject: both(words), Text: words.Zh + "\n" + words.En}
		if !d.Next.IsZero() {
			m.By = d.Next.AddDays(1).Start()
		}
		if s.Base != "" {
			m.Text += "\n" + s.Base
		}
		w, err := writing(organization, c, p, say, m, ledger.Actor{By: ledger.Program, At: now})
		if err != nil {
			return err
		}
		if _, err := s.Store.Record(ctx, organization, w); problem.KindOf(err) != problem.Conflict {
			return err
		}
	}
	return problem.New(problem.Conflict, "respond.busy")
}
