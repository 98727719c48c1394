package api

import (
	"fmt"
	"net/http"
	"testing"
)

// TestTwoEditOneFact wants who comes second to be shown what stands, and
// nothing to be lost.
func TestTwoEditOneFact(t *testing.T) {
	s := newSite(t)
	s.bank()
	state := func(who string, value, seen int) string {
		return fmt.Sprintf(`{"changes": [{"about": "system", "subject": "wallet", "key": "sys.registered_users", "value": %d, "seen": %d},
			{"about": "organization", "subject": "organization", "key": "pi.sensitive", "value": true, "seen": 0}]}`, value, seen)
	}
	path := Base + "/organizations/acme/statements"
	if w := s.call("administrator", "POST", path, state("administrator", 13, 5)); w.Code != 200 {
		t.Fatalf("the first: %d\n%s", w.Code, w.Body)
	}
	p := s.refused(s.call("editor", "POST", path, state("editor", 14, 5)), http.StatusConflict, "standing.changed")
	if p.Now == nil || p.Now.By != "The administrator" || string(p.Now.Value) != "13" || p.Now.Seq != 6 || p.Now.Key != "sys.registered_users" {
		t.Fatalf("what stands: %+v", p.Now)
	}
	body := fmt.Sprintf(`{"changes": [{"about": "system", "subject": "wallet", "key": "sys.registered_users", "value": 14, "seen": %d}]}`, p.Now.Seq)
	if w := s.call("editor", "POST", path, body); w.Code != 200 {
		t.Errorf("after looking again: %d\n%s", w.Code, w.Body)
	}
	s.refused(s.call("editor", "PUT", Base+"/organizations/acme/systems/wallet/name", `{"name": {"en": "X"}, "seen": 1}`), http.StatusConflict, "standing.changed")
}

// TestTakenBackIsSeenToo wants a statement that was taken back to count as one.
func TestTakenBackIsSeenToo(t *testing.T) {
	s := newSite(t)
	s.bank()
	path := Base + "/organizations/acme/statements"
	fact := `{"changes": [{"about": "organization", "subject": "organization", "key": "org.sectors", %s}]}`
	if w := s.call("editor", "POST", path, fmt.Sprintf(fact, `"taken_back": true, "seen": 4`)); w.Code != 200 {
		t.Fatalf("taking back: %d\n%s", w.Code, w.Body)
	}
	p := s.refused(s.call("editor", "POST", path, fmt.Sprintf(fact, `"value": ["health"], "seen": 4`)), http.StatusConflict, "standing.changed")
	if p.Now == nil || !p.Now.TakenBack {
		t.Errorf("what stands: %+v", p.Now)
	}
}

// TestNothingWasSeen wants a caller who saw what never was to be told so.
func TestNothingWasSeen(t *testing.T) {
	s := newSite(t)
	s.bank()
	w := s.call("editor", "POST", Base+"/organizations/acme/statements", `{"changes": [{"about": "organization", "subject": "organization", "key": "pi.individuals", "value": 1, "seen": 3}]}`)
	if p := s.refused(w, http.StatusConflict, "standing.nothing_there"); p.Now != nil {
		t.Errorf("what stands: %+v", p.Now)
	}
}

// TestTrialsAreOnesOwn wants trials of others not to be there.
func TestTrialsAreOnesOwn(t *testing.T) {
	s := newSite(t)
	s.bank()
	s.do("POST", "/organizations", `{"id": "other", "name": {"en": "Other"}}`)
	made := s.do("POST", "/organizations/acme/trials", `{"name": "mine", "changes": [{"about": "organization", "subject": "organization", "key": "pi.individuals", "value": 1}]}`)
	path := "/organizations/acme/trials/" + made["id"].(string)
	s.refused(s.call("editor", "GET", Base+path, ""), http.StatusNotFound, "standing.no_draft")
	s.refused(s.call("editor", "DELETE", Base+path, ""), http.StatusNotFound, "standing.no_draft")
	s.refused(s.call("administrator", "GET", Base+"/organizations/other/trials/"+made["id"].(string), ""), http.StatusNotFound, "standing.no_draft")
	s.refused(s.call("administrator", "DELETE", Base+"/organizations/other/trials/"+made["id"].(string), ""), http.StatusNotFound, "standing.no_draft")
	var theirs page[trial]
	decode(t, s.call("editor", "GET", Base+"/organizations/acme/trials", ""), &theirs)
	if len(theirs.Items) != 0 {
		t.Errorf("somebody else's trials: %+v", theirs.Items)
	}
	s.do("GET", path, "")
}

// TestPreviewKeepsNothing wants a trial to leave no trace.
func TestPreviewKeepsNothing(t *testing.T) {
	s := newSite(t)
	s.bank()
	before, _ := items(s.do("GET", "/organizations/acme/statements", ""))
	s.do("POST", "/organizations/acme/trials/preview", `{"changes": [{"about": "organization", "subject": "organization", "key": "pi.individuals", "value": 1}]}`)
	if after, _ := items(s.do("GET", "/organizations/acme/statements", "")); len(after) != len(before) {
		t.Errorf("%d statements before, %d after", len(before), len(after))
	}
}
