package position

import (
	"slices"

	"guanji/internal/day"
	"guanji/internal/message"
)

// A row has the papers of one kind, by the day observed. Of many papers, as a
// machine files them day by day, few are looked at.
type row struct {
	papers  []*paper
	longest []*paper // of the papers up to each, the one that counts longest, be it ended
	gaps    []int    // places of those that saw gaps
}

func (r *row) add(p *paper) {
	if p.gaps {
		r.gaps = append(r.gaps, len(r.papers))
	}
	longest := p
	if n := len(r.papers); n > 0 && !p.outlasts(r.longest[n-1]) {
		longest = r.longest[n-1]
	}
	r.papers, r.longest = append(r.papers, p), append(r.longest, longest)
}

// kept is what there is of one kind on a day. Each is a paper, or nil.
type kept struct {
	newest  *paper // of those that count, the one observed last
	longest *paper // and the one that counts longest
	lapsed  *paper // of those that no longer do, the one that did longest
	doubted *paper // where nothing of these was filed since: the last that saw gaps which are said to be put right
}

// keeps returns what there is on a day. What was filed up to a paper with gaps
// shows nothing any longer once they are said to be put right.
func (r *row) keeps(on day.Day, mended mended) kept {
	var k kept
	gaps := r.mended(on, mended)
	after, _ := slices.BinarySearchFunc(r.papers, on.AddDays(1), func(p *paper, d day.Day) int { return p.from.Compare(d) })
	for i := after - 1; i > gaps; i-- {
		best := k.longest
		if k.newest == nil {
			best = k.lapsed
		}
		if best != nil && !r.longest[i].outlasts(best) {
			break
		}
		if r.papers[i].there(on) {
			k.add(r.papers[i], on)
		}
	}
	if gaps >= 0 && k.newest == nil && k.lapsed == nil {
		k.doubt(r.papers[gaps], on)
	}
	return k
}

// mended returns the place of the last paper whose gaps are said to be put
// right, -1 if there is none.
func (r *row) mended(on day.Day, m mended) int {
	for i := len(r.gaps) - 1; i >= 0 && !m.by(on).IsZero(); i-- {
		if p := r.papers[r.gaps[i]]; p.there(on) && m.doubts(p, on) {
			return r.gaps[i]
		}
	}
	return -1
}

func (k *kept) doubt(p *paper, on day.Day) {
	if p.lapsed(on) {
		k.lapsed = p
		return
	}
	k.doubted = p
}

func (k *kept) add(p *paper, on day.Day) {
	switch {
	case p.lapsed(on):
		if k.lapsed == nil || p.outlasts(k.lapsed) {
			k.lapsed = p
		}
	case k.newest == nil:
		k.newest, k.longest = p, p
	case p.outlasts(k.longest):
		k.longest = p
	}
}

// keeps returns what there is of each kind on a day; see [rule.slots].
func (f *folder) keeps(on day.Day) []kept {
	all := make([]kept, len(f.rows))
	for i := range f.rows {
		all[i] = f.rows[i].keeps(on, f.mended)
	}
	return all
}

// last works out a line that evidence carries until it ends, and returns what
// [folder.hold] does.
func (f *folder) last(s *Status, on day.Day) *paper {
	kinds := f.keeps(on)[:len(f.kinds)]
	doubted := f.hold(s, kinds)
	for _, k := range kinds {
		if k.newest == nil && k.lapsed != nil {
			s.overdue(k.lapsed.until.AddDays(1), f.why(k.lapsed))
		}
	}
	return doubted
}

// hold works out what carries a line from what there is of each kind, and
// returns the last paper that is doubted, nil if none is.
func (f *folder) hold(s *Status, kinds []kept) (doubted *paper) {
	s.State, s.DueWhy = None, message.New("position.due.nothing")
	for i, k := range kinds {
		if k.newest != nil {
			s.carry(k.newest, k.longest.until)
			f.until(s, k.longest)
			continue
		}
		s.Missing = append(s.Missing, f.kinds[i])
		if k.lapsed != nil {
			s.NotCounting = append(s.NotCounting, Uncounted{k.lapsed.seq, message.New("position.bar.lapsed", k.lapsed.until.String())})
		}
		if p := k.doubted; p != nil && (doubted == nil || p.from.After(doubted.from)) {
			doubted = p
		}
	}
	for _, k := range kinds {
		s.doubt(k.doubted)
	}
	return doubted
}

// until makes a line on file, be it until the last day of a paper.
func (f *folder) until(s *Status, p *paper) {
	first := s.State != OnFile
	s.State = OnFile
	if first || !p.until.IsZero() && (s.Until.IsZero() || p.until.Before(s.Until)) {
		s.Until, s.Due, s.DueWhy = p.until, p.until, f.why(p)
	}
}

// once works out a line that one record carries. An event is what the limit of
// the duty runs from.
func (f *folder) once(s *Status, on day.Day) {
	if doubted := f.last(s, on); doubted != nil || s.State != None {
		return
	}
	for i := range f.events {
		if h := &f.events[i]; h.toldBy(on) {
			f.await(s, h, on)
			return
		}
	}
}

// await makes a line wait for what an event asks for.
func (f *folder) await(s *Status, h *happening, on day.Day) {
	s.State, s.Until, s.Due, s.DueWhy = None, day.Day{}, h.due, h.dueWhy
	if !h.due.IsZero() && h.due.Before(on) {
		s.overdue(h.due.AddDays(1), h.dueWhy)
	}
}
