package web

import (
	"slices"
	"testing"

	"guanji/internal/message"
	"guanji/internal/regime"
	"guanji/internal/standing"
)

func TestAlikes(t *testing.T) {
	answer := func(id string, as regime.Applies, why string, depends ...string) regime.DutyAnswer {
		return regime.DutyAnswer{Subject: id, Applies: as, Because: []regime.Reason{{Text: message.Text{En: why, Zh: why}}}, DependsOn: depends}
	}
	groups := alikes([]regime.DutyAnswer{
		answer("a", regime.Yes, "named"), answer("b", regime.No, "not named"), answer("c", regime.Unknown, "if named", "sys.cii"),
		answer("d", regime.Yes, "named"), answer("e", regime.Yes, "large"), answer("f", regime.Unknown, "if named", "sys.kind"),
	})
	var got []string
	for _, g := range groups {
		text := string(g.as) + " " + g.because[0].Text.En + ":"
		for _, s := range g.subjects {
			text += " " + s.Subject
		}
		got = append(got, text)
	}
	want := []string{"yes named: a d", "no not named: b", "unknown if named: c", "yes large: e", "unknown if named: f"}
	if !slices.Equal(got, want) {
		t.Errorf("alikes = %q, want %q", got, want)
	}
}

func TestSome(t *testing.T) {
	w := words{message.English}
	list := []string{"a", "b", "c"}
	if got := some(w, list, 3); !slices.Equal(got, list) {
		t.Errorf("some of 3 = %q", got)
	}
	if got := some(w, list, 2); !slices.Equal(got, []string{"a", "b", "and 1 more"}) || list[2] != "c" {
		t.Errorf("some of 2 = %q, and the list is %q", got, list)
	}
}

func TestSubject(t *testing.T) {
	if got := subject("organization"); got != standing.OfOrganization("") {
		t.Errorf("subject of the organization = %v", got)
	}
	if got := subject("payments"); got.About != "system" || got.Subject != "payments" {
		t.Errorf("subject of a system = %v", got)
	}
}
