package web

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"guanji/internal/day"
	"guanji/internal/message"
	"guanji/internal/org"
	"guanji/internal/problem"
	"guanji/internal/standing"
)

// noticeView is a notice of designation, and the form for one.
type noticeView struct {
	words
	ID, Path, RemovePath    string
	NotifiedOn, WithdrawnOn field
	By, Reference, Systems  field
	Boxes                   []option // the systems, where they are few; else their ids are typed
	Sure                    []option
	Source                  field
	Stands                  tag
	Line                    string
	Open                    bool       // the form is shown
	Seen                    int64      // the statement that the form was made from
	Conflict                *entryView // what somebody else stated in between
	Mine                    string     // and what was to be stated
}

// notices are those that stand, and the form for another. A notice whose form
// was not taken is shown as it was sent.
func (q *orgRequest) notices(state *standing.State, failed noticeView) ([]noticeView, noticeView) {
	var list []noticeView
	for _, id := range state.Units(standing.AboutNotice) {
		n := state.Notice(id)
		v := q.notice(id, n, nil)
		v.Seen = state.Seq(noticeRef(id))
		if failed.ID == id {
			v = failed
		}
		v.Line = q.value(standing.Ref{Key: standing.KeyNotice}, standing.Encode(n))
		v.Stands = tag{"no", "–", q.T("notice.ended")}
		if (org.Designation{NotifiedOn: n.NotifiedOn, WithdrawnOn: n.WithdrawnOn}).StandsOn(q.when.On) {
			v.Stands = tag{"designated", "■", q.T("notice.stands")}
		}
		list = append(list, v)
	}
	if failed.Open && failed.ID == "" {
		return list, failed
	}
	return list, q.notice("", standing.Notice{}, nil)
}

func (q *orgRequest) notice(id string, n standing.Notice, at map[string]string) noticeView {
	text := func(name, value, typ string, optional bool) field {
		return field{words: q.words, Name: name, Label: q.T("notice." + name), Hint: q.hint("notice." + name), Value: value, Type: typ, Optional: optional, Error: at[name], Max: 200, Scope: id}
	}
	v := noticeView{words: q.words, ID: id, Path: q.to("notices"), NotifiedOn: text("notified_on", n.NotifiedOn.String(), "date", false),
		By: text("by", n.By, "", true), Reference: text("reference", n.Reference, "", true),
		Systems: text("systems", strings.Join(n.Systems, ", "), "", true), WithdrawnOn: text("withdrawn_on", n.WithdrawnOn.String(), "date", true), Open: len(at) > 0}
	v.Systems.Max = 4000
	v.Boxes = q.systemBoxes(n.Systems)
	v.Systems.Error = at["systems"]
	v.Sure, v.Source = q.sures(standing.Sure(cmp.Or(q.PostFormValue("sure"), string(standing.Stated)))), q.sourceField(q.PostFormValue("source"), at["source"])
	v.Source.Scope = id
	if id != "" {
		v.Path = q.to("notices/" + url.PathEscape(id))
		v.RemovePath = q.to("notices/" + url.PathEscape(id) + "/remove")
	}
	return v
}

// mostBoxes is up to how many systems are shown one by one.
const mostBoxes = 40

// systemBoxes are the systems of the organization, those named checked, with
// any that were removed since.
func (q *orgRequest) systemBoxes(named []string) []option {
	ids := q.now.Units(org.AboutSystem)
	if len(ids) > mostBoxes {
		return nil
	}
	for _, id := range named {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	boxes := make([]option, len(ids))
	for i, id := range ids {
		boxes[i] = option{id, q.Text(q.now.Name(org.AboutSystem, id)), slices.Contains(named, id)}
	}
	return boxes
}

// hint is the hint of a field, where there is one.
func (w words) hint(key string) string {
	if !message.Known(key + ".hint") {
		return ""
	}
	return w.T(key + ".hint")
}

// readNotice reads the form of a notice, with every mistake in it.
//
// A system that the notice named before may have been removed since: what a
// notice says stays what it says.
func (q *orgRequest) readNotice(state *standing.State, named []string) (standing.Notice, map[string]string) {
	at := map[string]string{}
	readDay := func(name string) day.Day {
		text := strings.TrimSpace(q.PostFormValue(name))
		d, err := day.Parse(text)
		if err != nil && text != "" {
			at[name] = q.T("web.bad_day", text)
		}
		return d
	}
	n := standing.Notice{NotifiedOn: readDay("notified_on"), WithdrawnOn: readDay("withdrawn_on"), By: shortText(q.PostFormValue("by")), Reference: shortText(q.PostFormValue("reference"))}
	if n.NotifiedOn.IsZero() && at["notified_on"] == "" {
		at["notified_on"] = q.T("standing.bad_notice")
	}
	if !n.WithdrawnOn.IsZero() && n.WithdrawnOn.Before(n.NotifiedOn) {
		at["withdrawn_on"] = q.T("file.withdrawn_early", n.WithdrawnOn.String(), n.NotifiedOn.String())
	}
	ids := strings.FieldsFunc(q.PostFormValue("systems"), func(r rune) bool { return strings.ContainsRune(",，、; \n\r\t", r) })
	for _, id := range append(ids, q.PostForm["system"]...) {
		if !state.Exists(org.AboutSystem, id) && !slices.Contains(named, id) {
			at["systems"] = q.T("standing.no_subject", id)
		}
		n.Systems = append(n.Systems, id)
	}
	return n, at
}

// shortText is text of one line as it is kept.
func shortText(s string) string { return strings.Join(strings.Fields(strings.ToValidUTF8(s, "")), " ") }

func noticeRef(id string) standing.Ref {
	return standing.Ref{About: standing.AboutNotice, Subject: id, Key: standing.KeyNotice}
}

func (s *server) addNotice(q *orgRequest) error {
	n, at := q.readNotice(q.now, nil)
	if len(at) > 0 {
		return q.renderStanding(http.StatusUnprocessableEntity, q.notice("", n, at))
	}
	err := s.Standing.AddNotice(q.Context(), q.org, n, q.author())
	if at, err = q.fieldErrors(err); err != nil {
		return err
	} else if at != nil {
		return q.renderStanding(http.StatusUnprocessableEntity, q.notice("", n, at))
	}
	s.redirect(q.request, q.to("standing", "done", "saved")+"#notices")
	return nil
}

// saveNotice states what a notice says, unless somebody else has said otherwise
// since the form was made.
func (s *server) saveNotice(q *orgRequest) error {
	id := q.PathValue("id")
	if !q.now.Exists(standing.AboutNotice, id) {
		return problem.New(problem.NotFound, "web.no_page")
	}
	n, at := q.readNotice(q.now, q.now.Notice(id).Systems)
	seen, err := q.seen()
	if err != nil {
		return err
	}
	again := q.notice(id, n, at)
	again.Seen, again.Open = seen, true
	if len(at) > 0 {
		return q.renderStanding(http.StatusUnprocessableEntity, again)
	}
	err = s.Standing.Append(q.Context(), q.org, []standing.Change{{Ref: noticeRef(id), Value: standing.Encode(n), Seen: seen}}, q.author())
	if changed, ok := errors.AsType[*standing.Changed](err); ok {
		now := q.entry(q.now, changed.Now)
		again.Conflict, again.Mine, again.Seen = &now, q.value(noticeRef(id), standing.Encode(n)), changed.Now.Seq
		return q.renderStanding(http.StatusConflict, again)
	}
	if at, err = q.fieldErrors(err); err != nil {
		return err
	} else if at != nil {
		again.Source.Error = at["source"]
		return q.renderStanding(http.StatusUnprocessableEntity, again)
	}
	s.redirect(q.request, q.to("standing", "done", "saved")+"#notices")
	return nil
}

func (s *server) removeNotice(q *orgRequest) error {
	if err := s.Standing.Remove(q.Context(), q.org, standing.AboutNotice, q.PathValue("id"), q.author()); err != nil {
		return err
	}
	s.redirect(q.request, q.to("standing", "done", "removed")+"#notices")
	return nil
}
