package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"guanji/internal/incident"
	"guanji/internal/problem"
)

// mostDismissed is how many alerts one form dismisses.
const mostDismissed = 100

// dismissView is the form by which several alerts are dismissed at once.
type dismissView struct {
	words
	Path  string
	State string // of the list that is shown, to come back to
	Why   stepField
	Error string // nothing was chosen, or too much
}

// dismissMany is empty, or comes back as it was sent.
func (q *orgRequest) dismissMany(at map[string]string) *dismissView {
	f := &stepForm{words: q.words, Kind: "dismiss", Scope: "many-"}
	why := f.text("why", q.PostForm.Get("why"), true)
	why.Error = at["why"]
	return &dismissView{words: q.words, Path: q.to("incidents/dismiss"), State: q.FormValue("state"), Why: *why, Error: at["case"]}
}

// pickName is what the list sends of an alert that was ticked: its number, and
// its revision as the reader saw it.
func pickName(c *incident.Case) string {
	return strconv.FormatInt(c.Number, 10) + "." + strconv.FormatInt(c.Revision(), 10)
}

// readPick reads what [pickName] writes.
func readPick(text string) (number, seen int64, ok bool) {
	n, s, _ := strings.Cut(text, ".")
	number, right := byteCount(n)
	seen, ok = byteCount(s)
	return number, seen, ok && right && number > 0
}

// dismissAlerts dismisses the alerts that were ticked, each by a step of its
// own. What somebody else saw to meanwhile is left as it is.
func (s *server) dismissAlerts(q *orgRequest) error {
	r := &formReader{orgRequest: q}
	step := incident.Step{Dismiss: &incident.Dismiss{Why: r.text("why")}}
	picked := slices.Compact(slices.Sorted(slices.Values(q.PostForm["case"])))
	switch {
	case len(picked) == 0:
		r.fail("case", "cases.dismiss.none")
	case len(picked) > mostDismissed:
		r.fail("case", "cases.dismiss.many", mostDismissed)
	}
	r.Fields = append(r.Fields, step.Check(s.Now())...)
	if len(r.Fields) > 0 {
		at, err := q.fieldErrors(r.Fields)
		if err != nil {
			return err
		}
		return q.renderIncidents(http.StatusUnprocessableEntity, at)
	}
	done, left, err := q.dismissEach(picked, step)
	if err != nil {
		return err
	}
	s.redirect(q.request, q.to("incidents", "state", q.PostForm.Get("state"), "dismissed", strconv.Itoa(done), "left", strconv.Itoa(left)))
	return nil
}

// dismissEach dismisses alerts one by one, and counts those that were, and
// those that somebody else saw to.
func (q *orgRequest) dismissEach(picked []string, step incident.Step) (done, left int, err error) {
	for _, text := range picked {
		number, seen, ok := readPick(text)
		if !ok {
			return done, left, problem.New(problem.Input, "web.bad_form")
		}
		_, err := q.s.Respond.Add(q.Context(), q.org, q.holder.Name, number, seen, step)
		switch problem.KindOf(err) {
		case "":
			done++
		case problem.Conflict, problem.Refused:
			left++
		default:
			return done, left, err
		}
	}
	return done, left, nil
}

// dismissed says how many alerts were dismissed at once.
func (q *orgRequest) dismissed() (done, left string) {
	count := func(name, key string) string {
		n, ok := byteCount(q.URL.Query().Get(name))
		if !ok || n == 0 || n > mostDismissed {
			return ""
		}
		return q.T(key, n)
	}
	return count("dismissed", "cases.dismiss.done"), count("left", "cases.dismiss.left")
}
