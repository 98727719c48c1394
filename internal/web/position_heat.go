package web

import (
	"slices"

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
}

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
// of its lines have evidence on file.
type heatCell struct {
	Path, Day    string
	State        tag
	Short, Share string
	Soft         bool // nothing in the area binds: what is counted is recommended
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
			row.Cells = append(row.Cells, q.heatCell(days[i], a.Area, c))
		}
		v.Rows = append(v.Rows, row)
	}
	return v, nil
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
			cell.Share = q.T("stand.share", counts.Of(position.OnFile)+counts.Of(position.Expiring), counts.All())
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
