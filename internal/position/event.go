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
	served := f.serve(s, events, on)
	most := 0
	for i, kind := range f.kinds {
		if most = max(most, served[i]); served[i] < len(events) {
			s.Missing = append(s.Missing, kind)
		}
	}
	for _, h := range events[most:] {
		s.Open = append(s.Open, h.seq)
	}
	if most < len(events) {
		f.await(s, events[most], on)
		return
	}
	s.State, s.DueWhy = OnFile, message.New(f.open)
}

// serve lets the events take their papers, and returns for how many of them,
// the earliest first, there is one of each kind.
func (f *folder) serve(s *Status, events []*happening, on day.Day) []int {
	served := make([]int, len(f.kinds))
	for i := range f.papers {
		p := &f.papers[i]
		if !p.filedBy(on) || p.slot == len(f.kinds) {
			continue
		}
		if n := served[p.slot]; n < len(events) && !p.from.Before(events[n].day) {
			served[p.slot]++
			s.carry(p, day.Day{})
		}
	}
	return served
}

// untold works out a line of which nobody told whether its event happened.
func (f *folder) untold(s *Status, on day.Day) {
	kinds := f.keeps(on)
	nothing := kinds[len(f.kinds)]
	f.hold(s, kinds[:len(f.kinds)])
	if s.State == OnFile {
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
