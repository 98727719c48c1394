package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
)

// withSecret runs the program with the secret of a channel in its environment.
func withSecret(t *testing.T, secret string, args ...string) (code int, said string) {
	t.Helper()
	var out bytes.Buffer
	getenv := func(name string) string { return map[string]string{channelSecret: secret, "LANG": "C"}[name] }
	code = run(context.Background(), args, getenv, strings.NewReader(""), &out, &out)
	return code, out.String()
}

const hookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// TestChannelAtTheTerminal proposes, allows, tests and drops a channel where
// there is no account.
func TestChannelAtTheTerminal(t *testing.T) {
	home := t.TempDir()
	var signed atomic.Bool
	h := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		signed.Store(r.Header.Get("webhook-signature") != "")
	}))
	t.Cleanup(h.Close)
	terminal := func(want int, args ...string) string {
		t.Helper()
		code, said := withSecret(t, hookSecret, append(append([]string{"channel"}, args...), "--home", home)...)
		if code != want || strings.Contains(said, hookSecret[6:]) {
			t.Fatalf("channel %q: %d, want %d: %s", args, code, want, said)
		}
		return said
	}
	terminal(exitUsage, "propose", "fax", "Duty desk", "000-0001")
	terminal(exitUsage, "propose", "webhook", "", h.URL)
	terminal(exitUsage, "propose", "folder", "Gatehouse", "/mnt/gatehouse") // nothing is signed there
	id := strings.Fields(terminal(exitDone, "propose", "webhook", "Duty desk", h.URL))[0]
	terminal(exitFailed, "propose", "webhook", "Duty desk", h.URL)
	if got := terminal(exitFailed, "test", id); !strings.Contains(got, "not on") {
		t.Errorf("tested before it was allowed: %s", got)
	}
	if got := terminal(exitDone, "allow", id); !strings.Contains(got, "no other account") {
		t.Errorf("it is not said that one allowed alone: %s", got)
	}
	terminal(exitDone, "test", id)
	if !signed.Load() {
		t.Error("the test was not signed, or did not arrive")
	}
	if got := terminal(exitFailed, "allow", id); !strings.Contains(got, "is on already") {
		t.Errorf("allowed twice: %s", got)
	}
	if got := terminal(exitDone, "list"); !strings.Contains(got, "MEANS") {
		t.Errorf("the list has no headings: %s", got)
	}
	if got := terminal(exitDone, "list", "--format", "json"); !strings.Contains(got, `"signed": true`) || !strings.Contains(got, `"allowed_alone": true`) {
		t.Errorf("the list: %s", got)
	}
	h.Close()
	if got := terminal(exitFailed, "test", id); strings.Contains(got, h.URL) {
		t.Errorf("a failure tells the address: %s", got)
	}
	terminal(exitDone, "drop", id)
	terminal(exitFailed, "drop", id)
	terminal(exitUsage, "drop", "none")
	if got := terminal(exitDone, "list"); !strings.Contains(got, "dropped") {
		t.Errorf("the list: %s", got)
	}
}

// TestSecretIsNotAskedForInAScript reads no secret from what is no terminal.
func TestSecretIsNotAskedForInAScript(t *testing.T) {
	home, input := t.TempDir(), t.TempDir()+"/input"
	if err := os.WriteFile(input, []byte(hookSecret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(input)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out bytes.Buffer
	code := run(context.Background(), []string{"channel", "propose", "webhook", "Duty desk", "https://hooks.example/guanji", "--home", home}, func(string) string { return "" }, f, &out, &out)
	if code != exitDone || strings.Contains(out.String(), "Secret") {
		t.Errorf("%d: %s", code, out.String())
	}
}

// TestNothingGoesByAChannelUntilTwoAllow counts the connections at a webhook,
// and looks for its secrets.
func TestNothingGoesByAChannelUntilTwoAllow(t *testing.T) {
	s := serve(t, t.TempDir())
	ann := s.first(t, "Li Na")
	bo := s.join(t, ann, "Wang Fang", "administrator")
	reader := s.join(t, ann, "Zhao Min", "reader")
	h := newHook(t)
	address := h.URL + "/take?key=s3cr3t"
	form := []string{"means", "webhook", "name", "Duty desk", "address", address, "secret", hookSecret}
	got := ann.want(http.StatusUnprocessableEntity, ann.post("/settings/channels", "means", "webhook", "name", "Kept name", "address", "http://hooks.example/", "secret", hookSecret), "want https", "Kept name")
	if strings.Contains(got.body, hookSecret) {
		t.Error("the form gives the secret back")
	}
	ann.want(http.StatusUnprocessableEntity, ann.post("/settings/channels", "means", "webhook", "name", "x", "address", address, "secret", "short"), `id="e-secret"`)
	ann.want(http.StatusForbidden, reader.post("/settings/channels", form...))
	ann.want(http.StatusSeeOther, ann.post("/settings/channels", form...))
	ann.want(http.StatusConflict, bo.post("/settings/channels", form...))
	path := channelShown.FindStringSubmatch(ann.want(http.StatusOK, ann.get("/settings/channels"), "you proposed it; another administrator must allow it").body)[1]
	ann.want(http.StatusForbidden, ann.post(path+"/allow"), "another administrator must allow it")
	ann.want(http.StatusForbidden, reader.post(path+"/allow"))
	ann.want(http.StatusOK, bo.post(path+"/test"), "The test did not get through: this channel is not on")
	if n := h.connections.Load(); n != 0 {
		t.Fatalf("%d connections before two had allowed it", n)
	}
	ann.want(http.StatusSeeOther, bo.post(path+"/allow"))
	ann.want(http.StatusForbidden, reader.post(path+"/test"))
	if got := ann.want(http.StatusSeeOther, ann.post(path+"/test")).header.Get("Location"); h.connections.Load() != 1 {
		t.Errorf("after a test, led to %s: %d connections", got, h.connections.Load())
	}
	if got := reader.want(http.StatusOK, reader.get("/settings/channels"), "Duty desk", "signed with the secret").body; strings.Contains(got, "s3cr3t") || strings.Contains(got, "/drop") {
		t.Error("a reader sees the key in the address, or may drop")
	}
	for _, v := range []*visitor{ann, bo, reader} {
		if strings.Contains(v.get("/settings/channels").body, hookSecret) {
			t.Error("the secret is shown")
		}
	}
	ann.want(http.StatusForbidden, reader.post(path+"/drop"))
	ann.want(http.StatusSeeOther, ann.post(path+"/drop"))
	ann.want(http.StatusConflict, bo.post(path+"/allow"))
	ann.want(http.StatusNotFound, ann.post("/settings/channels/none/test"))
	if log := s.errs.String(); strings.Contains(log, "s3cr3t") || strings.Contains(log, h.URL) || strings.Contains(log, hookSecret) {
		t.Errorf("the log tells the address or the secret: %s", log)
	}
}

// TestTerminalProposesNoChannelForPeople has one person use an account and the
// terminal: that makes no two.
func TestTerminalProposesNoChannelForPeople(t *testing.T) {
	s := serve(t, t.TempDir())
	ann := s.first(t, "Li Na")
	ann.want(http.StatusSeeOther, ann.post("/settings/channels", "means", "folder", "name", "Gatehouse", "address", t.TempDir()))
	id := channelShown.FindStringSubmatch(ann.get("/settings/channels").body)[2]
	for _, args := range [][]string{{"allow", id}, {"propose", "folder", "Late", "/mnt/late"}} {
		code, said := withSecret(t, "", append(append([]string{"channel"}, args...), "--home", s.home)...)
		if code != exitFailed || !strings.Contains(said, "people are accounts") {
			t.Errorf("channel %q: %d, %s", args, code, said)
		}
	}
}
