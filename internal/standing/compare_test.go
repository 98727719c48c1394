package standing

import (
	"encoding/json"
	"slices"
	"testing"

	"guanji/internal/org"
	"guanji/internal/regime"
)

// platform is an organization in finance with two platforms, one of which has
// a level already.
func platform(t *testing.T) *Service {
	t.Helper()
	s, _ := acme(t)
	ctx := t.Context()
	say(t, s, OfOrganization("org.sectors"), `["finance"]`, li)
	say(t, s, OfOrganization("org.operates_network"), "true", li)
	for _, id := range []string{"wallet", "portal"} {
		must(t, s.AddUnit(ctx, "acme", org.AboutSystem, id, name, li))
		say(t, s, ofSystem(id, "sys.kind"), `"platform"`, li)
		say(t, s, ofSystem(id, "sys.registered_users"), "8600000", li)
	}
	say(t, s, ofSystem("wallet", "sys.mlps_level"), "3", li)
	say(t, s, ofSystem("portal", "sys.mlps_level"), "2", li)
	return s
}

func differenceOf(t *testing.T, s *Service, changes ...Change) Difference {
	t.Helper()
	before, err := s.View(t.Context(), "acme", s.Today(), s.Today())
	must(t, err)
	after, err := s.Try(t.Context(), "acme", changes, s.Today())
	must(t, err)
	return Compare(before, after)
}

func change(r Ref, value string) Change {
	return Change{Ref: r, Value: json.RawMessage(value), Seen: Whatever}
}

func TestCompareTellsReasons(t *testing.T) {
	s := platform(t)
	d := differenceOf(t, s, change(ofSystem("wallet", "sys.registered_users"), "10500000"))
	rules := func(list []regime.Reason) (ids []string) {
		for _, r := range list {
			ids = append(ids, r.Subject+" "+r.Rule)
		}
		return ids
	}
	if len(d.NewReasons) == 0 || d.NewReasons[0].Subject != "wallet" || len(d.LostReasons) != 0 || d.Same() {
		t.Errorf("a published indicator is met: new reasons %v, lost %v", rules(d.NewReasons), rules(d.LostReasons))
	}
	if d := differenceOf(t, s, change(ofSystem("wallet", "sys.registered_users"), "8600001")); !d.Same() {
		t.Errorf("one user more changes %+v", d)
	}
}

// TestCompareTellsSystems fails if a duty that starts for one system is not
// told since another has it already.
func TestCompareTellsSystems(t *testing.T) {
	s := platform(t)
	d := differenceOf(t, s, change(ofSystem("portal", "sys.mlps_level"), "3"))
	starts := slices.IndexFunc(d.Starts, func(c DutyChange) bool { return slices.Equal(c.Subjects, []string{"portal"}) && c.Yes == 2 })
	if starts < 0 {
		t.Errorf("nothing starts for the portal alone: %+v", d.Starts)
	}
	if ends := slices.IndexFunc(d.Ends, func(c DutyChange) bool { return slices.Equal(c.Subjects, []string{"portal"}) }); ends < 0 {
		t.Errorf("nothing ends for the portal: %+v", d.Ends)
	}
}

func TestCompareTellsTransfers(t *testing.T) {
	s := platform(t)
	must(t, s.AddUnit(t.Context(), "acme", org.AboutTransfer, "hr", name, li))
	r := Ref{org.AboutTransfer, "hr", "transfer.state_secret"}
	d := differenceOf(t, s, change(Ref{org.AboutTransfer, "hr", "transfer.transmitted_abroad"}, "true"), change(r, "true"))
	if len(d.Transfers) != 1 || d.Transfers[0].ID != "hr" || d.Transfers[0].Before != regime.UnknownResult || d.Transfers[0].Result != regime.Stop {
		t.Errorf("transfers %+v", d.Transfers)
	}
}

// TestUnknownStaysUnknown fails if what was answered with “not known” is
// neither asked nor told any more, or if a transfer is not asked about.
func TestUnknownStaysUnknown(t *testing.T) {
	s := platform(t)
	must(t, s.AddUnit(t.Context(), "acme", org.AboutTransfer, "hr", name, li))
	find := func(list []Question, fact, subject string) bool {
		return slices.ContainsFunc(list, func(q Question) bool { return q.Fact.ID == fact && q.Subject == subject })
	}
	view := func() *View {
		v, err := s.View(t.Context(), "acme", s.Today(), s.Today())
		must(t, err)
		return v
	}
	for fact, r := range map[string]Ref{"pi.sensitive": OfOrganization("pi.sensitive"), "transfer.transmitted_abroad": {org.AboutTransfer, "hr", "transfer.transmitted_abroad"}} {
		if v := view(); !find(v.Questions(), fact, r.Subject) || find(v.Unsettled(), fact, r.Subject) {
			t.Errorf("%s is not asked", fact)
		}
		say(t, s, r, "null", li)
		if v := view(); find(v.Questions(), fact, r.Subject) || !find(v.Unsettled(), fact, r.Subject) {
			t.Errorf("%s, answered with “not known”, is asked again or forgotten", fact)
		}
		say(t, s, r, "false", li)
		if v := view(); find(v.Questions(), fact, r.Subject) || find(v.Unsettled(), fact, r.Subject) {
			t.Errorf("%s is settled", fact)
		}
	}
}

// TestCompareTellsWhatIsRuledOut fails if a duty that nobody knew to apply is
// said to end.
func TestCompareTellsWhatIsRuledOut(t *testing.T) {
	s, _ := acme(t)
	d := differenceOf(t, s, change(OfOrganization("org.sectors"), `["energy"]`))
	if len(d.Ends) != 0 || len(d.Settled) == 0 || len(d.Starts) == 0 {
		t.Errorf("%d end, %d are ruled out, %d start", len(d.Ends), len(d.Settled), len(d.Starts))
	}
}
