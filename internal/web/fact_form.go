package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"guanji/internal/account"
	"guanji/internal/message"
	"guanji/internal/org"
	"guanji/internal/problem"
	"guanji/internal/standing"
)

// factForm asks one fact of one subject.
type factForm struct {
	words
	Path                  string // where it is sent
	Question, Help, About string
	Fact, Why, Knows      string
	Duties                []link // that depend on the answer
	Input                 factInput
	Sure                  []option
	Source                field
	SureError             string
	Seen                  int64
	Conflict              *entryView // what somebody else stated in between
	Mine                  string     // and what was to be stated
	Flow                  bool       // part of the questions: the next follows
	Only                  string     // subject that questions are limited to
	Skip                  []string
	SkipPath              string
	Write                 bool
	Ref                   standing.Ref
}

type link struct{ Path, Name string }

// factInput is the control for a value.
type factInput struct {
	words
	Kind     string
	Options  []option
	Number   string
	Unit     string
	Unknown  bool
	None     bool
	Error    string
	Example  string
	Multiple bool
}

// The answers that are no value.
const (
	answerUnknown = "?"
	answerNone    = "-"
)

// factPath is the page of a fact.
func (q *orgRequest) factPath(about org.Subject, subject, fact string) string {
	return q.to("facts/" + string(about) + "/" + url.PathEscape(subject) + "/" + fact)
}

// form makes the form of a fact, filled with the answer that stands.
func (q *orgRequest) form(v *standing.View, f *org.Fact, r standing.Ref) factForm {
	form := factForm{words: q.words, Path: q.factPath(r.About, r.Subject, r.Key), Question: q.Text(f.Question), Help: q.Text(f.Help), Fact: f.ID,
		About: q.subjectOf(v.State, r), Write: q.holder.May(account.Write), Input: q.input(f), Source: q.sourceField("", ""),
		Ref: r, Sure: q.sures(standing.Stated)}
	for _, role := range q.s.Set.Roles {
		if role.ID.Value == f.AskedOf {
			form.Knows = q.T("ask.knows", role.Name)
		}
	}
	form.Seen = v.State.Seq(r)
	if e, ok := v.State.Entry(r); ok {
		// How sure and from where is asked anew: what vouched for one answer
		// does not vouch for another.
		if val, ok := f.FromJSON(e.Value); ok {
			form.Input.fill(f, val)
		}
	}
	return form
}

// subjectOf names what a statement is about.
func (q *orgRequest) subjectOf(state *standing.State, r standing.Ref) string {
	if r.About == org.AboutOrganization {
		return q.T("subject.organization")
	}
	return q.Text(state.Name(r.About, r.Subject))
}

func (q *request) sourceField(value, wrong string) field {
	return field{words: q.words, Name: "source", Label: q.T("fact.source"), Hint: q.T("fact.source.hint"), Value: value,
		Max: standing.MaxSource, Optional: true, Error: wrong}
}

func (w words) sures(chosen standing.Sure) []option {
	var list []option
	for _, s := range standing.Sures() {
		list = append(list, option{string(s), w.T("sure." + string(s)), s == chosen})
	}
	return list
}

// input returns the empty control of a fact.
func (w words) input(f *org.Fact) factInput {
	in := factInput{words: w, Kind: f.Kind.String(), Multiple: f.Kind == org.Set}
	if f.Unit != "" {
		in.Unit = w.T("fact.unit." + f.Unit)
	}
	switch f.Kind {
	case org.Bool:
		in.Options = []option{{Value: "yes", Name: w.T("value.yes")}, {Value: "no", Name: w.T("value.no")}}
	case org.Enum, org.Set:
		for _, o := range f.Values {
			in.Options = append(in.Options, option{Value: o.ID, Name: w.Text(o.Name)})
		}
	default:
		in.Example = w.T("fact.number.hint")
	}
	return in
}

// fill chooses what stands.
func (in *factInput) fill(f *org.Fact, val org.Value) {
	if !val.Known() {
		in.Unknown = true
		return
	}
	var chosen []string
	switch x := val.In(f).(type) {
	case bool:
		chosen = []string{map[bool]string{true: "yes", false: "no"}[x]}
	case string:
		chosen = []string{x}
	case []string:
		chosen, in.None = x, len(x) == 0
	case int64:
		in.Number = strconv.FormatInt(x, 10)
	case float64:
		in.Number = strconv.FormatFloat(x, 'g', -1, 64)
	}
	in.choose(chosen)
}

func (in *factInput) choose(chosen []string) {
	for i := range in.Options {
		in.Options[i].Chosen = slices.Contains(chosen, in.Options[i].Value)
	}
}

// posted fills the control with what was sent, be it wrong.
func (in *factInput) posted(answers []string, number string) {
	in.Number, in.Unknown, in.None = number, slices.Contains(answers, answerUnknown), slices.Contains(answers, answerNone)
	in.choose(answers)
}

// readAnswer reads the answer to a fact: a value, or null for not known.
func readAnswer(f *org.Fact, answers []string, number string) (json.RawMessage, *message.M) {
	if slices.Contains(answers, answerUnknown) {
		if len(answers) > 1 || strings.TrimSpace(number) != "" {
			m := message.New("fact.unknown_and_more")
			return nil, &m
		}
		return json.RawMessage("null"), nil
	}
	switch {
	case f.Kind == org.Int || f.Kind == org.Number:
		answers = []string{number}
	case f.Kind == org.Set && slices.Equal(answers, []string{answerNone}):
		answers = nil
	case f.Kind == org.Set && len(answers) == 0:
		answers = []string{""}
	}
	if f.Kind == org.Set && slices.Contains(answers, "") {
		m := message.New("answer.set")
		return nil, &m
	}
	val, wrong := f.Parse(answers...)
	if wrong != nil {
		return nil, wrong
	}
	return standing.Encode(val.In(f)), nil
}

// refused is the code of an answer that shows the form again.
func (f *factForm) refused() int {
	if f.Conflict != nil {
		return http.StatusConflict
	}
	return http.StatusUnprocessableEntity
}

// seen is the number of the statement that a form was made from.
func (q *request) seen() (int64, error) {
	n, err := strconv.ParseInt(q.PostFormValue("seen"), 10, 64)
	if err != nil || n < 0 {
		return 0, problem.New(problem.Input, "web.bad_form")
	}
	return n, nil
}

// state states what a form says. It returns the form to show again if it was
// not taken.
func (q *orgRequest) state(v *standing.View, f *org.Fact, r standing.Ref) (*factForm, error) {
	seen, err := q.seen()
	if err != nil {
		return nil, err
	}
	form := q.form(v, f, r)
	form.Input.posted(q.PostForm["answer"], q.PostFormValue("number"))
	form.Sure, form.Source = q.sures(standing.Sure(q.PostFormValue("sure"))), q.sourceField(q.PostFormValue("source"), "")
	var value json.RawMessage
	if q.PostFormValue("take_back") == "" {
		var wrong *message.M
		if value, wrong = readAnswer(f, q.PostForm["answer"], q.PostFormValue("number")); wrong != nil {
			form.Input.Error = wrong.In(q.lang)
			return &form, nil
		}
	}
	err = q.s.Standing.Append(q.Context(), q.org, []standing.Change{{Ref: r, Value: value, Seen: seen}}, q.author())
	if changed, ok := errors.AsType[*standing.Changed](err); ok {
		now := q.entry(v.State, changed.Now)
		form.Conflict, form.Mine, form.Seen = &now, q.value(r, value), changed.Now.Seq
		return &form, nil
	}
	at, err := q.fieldErrors(err)
	if err != nil || at == nil {
		return nil, err
	}
	form.SureError, form.Source.Error = at["sure"], at["source"]
	form.Input.Error = at[r.Subject+"/"+r.Key]
	return &form, nil
}
