package web

import (
	"slices"
	"strconv"

	"guanji/internal/day"
	"guanji/internal/position"
	"guanji/internal/regime"
)

// heatView is a table of areas over time.
type heatView struct {
	words
	Spans []viewLink
	Days  []heatDay
	Rows  []heatRow
	Keys  []heatKey
	Worst []tag // the states by which a cell is named
	Soft  bool  // of a cell, nothing that binds is counted
}

// heatKey says what a tint stands for.
type heatKey struct{ Class, Name string }

type viewLink struct {
	Path, Name string
	Here       bool
}

type heatDay struct {
	Day, Short, Path string
	Asked            bool
}

type heatRow struct {
	Name, Path string
	Cells      []heatCell
}

// heatCell is an area on a day: the worst state of a duty in it, and how many
// of its lines have evidence on file, by which it is tinted.
type heatCell struct {
	Path, Day    string
	State        tag
	Short, Share string
	Tint         string // class of the share
	Soft         bool   // nothing in the area binds: what is counted is recommended
}

// The spans that a table can be asked for.
const (
	spanQuarter = "quarter" // the last 13 weeks, by their last day
	spanYear    = "year"    // the last 12 months, by their last day
)

// heat works out the table.
func (q *orgRequest) heat() (heatView, error) {
	span := q.FormValue("span")
	if span != spanQuarter {
		span = spanYear
	}
	days := heatDays(q.when.On, span)
	h, err := q.s.Position.Over(q.Context(), q.org, days, q.when.Known)
	if err != nil {
		return heatView{}, err
	}
	v := heatView{words: q.words}
	for _, s := range []string{spanQuarter, spanYear} {
		v.Spans = append(v.Spans, viewLink{q.positionPath("position", "span", s) + "#heat", q.T("stand.span." + s), s == span})
	}
	for _, d := range days {
		short := q.T("stand.month", d.Start().Format("01"), d.Start().Format("06"))
		if span == spanQuarter || d == q.when.On {
			short = d.Start().Format("01-02")
		}
		v.Days = append(v.Days, heatDay{d.String(), short, q.onDay(d, ""), d == q.when.On})
	}
	for _, a := range h.Areas {
		row := heatRow{Name: q.areaName(a.Area), Path: q.onDay(q.when.On, a.Area)}
		for i, c := range a.Cells {
			cell := q.heatCell(days[i], a.Area, c)
			v.Soft = v.Soft || cell.Soft
			row.Cells = append(row.Cells, cell)
		}
		v.Rows = append(v.Rows, row)
	}
	for i := range shares + 1 {
		class := shareClass(i, shares)
		v.Keys = append(v.Keys, heatKey{class, q.T("stand." + class)})
	}
	for _, s := range position.States() {
		v.Worst = append(v.Worst, q.standTag(s))
	}
	return v, nil
}

// shares is how many tints there are besides that of a share of nothing.
const shares = 4

// shareClass is the tint of a share: of nothing, of up to a third, two thirds
// and less than all, and of all.
func shareClass(n, of int) string {
	switch {
	case n == 0:
		return "share-0"
	case n == of:
		return "share-4"
	}
	return "share-" + strconv.Itoa(1+3*n/of)
}

func (q *orgRequest) heatCell(d day.Day, area string, c position.Cell) heatCell {
	cell := heatCell{Path: q.onDay(d, area), Day: d.String()}
	counts := c.Binding
	if counts.All() == 0 {
		counts, cell.Soft = c.Other, true
	}
	for _, s := range position.States() {
		if counts.Of(s) > 0 {
			cell.State, cell.Short = q.standTag(s), q.T("stand.short."+string(s))
			filed, all := counts.Of(position.OnFile)+counts.Of(position.Expiring), counts.All()
			cell.Share, cell.Tint = q.T("stand.share", filed, all), shareClass(filed, all)
			return cell
		}
	}
	return heatCell{Day: cell.Day} // nothing stands there
}

// onDay is the page for another day, with the lines of an area.
func (q *orgRequest) onDay(d day.Day, area string) string {
	w := when{On: d, Known: q.when.Known, today: q.when.today}
	path := orgPath(q.org, "position") + w.query("area", area, "span", q.FormValue("span"))
	if area != "" {
		path += "#list"
	}
	return path
}

// heatDays are the days of a table, the one asked last. Days of which the law is
// not held are left out.
func heatDays(on day.Day, span string) []day.Day {
	days := []day.Day{on}
	if span == spanQuarter {
		for last := on.AddDays(-(int(on.Weekday())+6)%7 - 1); len(days) < 14; last = last.AddDays(-7) { // Sundays
			days = append(days, last)
		}
	} else {
		for first := monthOf(on); len(days) < 13; first = monthOf(first.AddDays(-1)) {
			days = append(days, first.AddDays(-1))
		}
	}
	slices.Reverse(days)
	return slices.DeleteFunc(days, func(d day.Day) bool { return d.Before(regime.FirstAssessDay) })
}

// monthOf is the first day of the month of a day.
func monthOf(d day.Day) day.Day {
	t := d.Start()
	return day.Of(t.Year(), t.Month(), 1)
}
