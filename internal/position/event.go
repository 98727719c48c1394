package position

import (
	"guanji/internal/day"
	"guanji/internal/message"
)

// toldBy reports whether an event had happened by a day, as it was told.
func (h *happening) toldBy(on day.Day) bool {
	return !h.day.After(on) && (h.ended.IsZero() || h.ended.After(on))
}

// onEvent works out a line that every event asks anew.
func (f *folder) onEvent(s *Status, on day.Day) {
	var events []*happening
	for i := range f.events {
		if f.events[i].toldBy(on) {
			events = append(events, &f.events[i])
		}
	}
	if len(events) == 0 {
		f.untold(s, on)
		return
	}
	served, doubted := f.serve(s, events, on)
	most := 0
	for i, kind := range f.kinds {
		if most = max(most, served[i]); served[i] < len(events) || len(doubted[i]) > 0 {
			s.Missing = append(s.Missing, kind)
		}
	}
	for _, h := range events[most:] {
		s.Open = append(s.Open, h.seq)
	}
	if most < len(events) {
		f.await(s, events[most], on)
	} else {
		s.State, s.DueWhy = OnFile, message.New(f.open)
	}
	for _, papers := range doubted {
		for _, p := range papers {
			s.doubt(p)
		}
	}
}

// serve lets the events take their papers, and returns for how many of them,
// the earliest first, there is one of each kind; and of each kind those whose
// gaps are said to be put right, without a paper that was filed for no event
// since.
func (f *folder) serve(s *Status, events []*happening, on day.Day) (served []int, doubted [][]*paper) {
	served, doubted = make([]int, len(f.kinds)), make([][]*paper, len(f.kinds))
	for i := range f.papers {
		p := &f.papers[i]
		if !p.filedBy(on) || p.slot == len(f.kinds) {
			continue
		}
		n, doubts := served[p.slot], f.mended.doubts(p, on)
		takes := n < len(events) && !p.from.Before(events[n].day)
		if takes {
			served[p.slot]++
		}
		switch open := doubted[p.slot]; {
		case takes && doubts:
			doubted[p.slot] = append(open, p)
		case takes:
			s.carry(p, day.Day{})
		case !doubts && len(open) > 0:
			doubted[p.slot] = open[1:]
			s.carry(p, day.Day{})
		}
	}
	return served, doubted
}

// untold works out a line of which nobody told whether its event happened.
func (f *folder) untold(s *Status, on day.Day) {
	kinds := f.keeps(on)
	nothing := kinds[len(f.kinds)]
	doubted := f.hold(s, kinds[:len(f.kinds)])
	if s.State == OnFile || doubted != nil && (nothing.newest == nil || nothing.newest.from.Before(doubted.from)) {
		return
	}
	*s = Status{Applies: s.Applies, State: Unknown, Why: message.New("position.why.untold"), NotCounting: s.NotCounting}
	switch {
	case nothing.newest != nil:
		s.carry(nothing.newest, nothing.longest.until)
		f.until(s, nothing.longest)
		s.Why = message.M{}
	case nothing.lapsed != nil:
		s.Why = message.New("position.why.told_until", nothing.lapsed.until.String())
	}
}
