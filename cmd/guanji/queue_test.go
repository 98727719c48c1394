package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// deadJob puts a job into the queue of a home that was given up.
func (s *served) deadJob(t *testing.T, key string) {
	t.Helper()
	now := time.Now().UnixMicro()
	s.edit(t, fmt.Sprintf(`insert into job (key, kind, organization, body, due_at, attempt, queued_at, failure, dead_at, taken_until, taken_by, serial)
		values ('%s', 'card', 'fog-co', '{}', %d, 12, %d, 'the folder could not be read or written', %d, 0, '', 1)`, key, now, now, now))
}

func TestQueueAtTheTerminal(t *testing.T) {
	s := &served{home: t.TempDir()}
	terminal := func(want int, args ...string) string {
		t.Helper()
		code, out, errs := call(t, "C", "", append(append([]string{"queue"}, args...), "--home", s.home)...)
		if code != want {
			t.Fatalf("queue %q: %d, want %d: %s%s", args, code, want, out, errs)
		}
		return out + errs
	}
	if got := terminal(exitDone, "list"); !strings.Contains(got, "given up: 0") {
		t.Errorf("an empty queue: %s", got)
	}
	s.deadJob(t, "card/one")
	s.deadJob(t, "card/two")
	if got := terminal(exitFound, "list"); !strings.Contains(got, "given up: 2") || !strings.Contains(got, "WHY IT FAILED") || !strings.Contains(got, "card/one") || !strings.Contains(got, "12 of ") || !strings.Contains(got, "the folder could not") {
		t.Errorf("what was given up: %s", got)
	}
	terminal(exitUsage, "retry", "card/none")
	terminal(exitUsage, "drop", "card/none")
	terminal(exitDone, "retry", "card/one")
	terminal(exitUsage, "drop", "card/one") // it is tried again
	terminal(exitDone, "drop", "card/two")
	var v queueView
	if err := json.Unmarshal([]byte(terminal(exitDone, "list", "--format", "json")), &v); err != nil {
		t.Fatal(err)
	}
	if v.Dead != 0 || len(v.Jobs) != int(v.Waiting) || v.Jobs[0].Key != "card/one" || v.Jobs[0].State != "failing" || v.Jobs[0].Attempts != 0 {
		t.Errorf("after one more try: %+v", v)
	}
}

// TestQueueOnThePage has each role look at what was given up.
func TestQueueOnThePage(t *testing.T) {
	s := serve(t, t.TempDir(), "knows-almost-nothing.yaml")
	admin := s.first(t, "Li Na")
	reader := s.join(t, admin, "Zhao Min", "reader")
	admin.want(http.StatusOK, admin.get("/settings/background"), "Nothing fails")
	for _, key := range []string{"card/one", "card/two"} {
		s.deadJob(t, key)
	}
	admin.want(http.StatusOK, admin.get("/settings/background"), "Given up: a person must look", "Print the card", "Fog Example Company", "12 of ", "the folder could not", `value="card/one"`)
	got := reader.want(http.StatusOK, reader.get("/settings/background"), "Given up: a person must look", "Why is told to administrators.").body
	if strings.Contains(got, "the folder could not") || strings.Contains(got, "/settings/background/drop") {
		t.Error("a reader is told why, or may drop")
	}
	reader.want(http.StatusForbidden, reader.post("/settings/background/retry", "key", "card/one"))
	reader.want(http.StatusForbidden, reader.post("/settings/background/drop", "key", "card/one"))
	admin.want(http.StatusSeeOther, admin.post("/settings/background/drop", "key", "card/two"))
	admin.want(http.StatusNotFound, admin.post("/settings/background/drop", "key", "card/two"), "done or dropped meanwhile")
	admin.want(http.StatusSeeOther, admin.post("/settings/background/retry", "key", "card/one"))
	admin.eventually("/settings/background", "Nothing fails") // there is no folder, so that it is done at once
}
