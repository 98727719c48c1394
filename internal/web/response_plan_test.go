package web

import (
	"strings"
	"testing"

	"guanji/internal/day"
	"guanji/internal/incident"
	"guanji/internal/message"
	"guanji/internal/regime"
)

func TestLadderIsAltered(t *testing.T) {
	full := strings.Repeat("x ", incident.MaxLadder)
	tests := map[string]struct {
		had, do, want string
		focused       int
	}{
		"another":                  {"a b", "add", "a b -", 3},
		"another of none":          {"", "add", "-", 1},
		"another where it is full": {full, "add", full, 0},
		"remove the first":         {"a b c", "remove-1", "b c", 1},
		"remove the last":          {"a b c", "remove-3", "a b", 2},
		"remove the only one":      {"a", "remove-1", "", 0},
		"earlier":                  {"a b c", "earlier-3", "a c b", 2},
		"earlier than the first":   {"a b", "earlier-1", "a b", 0},
		"later":                    {"a b c", "later-1", "b a c", 2},
		"later than the last":      {"a b", "later-2", "a b", 0},
		"nobody":                   {"a b", "remove-3", "a b", 0},
		"nobody, before the first": {"a b", "later-0", "a b", 0},
		"less than nobody":         {"a b", "remove--1", "a b", 0},
		"no number":                {"a b", "remove-x", "a b", 0},
		"too large a number":       {"a b", "later-99999999999999999999", "a b", 0},
		"nothing that there is":    {"a b", "drop-1", "a b", 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var d planDraft
			for _, n := range strings.Fields(tt.had) {
				d.plan.Ladder = append(d.plan.Ladder, incident.Person{Name: n})
			}
			d.alter(tt.do)
			var got []string
			for _, p := range d.plan.Ladder {
				if p.Name == "" {
					p.Name = "-"
				}
				got = append(got, p.Name)
			}
			if strings.Join(got, " ") != strings.TrimSpace(tt.want) || d.focused != tt.focused {
				t.Errorf("alter(%s) of %q = %q with person %d in focus, want %q and %d", tt.do, tt.had, got, d.focused, tt.want, tt.focused)
			}
		})
	}
}

func TestContactTag(t *testing.T) {
	today := day.Of(2026, 11, 26)
	q := &orgRequest{request: &request{words: words{message.English}}, when: when{today: today}}
	known := regime.Recipient{Ways: []regime.Way{{Kind: "phone", Value: "12387"}}}
	tests := map[string]struct {
		recipient regime.Recipient
		contact   incident.Contact
		needed    bool
		want      string
	}{
		"not needed":                  {regime.Recipient{}, incident.Contact{}, false, "need not be told"},
		"not needed, written":         {regime.Recipient{}, incident.Contact{Phone: "1", Checked: today}, false, "tried today"},
		"nothing":                     {regime.Recipient{}, incident.Contact{}, true, "no number or way"},
		"a name alone":                {regime.Recipient{}, incident.Contact{Name: "Duty desk", Checked: today}, true, "no number or way"},
		"known for the whole country": {known, incident.Contact{}, true, "never tried"},
		"a number":                    {regime.Recipient{}, incident.Contact{Phone: "1"}, true, "never tried"},
		"another way":                 {regime.Recipient{}, incident.Contact{Other: "a@example.cn"}, true, "never tried"},
		"tried half a year ago":       {regime.Recipient{}, incident.Contact{Phone: "1", Checked: today.AddDays(-staleAfter)}, true, "tried 180 days ago"},
		"tried longer ago":            {regime.Recipient{}, incident.Contact{Phone: "1", Checked: today.AddDays(-staleAfter - 1)}, true, "not tried for 181 days"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := q.contactTag(tt.recipient, tt.contact, tt.needed); got.Name != tt.want {
				t.Errorf("contactTag = %q, want %q", got.Name, tt.want)
			}
		})
	}
}
