package api

import (
	"guanji/internal/day"
)

// OnDay is the day that is asked about.
type OnDay struct {
	On string `query:"on" format:"date" doc:"The day asked about, YYYY-MM-DD, in Beijing; today if absent."`
}

// KnownOn is the day by whose end something was stated.
type KnownOn struct {
	Known string `query:"known" format:"date" doc:"Count only what had been stated by the end of this day; everything if absent."`
}

// parse returns a day of a query, and another where there is none.
func parse(parameter, text string, otherwise day.Day) (day.Day, error) {
	if text == "" {
		return otherwise, nil
	}
	d, err := day.Parse(text)
	if err != nil {
		return d, wrong("query."+parameter, "api.want_day")
	}
	return d, nil
}
