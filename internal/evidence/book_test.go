package evidence

import (
	"testing"
	"time"

	"guanji/internal/day"
)

// aBook has, by number: 1 a record, 2 one in its place, 3 a plan, 4 its end, 5
// a record, 6 its withdrawal, 7 a record that nothing ended. One was filed on
// each day from 1 March 2026 on, at noon.
func aBook() *Book {
	record := func(observed string, supersedes int64) Item {
		r := goodRecord()
		r.Observed, r.Supersedes = on(observed), supersedes
		return Item{Record: r}
	}
	var filed []Filed
	for i, item := range []Item{
		record("2026-01-10", 0), record("2026-02-10", 1), {Plan: &Plan{Started: on("2026-01-05")}}, {End: &End{Of: 3, How: Done, Day: on("2026-01-25")}},
		record("2026-02-11", 0), {End: &End{Of: 5, How: Withdrawn, Day: on("2026-02-20")}}, record("2026-02-12", 0),
	} {
		filed = append(filed, Filed{Item: item, Seq: int64(i + 1), At: on("2026-03-01").AddDays(i).Start().Add(12 * time.Hour)})
	}
	return NewBook(filed)
}

func TestBookEnds(t *testing.T) {
	b := aBook()
	tests := map[string]struct {
		seq   int64
		by    int64 // 0: nothing
		ended string
	}{
		"superseded: by the record, from its day on": {1, 2, "2026-02-10"},
		"what stands in its place":                   {2, 0, ""},
		"a plan carried out":                         {3, 4, "2026-01-25"},
		"a record withdrawn":                         {5, 6, "2026-02-20"},
		"a record that counts":                       {7, 0, ""},
		"nothing":                                    {8, 0, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			end, ok := b.EndOf(tt.seq)
			if end.Seq != tt.by || ok != (tt.by != 0) || b.Ended(tt.seq).String() != tt.ended {
				t.Errorf("%d ended by %d on %q, want %d, %q", tt.seq, end.Seq, b.Ended(tt.seq), tt.by, tt.ended)
			}
		})
	}
}

func TestBookGet(t *testing.T) {
	b := aBook()
	for seq := int64(-1); seq <= 9; seq++ {
		f, ok := b.Get(seq)
		if want := seq >= 1 && seq <= 7; ok != want || ok && f.Seq != seq {
			t.Errorf("Get(%d) = %d, %v", seq, f.Seq, ok)
		}
	}
	if b.Revision() != 7 || NewBook(nil).Revision() != 0 {
		t.Errorf("revisions %d and %d, want 7 and 0", b.Revision(), NewBook(nil).Revision())
	}
}

func TestBookKnownBy(t *testing.T) {
	b := aBook()
	tests := map[string]struct {
		by       string
		revision int64
		ended    day.Day // of 1, which 2 supersedes
	}{
		"before anything":         {"2026-02-28", 0, day.Day{}},
		"the end of the first":    {"2026-03-01", 1, day.Day{}},
		"once it was superseded":  {"2026-03-02", 2, on("2026-02-10")},
		"the day before the last": {"2026-03-06", 6, on("2026-02-10")},
		"everything":              {"2026-03-07", 7, on("2026-02-10")},
		"long after":              {"2027-01-01", 7, on("2026-02-10")},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			known := b.KnownBy(on(tt.by))
			if known.Revision() != tt.revision || known.Ended(1) != tt.ended {
				t.Errorf("known by %s: revision %d, 1 ended %q", tt.by, known.Revision(), known.Ended(1))
			}
		})
	}
	if b.Revision() != 7 {
		t.Error("asking what was known changed the book")
	}
}

func TestBookWith(t *testing.T) {
	b := aBook()
	more := b.With([]Filed{{Item: Item{End: &End{Of: 7, How: Withdrawn, Day: on("2026-03-01")}}, Seq: 8}})
	if more.Ended(7) != on("2026-03-01") || more.Revision() != 8 {
		t.Errorf("7 ended %q, revision %d", more.Ended(7), more.Revision())
	}
	if _, ok := b.EndOf(7); ok || b.Revision() != 7 {
		t.Error("the book before was changed")
	}
}
