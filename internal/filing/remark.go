package filing

import (
	"slices"
	"strings"

	"guanji/internal/evidence"
	"guanji/internal/message"
	"guanji/internal/regime"
)

// Remarks says of a record that was filed what its author may not have meant:
// for which duties it does not count and why, that it tells of gaps, and what
// is left without evidence by what it supersedes. It says nothing of what is no
// record, or has ended.
func Remarks(set *regime.Set, b *evidence.Book, f evidence.Filed) []message.M {
	r := f.Record
	if _, over := b.EndOf(f.Seq); r == nil || over {
		return nil
	}
	list := bars(set, r)
	if r.Result == evidence.Gaps {
		list = append(list, message.New("filing.remark.gaps"))
	}
	if old, ok := b.Get(r.Supersedes); ok && old.Record != nil {
		list = append(list, dropped(old, r)...)
	}
	return list
}

// bars says for which duties a record does not count: one remark for each
// reason.
func bars(set *regime.Set, r *evidence.Record) (list []message.M) {
	duties := map[string][]string{}
	for _, d := range set.Duties {
		if !slices.Contains(r.Duties, d.ID.Value) {
			continue
		}
		if why := bar(d, r); why != "" {
			duties[why] = append(duties[why], d.ID.Value)
		}
	}
	for _, why := range []string{"position.bar.unproven", "position.bar.kind", "position.bar.no_event"} {
		if ids := duties[why]; ids != nil {
			list = append(list, message.New("filing.remark.bar", strings.Join(ids, ", "), message.New(why)))
		}
	}
	return list
}

// bar returns the words for why a record does not count for a duty, "" if it
// does: by the rules of package position.
func bar(d *regime.Duty, r *evidence.Record) string {
	nothing, byEvent := r.Result == evidence.NoEvent, d.Cadence.Kind == "event"
	asked := false
	for _, e := range d.Evidence {
		asked = asked || e.Kind.Value == r.Kind
	}
	switch {
	case nothing && !byEvent:
		return "position.bar.no_event"
	case !nothing && !asked:
		return "position.bar.kind"
	case !r.Proven():
		return "position.bar.unproven"
	}
	return ""
}

// dropped says what a superseded record counted for and the new one does not.
func dropped(old evidence.Filed, r *evidence.Record) (list []message.M) {
	ids := slices.DeleteFunc(slices.Clone(old.Record.Duties), func(id string) bool { return slices.Contains(r.Duties, id) })
	if len(ids) > 0 {
		list = append(list, message.New("filing.remark.dropped", old.Seq, strings.Join(ids, ", ")))
	}
	if was := old.Record.Subject; was != r.Subject && (r.Subject != evidence.AllSystems || was == evidence.Organization) {
		list = append(list, message.New("filing.remark.elsewhere", old.Seq, was, r.Subject))
	}
	return list
}
