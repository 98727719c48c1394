package web

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"guanji/internal/day"
	"guanji/internal/message"
	"guanji/internal/org"
	"guanji/internal/standing"
)

// entryView is one statement, worded.
type entryView struct {
	words
	When, By, About, What string
	Path                  string // of the page of the fact, "" where there is none
	Value                 string
	Origin, Sure, Source  string
}

// entries words statements of an organization.
func (q *orgRequest) entries(state *standing.State, list []standing.Entry) []entryView {
	views := make([]entryView, 0, len(list))
	for _, e := range list {
		views = append(views, q.entry(state, e))
	}
	return views
}

func (q *orgRequest) entry(state *standing.State, e standing.Entry) entryView {
	v := entryView{words: q.words, When: clock(e.At), By: e.By, Origin: q.T("origin." + string(e.Origin)),
		Sure: q.T("sure." + string(e.Sure)), Source: e.Source, Value: q.value(e.Ref, e.Value)}
	switch e.About {
	case org.AboutOrganization:
		v.About = q.T("subject.organization")
	case standing.AboutNotice:
		v.About = q.T("subject.notice")
	default:
		v.About = q.Text(state.Name(e.About, e.Subject))
	}
	switch f := q.s.Set.Vocabulary.Fact(e.Key); {
	case e.Key == standing.KeyName || e.Key == standing.KeyNotice:
		v.What = q.T("entry." + e.Key)
	case f == nil:
		v.What = e.Key
	default:
		v.What, v.Path = q.Text(f.Label), q.factPath(e.About, e.Subject, e.Key)
	}
	return v
}

// value words what was stated about a Ref.
func (q *orgRequest) value(r standing.Ref, value json.RawMessage) string {
	if value == nil {
		return q.T("entry.taken_back")
	}
	switch r.Key {
	case standing.KeyName:
		var t message.Text
		_ = json.Unmarshal(value, &t) // written by package standing
		return t.Zh + " / " + t.En
	case standing.KeyNotice:
		var n standing.Notice
		_ = json.Unmarshal(value, &n) // written by package standing
		s := n.NotifiedOn.String() + " " + n.By + " " + n.Reference
		if !n.WithdrawnOn.IsZero() {
			s += q.T("entry.withdrawn", n.WithdrawnOn.String())
		}
		return s
	}
	f := q.s.Set.Vocabulary.Fact(r.Key)
	if f == nil {
		return string(value)
	}
	val, ok := f.FromJSON(value)
	if !ok {
		return string(value)
	}
	return q.Text(f.Show(val.In(f)))
}

type historyPage struct {
	page
	List                 []entryView
	NewerPath, OlderPath string
	From, To, Of         int64
}

const historyShown = 50

// history shows every statement, the newest first.
func (s *server) history(q *orgRequest) error {
	base := q.page("history")
	state, err := s.Standing.State(q.Context(), q.org)
	if err != nil {
		return err
	}
	top := state.Revision
	if n, err := strconv.ParseInt(q.FormValue("before"), 10, 64); err == nil && n > 0 && n <= top {
		top = n - 1
	}
	list, err := s.Standing.Statements(q.Context(), q.org, max(0, top-historyShown), top)
	if err != nil {
		return err
	}
	p := historyPage{page: base, List: q.entries(state, list), Of: state.Revision, From: max(1, top-historyShown+1), To: top}
	if top > historyShown {
		p.OlderPath = q.to("history", "before", strconv.FormatInt(top-historyShown+1, 10))
	}
	if top < state.Revision {
		p.NewerPath = q.to("history", "before", strconv.FormatInt(min(state.Revision, top+historyShown)+1, 10))
	}
	return s.render(q.request, http.StatusOK, "history", p)
}

// clock is a moment as pages show it, in Beijing time.
func clock(t time.Time) string { return t.In(day.Beijing).Format("2006-01-02 15:04") }
