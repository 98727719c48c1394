package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"guanji/internal/day"
	"guanji/internal/message"
	"guanji/internal/org"
	"guanji/internal/problem"
	"guanji/internal/regime"
	"guanji/internal/standing"
	"guanji/internal/strict"
)

func (p *program) ask() *cobra.Command {
	var again bool
	c := p.command("ask FILE", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		set, err := p.set()
		if err != nil {
			return err
		}
		q := &interview{program: p, set: set, file: args[0], on: day.In(p.now()), lines: bufio.NewScanner(p.in)}
		q.lines.Buffer(nil, 64<<10)
		err = q.run(again)
		if errors.Is(err, errLeave) {
			key := "ask.left"
			if q.doc == nil {
				key = "ask.nothing_kept"
			}
			fmt.Fprintln(p.out, p.msg(key, q.file))
			return nil
		}
		return err
	})
	c.Flags().BoolVar(&again, "again", false, p.msg("flag.again"))
	return c
}

// errLeave ends an interview: everything answered so far is in the file.
var errLeave = errors.New("left")

// interview asks on a terminal. After each answer the file is written, so that
// it can be left at any moment.
type interview struct {
	*program
	set   *regime.Set
	file  string
	on    day.Day
	lines *bufio.Scanner
	doc   *standing.Document
}

func (q *interview) run(again bool) error {
	if err := q.begin(); err != nil {
		return err
	}
	if again {
		q.doc.Clear()
	}
	noSystem := false
	for {
		a, err := q.assess()
		if err != nil {
			return err
		}
		next, ok := standing.Next(q.set.Vocabulary, a, func(subject string, f *org.Fact) bool {
			return f.Subject == org.AboutTransfer || // the terminal asks of the organization and its systems
				noSystem && f.Subject == org.AboutSystem && subject == string(org.AboutOrganization) || q.doc.Asked(subject, f.ID)
		})
		if !ok {
			fmt.Fprintln(q.out, q.msg("ask.done", q.file, message.New("status."+string(a.Determination.Status))))
			return nil
		}
		if next.Fact.Subject == org.AboutSystem && next.Subject == string(org.AboutOrganization) {
			noSystem, err = q.nameSystem()
		} else {
			err = q.question(next, a)
		}
		if err != nil {
			return err
		}
		if err := q.save(); err != nil {
			return err
		}
	}
}

// begin opens the file, or starts one.
func (q *interview) begin() error {
	data, err := os.ReadFile(q.file)
	if errors.Is(err, os.ErrNotExist) {
		fmt.Fprintln(q.out, q.msg("ask.new", q.file))
		id, err := q.line(q.msg("ask.id"))
		if err != nil {
			return err
		}
		name, err := q.name()
		if err != nil {
			return err
		}
		q.doc = standing.NewDocument(cmp.Or(id, "organization-1"), name)
		return q.save()
	}
	if err != nil {
		return problem.New(problem.Refused, "cmd.read", q.file).Because(err)
	}
	if _, err := q.set.Vocabulary.ReadFile(q.file, data); err != nil {
		return err
	}
	q.doc, err = standing.ReadDocument(data)
	return err
}

func (q *interview) name() (message.Text, error) {
	en, err := q.line(q.msg("ask.name_en"))
	if err != nil {
		return message.Text{}, err
	}
	zh, err := q.line(q.msg("ask.name_zh"))
	en = cmp.Or(en, cmp.Or(zh, "Unnamed"))
	return message.Text{En: en, Zh: cmp.Or(zh, en)}, err
}

// line asks for one line. The end of input, or q, leaves the interview.
func (q *interview) line(prompt string) (string, error) {
	fmt.Fprint(q.out, prompt+" ")
	if !q.lines.Scan() {
		fmt.Fprintln(q.out)
		if err := q.lines.Err(); err != nil {
			return "", problem.New(problem.Refused, "ask.read").Because(err)
		}
		return "", errLeave
	}
	s := strings.TrimSpace(strings.ToValidUTF8(q.lines.Text(), ""))
	if s == "q" {
		return "", errLeave
	}
	return s, nil
}

// nameSystem asks for a system to speak about; none reports that there is none to name.
func (q *interview) nameSystem() (none bool, err error) {
	fmt.Fprintln(q.out, q.msg("ask.system"))
	id, err := q.line(q.msg("ask.system_id"))
	if err != nil || id == "" {
		return id == "", err
	}
	name, err := q.name()
	if err != nil {
		return false, err
	}
	q.doc.AddSystem(id, name)
	return false, nil
}

func (q *interview) assess() (*regime.Assessment, error) {
	data, err := q.doc.Bytes()
	if err != nil {
		return nil, err
	}
	f, err := q.set.Vocabulary.ReadFile(q.file, data)
	if err != nil {
		return nil, err
	}
	return q.set.Assess(f, q.on)
}

// save writes the file whole or not at all.
func (q *interview) save() error {
	data, err := q.doc.Bytes()
	if err != nil {
		return err
	}
	if err := writeFile(q.file, data); err != nil {
		return problem.New(problem.Refused, "ask.write", q.file).Because(err)
	}
	return nil
}

// writeFile replaces a file by writing another beside it, syncing and renaming.
func writeFile(name string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".guanji-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // fails once renamed, as it should
	_, err = f.Write(data)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

func (q *interview) question(next standing.Question, a *regime.Assessment) error {
	f := next.Fact
	about := next.Subject
	if about == string(org.AboutOrganization) {
		about = q.msg("subject.organization")
	}
	fmt.Fprintf(q.out, "\n%s · %s\n%s\n", message.New("status."+string(a.Determination.Status)).In(q.lang), about, f.Question.In(q.lang))
	fmt.Fprintln(q.out, "  "+q.why(next))
	for i, o := range f.Values {
		fmt.Fprintf(q.out, "  %2d  %s (%s)\n", i+1, o.Name.In(q.lang), o.ID)
	}
	for {
		s, err := q.line(q.msg("ask.prompt." + f.Kind.String()))
		if err != nil {
			return err
		}
		switch s {
		case "h":
			fmt.Fprintln(q.out, f.Help.In(q.lang))
			continue
		case "":
			fmt.Fprintln(q.out, "  "+q.msg("ask.want_answer"))
			continue
		case "?":
			q.doc.SetFact(next.Subject, f, org.Value{})
			return nil
		}
		val, mistakes := q.answer(f, s)
		if len(mistakes) == 0 {
			q.doc.SetFact(next.Subject, f, val)
			return nil
		}
		fmt.Fprintln(q.out, "  "+mistakes[0].Msg.In(q.lang))
	}
}

// why says why a question is asked.
func (q *interview) why(next standing.Question) string {
	asked := ""
	for _, r := range q.set.Roles {
		if r.ID.Value == next.Fact.AskedOf {
			asked = q.msg("ask.knows", r.Name)
		}
	}
	if next.Could != "" {
		return q.msg("ask.could", message.New("status."+string(next.Could))) + " " + asked
	}
	return q.msg("ask.duties", next.Duties) + " " + asked
}

// answer reads what was typed as a value of the fact: y, n, a figure, the
// number or id of a choice, or several of them.
func (q *interview) answer(f *org.Fact, s string) (org.Value, problem.List) {
	switch f.Kind {
	case org.Bool:
		if v, ok := map[string]string{"y": "true", "yes": "true", "是": "true", "n": "false", "no": "false", "否": "false"}[strings.ToLower(s)]; ok {
			s = v
		}
	case org.Int:
		s = strings.NewReplacer(",", "", "，", "", " ", "").Replace(s)
	case org.Enum:
		s = choice(f, s)
	case org.Set:
		var ids []string
		for _, part := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(",，、 ", r) }) {
			if part != "-" {
				ids = append(ids, choice(f, part))
			}
		}
		s = "[" + strings.Join(ids, ", ") + "]"
	}
	facts := q.set.Vocabulary.NewFacts()
	n, mistakes := strict.Parse(q.msg("ask.answer"), []byte(f.ID+": "+s))
	if len(mistakes) == 0 {
		q.set.Vocabulary.ReadFacts(facts, n, &mistakes, f.Subject)
	}
	if len(mistakes) == 0 && !facts[f.Index].Known() {
		mistakes = append(mistakes, n.Pos().Spot("ask.want_answer"))
	}
	return facts[f.Index], mistakes
}

// choice turns the number of an option into its id.
func choice(f *org.Fact, s string) string {
	if i, err := strconv.Atoi(s); err == nil && i >= 1 && i <= len(f.Values) {
		return f.Values[i-1].ID
	}
	return strconv.Quote(s)
}
