package main

import (
	"database/sql"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"guanji/internal/ledger"
)

// eventually asks for a page until it holds a text.
func (v *visitor) eventually(path, text string) answer {
	v.t.Helper()
	for until := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		got := v.get(path)
		if got.code == http.StatusOK && strings.Contains(got.body, text) {
			return got
		}
		if time.Now().After(until) {
			v.t.Fatalf("%q is not on %s: %d %.6000s", text, path, got.code, got.body)
		}
	}
}

var checkpointShown = regexp.MustCompile(`href="/ledger/checkpoints/(\d+)"`)

func TestLedgerPages(t *testing.T) {
	s := serve(t, t.TempDir(), "knows-almost-nothing.yaml")
	v := s.first(t, "Li Na")
	page := v.eventually("/ledger", "/ledger/checkpoints/").body
	note := v.want(http.StatusOK, v.get("/ledger/checkpoints/"+checkpointShown.FindStringSubmatch(page)[1]))
	keys, err := ledger.ParseKeys([]byte(v.want(http.StatusOK, v.get("/ledger/key")).body))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ledger.Open([]byte(note.body), keys); err != nil {
		t.Errorf("the checkpoint %q is not good by the key: %v", note.body, err)
	}
	if got := note.header.Get("Content-Disposition"); !strings.HasPrefix(got, "attachment;") {
		t.Errorf("a checkpoint is sent as %q", got)
	}
	v.want(http.StatusOK, v.get("/ledger/leaves"), "Li Na", "session in a browser")
	v.want(http.StatusOK, v.get("/ledger/leaves?org=fog-co&what=entry"), "/o/fog-co/facts/")
	v.want(http.StatusOK, v.get("/ledger/leaves?what=entry&id=none"), "No leaf has all of this.")
	v.want(http.StatusSeeOther, v.get("/ledger/leaves?number=0"))
	v.want(http.StatusUnprocessableEntity, v.get("/ledger/leaves?number=first"), "0 or more")
	v.eventually("/ledger/leaves/1", "Since the checkpoint of")
	var proof ledger.Proof
	if err := json.Unmarshal([]byte(v.want(http.StatusOK, v.get("/ledger/leaves/1/proof.json")).body), &proof); err != nil {
		t.Fatal(err)
	}
	if l, _, err := proof.Verify(keys); err != nil || l.By == "" {
		t.Errorf("the proof does not hold: %+v, %v", l, err)
	}
	for path, code := range map[string]int{"/ledger/leaves/9999999": 404, "/ledger/leaves/-1": 404, "/ledger/leaves/x": 404, "/ledger/checkpoints/9999999": 404,
		"/ledger/checkpoints/x": 404, "/ledger/leaves/9999999/proof.json": 404, "/ledger/witnesses/none/receipts/1": 404, "/ledger?page=99": 200, "/ledger?page=x": 200} {
		v.want(code, v.get(path))
	}
}

// verify verifies on the page, and returns what it then shows.
func (v *visitor) verify(pairs ...string) string {
	v.t.Helper()
	v.want(http.StatusSeeOther, v.post("/ledger/verify", pairs...))
	for until := time.Now().Add(30 * time.Second); time.Now().Before(until); time.Sleep(20 * time.Millisecond) {
		if got := v.want(http.StatusOK, v.get("/ledger/verification")).body; !strings.Contains(got, "Being verified") {
			return got
		}
	}
	v.t.Fatal("verifying did not end")
	return ""
}

func TestVerifyOnThePage(t *testing.T) {
	s := serve(t, t.TempDir(), "knows-almost-nothing.yaml")
	v := s.first(t, "Li Na")
	v.want(http.StatusOK, v.get("/ledger"), "Not verified since")
	page := v.eventually("/ledger", "/ledger/checkpoints/").body
	if got := v.verify(); !strings.Contains(got, "Whole.") || !strings.Contains(got, "No checkpoint from elsewhere") {
		t.Errorf("a ledger that is whole: %.4000s", got)
	}
	note := v.get("/ledger/checkpoints/" + checkpointShown.FindStringSubmatch(page)[1]).body
	for name, sent := range map[string]string{"as it is": note, "as a browser sends it": strings.ReplaceAll(note, "\n", "\r\n"), "without its last line end": strings.TrimSpace(note)} {
		if got := v.verify("note", sent); !strings.Contains(got, "Whole.") || strings.Contains(got, "No checkpoint from elsewhere") {
			t.Errorf("compared with a checkpoint %s: %.4000s", name, got)
		}
	}
	v.want(http.StatusUnprocessableEntity, v.post("/ledger/verify", "note", "<script>alert(1)</script>"), "not a checkpoint", "&lt;script&gt;")
	other := serve(t, t.TempDir())
	stranger := other.first(t, "Wang Fang")
	theirs := stranger.get("/ledger/checkpoints/" + checkpointShown.FindStringSubmatch(stranger.eventually("/ledger", "/ledger/checkpoints/").body)[1]).body
	if got := v.verify("note", theirs); !strings.Contains(got, "NOT WHOLE") || !strings.Contains(got, "not signed") || strings.Contains(got, "No checkpoint from elsewhere") {
		t.Errorf("compared with a checkpoint of another installation: %.4000s", got)
	}
}

// TestLedgerOfPeopleIsForAdministrators looks for what the ledger tells of
// accounts and passes, as each role.
func TestLedgerOfPeopleIsForAdministrators(t *testing.T) {
	s := serve(t, t.TempDir(), "knows-almost-nothing.yaml")
	admin := s.first(t, "Li Na")
	roles := map[string]*visitor{"administrator": admin, "editor": s.join(t, admin, "Wang Fang", "editor"), "reader": s.join(t, admin, "Zhao Min", "reader")}
	s.join(t, admin, "Sun Li", "reader")
	s.edit(t, `update account set role = 'editor' where name = 'Sun Li'`)
	leafOf := func(what string) string {
		return regexp.MustCompile(`/ledger/leaves/\d+`).FindString(admin.want(http.StatusOK, admin.get("/ledger/leaves?what="+what)).body)
	}
	of := map[string]string{"account": leafOf("account"), "pass": leafOf("pass"), "entry": leafOf("entry")}
	admin.eventually(of["pass"], "Since the checkpoint of")
	admin.verify()
	for role, v := range roles {
		t.Run(role, func(t *testing.T) {
			as := *v
			as.t = t
			as.readLedgerOfPeople(role == "administrator", of)
			got := as.want(http.StatusOK, as.get("/ledger/verification"), "NOT WHOLE", "record · changed", "account").body
			if shown := strings.Contains(got, "Sun Li") && regexp.MustCompile(`href="/ledger/leaves/\d+"`).MatchString(got); shown != (role == "administrator") {
				t.Errorf("the account that was changed is named: %v: %.6000s", shown, got)
			}
		})
	}
}

// readLedgerOfPeople reads leaves, given one of each kind.
func (v *visitor) readLedgerOfPeople(may bool, of map[string]string) {
	list := v.want(http.StatusOK, v.get("/ledger/leaves"), "/o/fog-co/facts/").body
	if strings.Contains(list, "session in a browser") != may || strings.Contains(list, `value="account"`) != may || strings.Contains(list, "for administrators only") == may {
		v.t.Errorf("may %v: %.6000s", may, list)
	}
	want := map[bool]int{true: http.StatusOK, false: http.StatusForbidden}
	for what, path := range of {
		may := may || what == "entry"
		v.want(want[may], v.get(path))
		v.want(want[may], v.get(path+"/proof.json"))
		v.want(want[may], v.get("/ledger/leaves?what="+what))
	}
}

// edit changes the database behind the back of the program.
func (s *served) edit(t *testing.T, query string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(s.home, databaseFile))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(query); err != nil {
		t.Fatal(err)
	}
}

// TestVerifyingIsNotBegunTooOften begins verifications as a reader, and as an
// administrator.
func TestVerifyingIsNotBegunTooOften(t *testing.T) {
	s := serve(t, t.TempDir())
	admin := s.first(t, "Li Na")
	reader := s.join(t, admin, "Zhao Min", "reader")
	reader.verify()
	reader.want(http.StatusTooManyRequests, reader.post("/ledger/verify"), "another may begin from 20")
	admin.verify()
	admin.verify()
	reader.want(http.StatusTooManyRequests, reader.post("/ledger/verify"))
}

// hook is a webhook that counts who connects, and keeps what it is sent.
type hook struct {
	*httptest.Server
	connections atomic.Int64
	mu          sync.Mutex
	notes       []string
}

func newHook(t *testing.T) *hook {
	t.Helper()
	h := &hook{}
	h.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body := make([]byte, 1<<16)
		n, _ := r.Body.Read(body) // one write of the sender
		h.mu.Lock()
		defer h.mu.Unlock()
		h.notes = append(h.notes, string(body[:n]))
	}))
	h.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			h.connections.Add(1)
		}
	}
	h.Start()
	t.Cleanup(h.Close)
	return h
}

var allowShown = regexp.MustCompile(`action="(/ledger/witnesses/[a-z0-9]+)/(allow|drop)"`)

// TestNothingLeavesUntilTwoAllow counts the connections at a webhook.
func TestNothingLeavesUntilTwoAllow(t *testing.T) {
	s := serve(t, t.TempDir())
	ann := s.first(t, "Li Na")
	bo := s.join(t, ann, "Wang Fang", "administrator")
	reader := s.join(t, ann, "Zhao Min", "reader")
	h := newHook(t)
	address := h.URL + "/take?key=s3cr3t"
	ann.want(http.StatusUnprocessableEntity, ann.post("/ledger/witnesses", "means", "webhook", "address", "http://witness.example/"), "want https")
	ann.want(http.StatusForbidden, reader.post("/ledger/witnesses", "means", "webhook", "address", address))
	ann.want(http.StatusSeeOther, ann.post("/ledger/witnesses", "means", "webhook", "address", address))
	ann.want(http.StatusConflict, bo.post("/ledger/witnesses", "means", "webhook", "address", address))
	path := allowShown.FindStringSubmatch(ann.want(http.StatusOK, ann.get("/ledger/witnesses"), "another administrator must allow it").body)[1]
	ann.want(http.StatusForbidden, ann.post(path+"/allow"), "you proposed it")
	ann.want(http.StatusForbidden, reader.post(path+"/allow"))
	time.Sleep(2500 * time.Millisecond) // longer than witnesses are looked at
	if n := h.connections.Load(); n != 0 {
		t.Fatalf("%d connections before two had allowed it", n)
	}
	ann.want(http.StatusSeeOther, bo.post(path+"/allow"))
	ann.eventually("/ledger/witnesses", "an answer of 0 bytes")
	h.mu.Lock()
	first := h.notes[0]
	h.mu.Unlock()
	keys, err := ledger.ParseKeys([]byte(ann.get("/ledger/key").body))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ledger.Open([]byte(first), keys); err != nil {
		t.Errorf("sent %q: %v", first, err)
	}
	if got := reader.want(http.StatusOK, reader.get("/ledger/witnesses")).body; strings.Contains(got, "s3cr3t") || strings.Contains(got, "/drop") {
		t.Error("a reader sees the key in the address, or may drop")
	}
	ann.want(http.StatusSeeOther, ann.post(path+"/drop"))
	ann.want(http.StatusConflict, bo.post(path+"/allow"))
	if log := s.errs.String(); strings.Contains(log, "s3cr3t") || strings.Contains(log, h.URL) {
		t.Errorf("the log tells the address: %s", log)
	}
}

// join adds an account and returns the browser of its owner.
func (s *served) join(t *testing.T, admin *visitor, name, role string) *visitor {
	t.Helper()
	v := s.visitor(t)
	v.want(http.StatusSeeOther, v.post(s.invite(t, admin, name, role), "password", goodPassword))
	return v
}

// TestFolderCatchesRolledBackHome puts a whole home back to a copy: everything
// in it agrees, and only the folder of a witness shows it.
func TestFolderCatchesRolledBackHome(t *testing.T) {
	home, copied, folder := t.TempDir(), filepath.Join(t.TempDir(), "copy"), t.TempDir()
	run := func(want int, args ...string) string {
		t.Helper()
		code, out, errs := call(t, "C", "", append(args, "--home", home)...)
		if code != want {
			t.Fatalf("%q: %d, want %d: %s%s", args, code, want, out, errs)
		}
		return out + errs
	}
	id := strings.Fields(run(exitDone, "witness", "propose", "folder", folder))[0]
	if got := run(exitFailed, "witness", "hand", id); !strings.Contains(got, "not on") {
		t.Errorf("handed before it was allowed: %s", got)
	}
	if got := run(exitDone, "witness", "allow", id); !strings.Contains(got, "no other account") {
		t.Errorf("it is not said that one allowed alone: %s", got)
	}
	run(exitDone, "witness", "hand")
	if err := os.CopyFS(copied, os.DirFS(home)); err != nil {
		t.Fatal(err)
	}
	run(exitDone, "organization", "import", "../../examples/knows-almost-nothing.yaml")
	run(exitDone, "witness", "hand")
	if got := run(exitDone, "ledger", "verify"); !strings.Contains(got, "Whole.") || strings.Contains(got, "No checkpoint from elsewhere") {
		t.Errorf("before: %s", got)
	}
	if err := os.RemoveAll(home); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(home, os.DirFS(copied)); err != nil {
		t.Fatal(err)
	}
	if got := run(exitFound, "ledger", "verify"); !strings.Contains(got, folder) || !strings.Contains(got, "earlier copy") {
		t.Errorf("after: %s", got)
	}
	if got := run(exitFound, "witness", "hand"); !strings.Contains(got, "THE FOLDER HAS") {
		t.Errorf("handed to a folder that has more: %s", got)
	}
	run(exitDone, "organization", "import", "../../examples/designated-bank.yaml")
	if got := run(exitFound, "ledger", "verify"); !strings.Contains(got, folder) || !strings.Contains(got, "another history") {
		t.Errorf("after it went on from the copy: %s", got)
	}
	if got := run(exitDone, "witness", "list", "--format", "json"); !strings.Contains(got, `"allowed_alone": true`) {
		t.Errorf("the list: %s", got)
	}
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	if got := run(exitFound, "ledger", "verify"); !strings.Contains(got, "cannot be read") {
		t.Errorf("without the folder: %s", got)
	}
}
