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

	"guanji/internal/channel"
	"guanji/internal/day"
	"guanji/internal/incident"
	"guanji/internal/job"
	"guanji/internal/message"
	"guanji/internal/org"
	"guanji/internal/regime"
)

// A Printer puts a document where people find it when this machine is gone.
// What was there of the same name before gives way.
type Printer interface {
	Print(ctx context.Context, c Channel, name string, d Document) error
}

// CardJob is the job of printing the card of an organization anew.
func CardJob(organization string, at time.Time) job.Job {
	return job.Job{Key: "card/" + organization, Kind: job.Card, Of: organization, At: at, Body: json.RawMessage(`{}`)}
}

// cardEvery is how often it is looked whether the card says what is so: the
// facts of the organization, too, decide who is told by when.
const cardEvery = time.Minute

// folderTimeout is how long one folder may take: one of another machine may
// hang, and keeps the card from no other.
const folderTimeout = 10 * time.Second

// PrintCard prints the card of an organization to the folders of its plan,
// where it says something else than the one printed last. It returns when to
// look again, the zero time where there is no folder.
func (s *Service) PrintCard(ctx context.Context, j job.Job) (time.Time, error) {
	p, _, err := s.Plan(ctx, j.Of)
	if err == nil && len(p.Folders) == 0 {
		return time.Time{}, nil
	}
	if err == nil {
		err = s.print(ctx, j.Of, p.Folders)
	}
	return s.now().Add(cardEvery), err
}

// print prints the card of an organization to folders.
func (s *Service) print(ctx context.Context, organization string, folders []string) error {
	card, err := s.Card(ctx, organization)
	if err != nil {
		return err
	}
	digest := digestOf(card)
	var failed []error
	for _, id := range folders {
		failed = append(failed, s.printTo(ctx, id, organization, card, digest))
	}
	return errors.Join(failed...)
}

func (s *Service) printTo(ctx context.Context, id, organization string, card Document, digest string) error {
	ctx, cancel := context.WithTimeout(ctx, s.folderTimeout)
	defer cancel()
	c, err := s.Channel(ctx, id)
	if err != nil || !c.On() || c.Means != channel.Folder {
		return err
	}
	key := organization + "\n" + id
	s.mu.Lock()
	same := s.cards[key] == digest
	s.mu.Unlock()
	if same {
		return nil
	}
	if err := s.Printer.Print(ctx, c, "guanji-card-"+organization, card); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cards[key] = digest
	return nil
}

// digestOf tells whether two cards say the same, whenever they were made.
func digestOf(d Document) string {
	d.Made, d.Footer = time.Time{}, ""
	data, err := json.Marshal(d)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Card is the one page, in Chinese, that lies where people find it when this
// machine is down or encrypted: who is told by when and how, who comes, what is
// under way by its number and deadline alone, and the first two parts of a
// report to fill in by hand.
func (s *Service) Card(ctx context.Context, organization string) (Document, error) {
	file, err := s.Organizations.File(ctx, organization)
	if err != nil {
		return Document{}, err
	}
	p, _, err := s.Plan(ctx, organization)
	if err != nil {
		return Document{}, err
	}
	cases, err := s.Cases(ctx, organization)
	if err != nil {
		return Document{}, err
	}
	w := writer{s.Set, file, incident.Fold(0, nil), message.Chinese}
	d := Document{Lang: message.Chinese, Title: w.t("respond.card.title", file.Name.Zh), OnePage: true, Made: s.now(),
		Footer: w.t("respond.card.footer", clockTime(s.now()))}
	recipients, err := w.recipients(p, s.now())
	if err != nil {
		return Document{}, err
	}
	d.Blocks = append(d.Blocks, Block{Text: w.t("respond.card.first")}, recipients, w.ladder(p))
	if running := w.running(cases); len(running) > 0 {
		d.Blocks = append(d.Blocks, Block{Heading: w.t("respond.card.running"), Rows: running})
	}
	d.Blocks = append(d.Blocks, Block{Heading: w.t("respond.card.times"), Text: w.t("respond.card.times.blank")})
	for i, part := range s.Set.Report.Parts {
		if part.First {
			d.Blocks = append(d.Blocks, Block{Heading: w.heading(i, part), Note: part.Hint.Zh, Blank: 3})
		}
	}
	after := w.t("respond.card.after")
	if p.Phrase != "" {
		after += "\n" + w.t("respond.card.phrase", p.Phrase)
	}
	d.Blocks = append(d.Blocks, Block{Note: after})
	return d, nil
}

// MayBeDue returns the reports that an organization may have to make first,
// whatever an incident turns out to be: all that what is stated of it does not
// exclude.
func MayBeDue(set *regime.Set, file *org.File, on day.Day) ([]regime.Report, error) {
	o := set.Vocabulary.On(file, on)
	facts := set.Vocabulary.NewFacts()
	if cii := set.Vocabulary.Fact("incident.cii"); cii != nil && set.Vocabulary.Get(o.Facts, "org.designation.notified") == org.BoolValue(false) {
		facts[cii.Index] = org.BoolValue(false)
	}
	g, err := set.GradeIncident(regime.Incident{Facts: o.Combine(facts)}, on)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Concat(g.Reports, g.Further), func(r regime.Report) bool { return r.After != "" || r.Every > 0 }), nil
}

// recipients is everybody who may have to be told.
func (w writer) recipients(p *incident.Plan, now time.Time) (Block, error) {
	reports, err := MayBeDue(w.set, w.file, day.In(now))
	if err != nil {
		return Block{}, err
	}
	t := &Table{Head: []string{w.t("respond.card.to"), w.t("respond.card.limit"), w.t("respond.card.how"), w.t("respond.card.checked")}}
	for _, r := range w.set.Recipients {
		if limits := w.limitsOf(reports, r.ID.Value); limits != "" {
			k := p.Contacts[r.ID.Value]
			t.Rows = append(t.Rows, []string{strings.TrimSpace(r.Name.Zh + "\n" + k.Name), limits, w.ways(r, k), k.Checked.String()})
		}
	}
	return Block{Heading: w.t("respond.card.recipients"), Table: t}, nil
}

// limitsOf is by when a recipient is told.
func (w writer) limitsOf(reports []regime.Report, to string) string {
	var lines []string
	for _, r := range reports {
		if r.To == to && !slices.Contains(lines, r.Text.In(w.lang)) {
			lines = append(lines, r.Text.In(w.lang))
		}
	}
	return strings.Join(lines, "\n")
}

// ways is how a recipient is reached: what the organization wrote, and what is
// known for the whole country.
func (w writer) ways(r regime.Recipient, k incident.Contact) string {
	var lines []string
	for _, own := range []string{k.Phone, k.Other, k.Hours} {
		if own != "" {
			lines = append(lines, own)
		}
	}
	for _, way := range r.Ways {
		lines = append(lines, way.Value+" "+way.Name.In(w.lang))
	}
	if len(lines) == 0 {
		return w.t("respond.card.write_here")
	}
	return strings.Join(lines, "\n")
}

func (w writer) ladder(p *incident.Plan) Block {
	b := Block{Heading: w.t("respond.card.ladder")}
	for i, person := range p.Ladder {
		b.Rows = append(b.Rows, Row{Label: fmt.Sprintf("%d. %s", i+1, person.Name), Value: person.Phone})
	}
	if len(b.Rows) == 0 {
		b.Text = w.t("respond.card.no_ladder")
	}
	return b
}

// running is what is under way, by number and deadline alone: what really
// happens first, and of all that has no place how much it is.
func (w writer) running(cases []*incident.Case) (rows []Row) {
	var open []*incident.Case
	for _, c := range cases {
		if c.Next() != nil {
			open = append(open, c)
		}
	}
	slices.SortStableFunc(open, ByUrgency)
	drills := 0
	for i, c := range open {
		if i < maxRunning {
			rows = append(rows, w.runs(c))
		} else if c.Drill {
			drills++
		}
	}
	if more := len(open) - maxRunning; more > 0 {
		rows = append(rows, Row{Label: w.t("respond.card.more"), Value: w.t("respond.card.more.how_many", more, drills)})
	}
	return rows
}

// maxRunning is how many cases fit on the card.
const maxRunning = 5

// runs is a case with everybody who must still be told, by when.
func (w writer) runs(c *incident.Case) Row {
	label := fmt.Sprintf("#%d", c.Number)
	if c.Drill {
		label += " " + w.t("respond.drill")
	}
	var moments []string
	to := map[string][]string{}
	for _, k := range c.Clocks() {
		if !k.Open {
			continue
		}
		at := w.t("respond.card.now")
		if !k.By.IsZero() {
			at = k.By.In(day.Beijing).Format("01-02 15:04")
		}
		if to[at] == nil {
			moments = append(moments, at)
		}
		if name := w.t("to." + k.To); !slices.Contains(to[at], name) {
			to[at] = append(to[at], name)
		}
	}
	for i, at := range moments {
		moments[i] = w.t("respond.card.runs", at, strings.Join(to[at], w.t("respond.doc.and")))
	}
	return Row{Label: label, Value: strings.Join(moments, w.t("list.separator"))}
}
