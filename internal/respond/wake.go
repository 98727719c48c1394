package respond

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"guanji/internal/incident"
	"guanji/internal/job"
	"guanji/internal/ledger"
	"guanji/internal/message"
	"guanji/internal/problem"
)

// wakeBody is what a job of kind [job.Wake] needs.
type wakeBody struct {
	Case int64 `json:"case"`
}

// sendBody is what a job of kind [job.Send] needs.
type sendBody struct {
	Case    int64   `json:"case"`
	Channel string  `json:"channel"`
	Message Message `json:"message"`
}

// Wake looks at a case: what is due is said once, in one step with the
// messages that follow from it. It returns when to look again, the zero time
// for never. One that fails is to be done again however often it failed: with
// it the clocks of the case would stand still.
func (s *Service) Wake(ctx context.Context, j job.Job) (time.Time, error) {
	var body wakeBody
	if err := json.Unmarshal(j.Body, &body); err != nil {
		return time.Time{}, err
	}
	next, err := s.wake(ctx, j.Of, body.Case)
	if err != nil {
		return s.now(), err
	}
	return next, nil
}

func (s *Service) wake(ctx context.Context, organization string, number int64) (time.Time, error) {
	p, _, err := s.Plan(ctx, organization)
	if err != nil {
		return time.Time{}, err
	}
	for range tries {
		c, err := s.fold(ctx, organization, number)
		if err != nil {
			return time.Time{}, err
		}
		now := s.now()
		say, next := c.Say(p, now)
		if say == nil {
			return next, nil
		}
		if later, err := s.held(ctx, organization, say, now); err != nil || !later.IsZero() {
			return later, err
		}
		if err := s.say(ctx, organization, c, p, say, now); problem.KindOf(err) != problem.Conflict {
			_, next = with(c, incident.Step{Said: say}, ledger.Actor{By: ledger.Program, At: now}).Say(p, now)
			return next, err
		}
	}
	return time.Time{}, problem.New(problem.Conflict, "respond.busy")
}

// People are told of so many alerts of an organization in some time at once,
// and then of one a minute: a machine that floods must not keep them from what
// matters, nor a new alert from them.
const (
	mostAlerts   = 10
	alertsWithin = 10 * time.Minute
	alertEvery   = time.Minute
)

// held returns when to look again at an alert of which people are not told
// yet, as they were told of many just now; the zero time for anything else.
func (s *Service) held(ctx context.Context, organization string, say *incident.Said, now time.Time) (time.Time, error) {
	if say.Stage != incident.Raised {
		return time.Time{}, nil
	}
	b, err := s.book(ctx, organization)
	if err != nil {
		return time.Time{}, err
	}
	told, last := 0, time.Time{}
	for _, other := range b.cases {
		n := len(other.Said)
		if other.State != incident.Waiting || n == 0 || !justNow(other.Said[n-1].At, now) {
			continue
		}
		if told++; other.Said[n-1].At.After(last) {
			last = other.Said[n-1].At
		}
	}
	if told < mostAlerts || now.Sub(last) >= alertEvery {
		return time.Time{}, nil
	}
	return last.Add(alertEvery), nil
}

// waiting is how many alerts wait for a person.
func (s *Service) waiting(ctx context.Context, organization string) (n int, err error) {
	b, err := s.book(ctx, organization)
	if err != nil {
		return 0, err
	}
	for number, c := range b.cases {
		if number > 0 && c.State == incident.Waiting {
			n++
		}
	}
	return n, nil
}

// justNow reports whether people were told at a moment that is not long ago. One
// that is to come was told by a clock that was ahead.
func justNow(at, now time.Time) bool {
	ago := now.Sub(at)
	return ago >= 0 && ago < alertsWithin
}

// say records that something was said, with the messages that say it.
func (s *Service) say(ctx context.Context, organization string, c *incident.Case, p *incident.Plan, say *incident.Said, now time.Time) error {
	m := s.message(organization, c, say, now)
	if say.Stage == incident.Raised {
		n, err := s.waiting(ctx, organization)
		if err != nil {
			return err
		}
		if n > 1 {
			t := message.New("respond.say.waiting", n).Text()
			m.Text += "\n" + t.Zh + "\n" + t.En
		}
	}
	w, err := writing(organization, c, p, say, m, ledger.Actor{By: ledger.Program, At: now})
	if err == nil {
		_, err = s.Store.Record(ctx, organization, w)
	}
	return err
}

// writing is the step that something was said, and a job for each channel by
// which it goes.
func writing(organization string, c *incident.Case, p *incident.Plan, say *incident.Said, m Message, a ledger.Actor) (Writing, error) {
	var sends []job.Job
	for _, id := range channelsOf(p, say.To) {
		body, err := json.Marshal(sendBody{c.Number, id, m})
		if err != nil {
			return Writing{}, err
		}
		sends = append(sends, job.Job{Key: "send/" + m.ID + "/" + id, Kind: job.Send, Of: organization, At: a.At, Body: body})
	}
	if len(sends) > 0 {
		say.Messages = []string{m.ID}
	}
	return Writing{Case: c.Number, Seen: c.Revision(), Steps: []incident.Step{{Said: say}}, Actor: a, Jobs: func(int64) []job.Job { return sends }}, nil
}

// channelsOf is the channels of people on the ladder, each once.
func channelsOf(p *incident.Plan, names []string) (ids []string) {
	for _, person := range p.Ladder {
		if !slices.Contains(names, person.Name) {
			continue
		}
		for _, id := range person.Channels {
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// message is what goes outward: an id and a deadline.
func (s *Service) message(organization string, c *incident.Case, say *incident.Said, now time.Time) Message {
	m := Message{ID: "guanji-" + digest(organization, fmt.Sprint(c.Number), strings.Join(say.Keys, "\n"), fmt.Sprint(say.Again))[:20], Event: "incident." + string(say.Stage), At: now,
		Case: fmt.Sprintf("#%d-%s", c.Number, Code(organization, c.Number)), Drill: c.Drill, By: say.By}
	words := message.New("respond.say."+string(say.Stage), m.Case)
	if !say.By.IsZero() {
		words = message.New("respond.say."+string(say.Stage)+".by", m.Case, clockTime(say.By), left(say.By, now))
	}
	t := words.Text()
	m.Subject = both(t)
	lines := []string{t.Zh, t.En}
	if say.Behind > 0 {
		behind := message.New("respond.say.behind", say.Behind/60).Text()
		lines = append(lines, behind.Zh, behind.En)
	}
	if say.Again > 0 {
		ahead := message.New("respond.say.ahead").Text()
		lines = append(lines, ahead.Zh, ahead.En)
	}
	if c.Drill {
		drill := message.New("respond.say.drill").Text()
		m.Subject, lines = "【"+message.New("respond.drill").Text().Zh+"】"+m.Subject, append([]string{drill.Zh, drill.En}, lines...)
	}
	if s.Base != "" {
		lines = append(lines, fmt.Sprintf("%s/c/%d-%s", s.Base, c.Number, Code(organization, c.Number)))
	}
	m.Text = strings.Join(lines, "\n")
	return m
}

// Code names a case outward, where not even the name of the organization goes.
func Code(organization string, number int64) string {
	return digest(organization, fmt.Sprint(number))[:6]
}

func digest(texts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(texts, "\n")))
	return hex.EncodeToString(sum[:])
}

// Find returns the organization, of several, whose case has a number and a
// code. It fails with [problem.NotFound].
func (s *Service) Find(ctx context.Context, organizations []string, number int64, code string) (string, error) {
	for _, o := range organizations {
		if Code(o, number) != code {
			continue
		}
		if _, err := s.Case(ctx, o, number); problem.KindOf(err) != problem.NotFound {
			return o, err
		}
	}
	return "", problem.New(problem.NotFound, "respond.no_code")
}

// left is how much time is left, or has passed since, to the minute.
func left(by, now time.Time) message.M {
	d := by.Sub(now).Round(time.Minute)
	if !now.Before(by) {
		return message.New("respond.left.past", span(-d))
	}
	return message.New("respond.left", span(d))
}

func span(d time.Duration) message.M {
	switch {
	case d < time.Hour:
		return message.New("respond.span.minutes", int(d/time.Minute))
	case d < 48*time.Hour:
		return message.New("respond.span.hours", int(d/time.Hour), int(d/time.Minute)%60)
	}
	return message.New("respond.span.days", int(d/(24*time.Hour)))
}

// Deliver gives a message to its channel, and records that it did. A message
// that may have been given before, as the machine stopped in between, says so.
func (s *Service) Deliver(ctx context.Context, j job.Job) (time.Time, error) {
	var body sendBody
	if err := json.Unmarshal(j.Body, &body); err != nil {
		return time.Time{}, err
	}
	c, err := s.fold(ctx, j.Of, body.Case)
	if err != nil {
		return time.Time{}, err
	}
	before := c.Given[body.Message.ID+" "+body.Channel].Given
	if before != nil && before.Failed == "" {
		return time.Time{}, nil
	}
	given := incident.Given{Message: body.Message.ID, Channel: body.Channel, Attempt: nth(j.Attempt, before)}
	channel, err := s.Channel(ctx, body.Channel)
	switch {
	case problem.KindOf(err) == problem.NotFound || err == nil && !channel.On():
		given.Failed = both(message.New("respond.channel_off").Text())
		return time.Time{}, s.given(ctx, j.Of, body.Case, given)
	case err != nil:
		return time.Time{}, err
	}
	err = s.Sender.Send(ctx, channel, again(body.Message, given.Attempt, s.now()))
	switch {
	case err == nil:
		return time.Time{}, s.given(ctx, j.Of, body.Case, given)
	case errors.Is(ctx.Err(), context.Canceled) || j.Attempt < job.MaxAttempts:
		return time.Time{}, err
	}
	given.Failed = both(message.Text{En: problem.In(err, message.English), Zh: problem.In(err, message.Chinese)})
	return time.Time{}, errors.Join(err, s.given(ctx, j.Of, body.Case, given))
}

// nth is which attempt at a message this is. One that was given up and is tried
// again is counted from there, as any of the attempts may have arrived.
func nth(attempt int, before *incident.Given) int {
	if before == nil || attempt > before.Attempt {
		return attempt
	}
	return before.Attempt + attempt
}

// again is a message that is sent for the nth time, or later than it was made:
// what time is left is told as it is then.
func again(m Message, attempt int, now time.Time) Message {
	m.Attempt = attempt
	if !m.By.IsZero() && now.Sub(m.At) >= time.Minute {
		late := message.New("respond.say.now", clockTime(now), left(m.By, now)).Text()
		m.Text += "\n" + late.Zh + "\n" + late.En
	}
	if attempt > 1 {
		again := message.New("respond.say.again", attempt).Text()
		m.Text += "\n" + again.Zh + "\n" + again.En
	}
	return m
}

// given records what became of a message, whether there is time left or not.
func (s *Service) given(ctx context.Context, organization string, number int64, g incident.Given) error {
	_, err := s.Store.Record(context.WithoutCancel(ctx), organization, Writing{Case: number, Seen: AnyRevision, Steps: []incident.Step{{Given: &g}},
		Actor: ledger.Actor{By: ledger.Program, At: s.now()}})
	return err
}
