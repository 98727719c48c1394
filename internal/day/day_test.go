package day

import (
	"encoding/json"
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	tests := map[string]struct {
		in, want string
		bad      bool
	}{
		"plain":          {in: "2026-01-01", want: "2026-01-01"},
		"leap day":       {in: "2024-02-29", want: "2024-02-29"},
		"no such day":    {in: "2025-02-29", bad: true},
		"not a day":      {in: "tomorrow", bad: true},
		"empty":          {in: "", bad: true},
		"too early":      {in: "1899-12-31", bad: true},
		"too late":       {in: "2200-01-01", bad: true},
		"with time":      {in: "2026-01-01T00:00:00Z", bad: true},
		"short year":     {in: "26-01-01", bad: true},
		"full-width day": {in: "２０２６-01-01", bad: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := Parse(tt.in)
			if (err != nil) != tt.bad || got.String() != tt.want {
				t.Errorf("Parse(%q) = %q, %v; want %q, error %v", tt.in, got, err, tt.want, tt.bad)
			}
		})
	}
}

func TestInCountsTheBeijingDay(t *testing.T) {
	at := time.Date(2025, 12, 31, 16, 0, 0, 0, time.UTC) // midnight in Beijing
	if got := In(at).String(); got != "2026-01-01" {
		t.Errorf("In(%v) = %s, want 2026-01-01", at, got)
	}
	if got := In(at.Add(-time.Second)).String(); got != "2025-12-31" {
		t.Errorf("one second earlier = %s, want 2025-12-31", got)
	}
}

func TestSpan(t *testing.T) {
	s := Span{From: Of(2026, 1, 1), Until: Of(2026, 1, 31)}
	tests := map[string]struct {
		day  Day
		span Span
		want bool
	}{
		"first day":     {Of(2026, 1, 1), s, true},
		"last day":      {Of(2026, 1, 31), s, true},
		"day before":    {Of(2025, 12, 31), s, false},
		"day after":     {Of(2026, 2, 1), s, false},
		"open end":      {Of(2099, 1, 1), Span{From: Of(2026, 1, 1)}, true},
		"unknown start": {Of(1990, 1, 1), Span{}, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := tt.span.Holds(tt.day); got != tt.want {
				t.Errorf("%v.Holds(%s) = %v, want %v", tt.span, tt.day, got, tt.want)
			}
		})
	}
}

func TestArithmetic(t *testing.T) {
	d := Of(2024, 2, 28)
	if got := d.AddDays(2).String(); got != "2024-03-01" {
		t.Errorf("AddDays(2) = %s", got)
	}
	if got := d.DaysUntil(Of(2024, 3, 1)); got != 2 {
		t.Errorf("DaysUntil = %d, want 2", got)
	}
	if !d.Before(Of(2024, 3, 1)) || d.After(Of(2024, 3, 1)) || d.Weekday() != time.Wednesday {
		t.Errorf("order or weekday of %s is wrong", d)
	}
	b, err := json.Marshal(Span{From: d})
	if err != nil || string(b) != `["2024-02-28",null]` {
		t.Errorf("Marshal = %s, %v", b, err)
	}
}
