package filing

import (
	"maps"
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
	duties := map[evidence.Bar][]string{}
	for _, d := range set.Duties {
		if slices.Contains(r.Duties, d.ID.Value) {
			why := r.Bar(kindsOf(d), d.Cadence.Kind == "event")
			duties[why] = append(duties[why], d.ID.Value)
		}
	}
	delete(duties, evidence.NoBar)
	for _, why := range slices.Sorted(maps.Keys(duties)) {
		list = append(list, message.New("filing.remark.bar", strings.Join(duties[why], ", "), why.Message()))
	}
	return list
}

// kindsOf returns the kinds of evidence that a duty asks for.
func kindsOf(d *regime.Duty) []string {
	kinds := make([]string, len(d.Evidence))
	for i, e := range d.Evidence {
		kinds[i] = e.Kind.Value
	}
	return kinds
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
