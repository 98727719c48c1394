package main

import (
	"net/http"
	"strings"
	"testing"
)

// TestTerminalIsNoSecondPerson has one person use an account and the terminal:
// that makes no two.
func TestTerminalIsNoSecondPerson(t *testing.T) {
	s := serve(t, t.TempDir())
	terminal := func(want int, args ...string) string {
		t.Helper()
		code, out, errs := call(t, "C", "", append(append([]string{"witness"}, args...), "--home", s.home)...)
		if code != want {
			t.Fatalf("witness %q: %d, want %d: %s%s", args, code, want, out, errs)
		}
		return out + errs
	}
	early := strings.Fields(terminal(exitDone, "propose", "folder", "/mnt/early"))[0]
	ann := s.first(t, "Li Na")
	ann.want(http.StatusSeeOther, ann.post("/ledger/witnesses", "means", "folder", "address", "/mnt/auditor"))
	shown := allowShown.FindAllStringSubmatch(ann.get("/ledger/witnesses").body, -1) // the newest last
	path := shown[len(shown)-1][1]
	for _, args := range [][]string{{"allow", early}, {"allow", path[strings.LastIndex(path, "/")+1:]}, {"propose", "folder", "/mnt/late"}} {
		if got := terminal(exitFailed, args...); !strings.Contains(got, "people are accounts") {
			t.Errorf("witness %q: %s", args, got)
		}
	}
	s.join(t, ann, "Zhao Min", "reader") // who may not administer, and is somebody all the same
	ann.want(http.StatusForbidden, ann.post(path+"/allow"), "another administrator must allow it")
	bo := s.join(t, ann, "Wang Fang", "administrator")
	bo.want(http.StatusForbidden, bo.post("/ledger/witnesses/"+early+"/allow"), "proposed at a terminal")
	if got := bo.get("/ledger/witnesses").body; strings.Contains(got, early+"/allow") || !strings.Contains(got, "(terminal)") {
		t.Error("what was proposed at a terminal can be allowed, or does not say so")
	}
	terminal(exitDone, "drop", early)
	bo.want(http.StatusSeeOther, bo.post(path+"/allow"))
}
