package api

import (
	"net/http"
	"testing"

	"guanji/internal/ledger"
)

// TestProof wants what the API answers to be enough for an inspector: a key and
// a proof.
func TestProof(t *testing.T) {
	s := newSite(t)
	s.bank()
	s.refused(s.call("reader", "GET", Base+"/ledger/checkpoint", ""), http.StatusNotFound, "api.no_checkpoint")
	s.sign()
	filed := s.do("POST", records, recordWith())
	if filed["leaf"] != 1.0 {
		t.Fatalf("leaf %v", filed["leaf"])
	}
	s.refused(s.call("reader", "GET", Base+"/ledger/leaves/1/proof", ""), http.StatusNotFound, "ledger.no_leaf")
	s.sign()
	keys, err := ledger.ParseKeys(s.call("reader", "GET", Base+"/ledger/key", "").Body.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	var p ledger.Proof
	decode(t, s.call("reader", "GET", Base+"/ledger/leaves/1/proof", ""), &p)
	leaf, signed, err := p.Verify(keys)
	if err != nil || leaf.What != ledger.Filed || leaf.ID != "1" || leaf.Organization != "acme" || leaf.By != "The administrator" || signed.Size != 2 {
		t.Errorf("verified %+v under %+v: %v", leaf, signed.Checkpoint, err)
	}
	if w := s.call("reader", "GET", Base+"/ledger/checkpoint", ""); w.Body.String() != p.Checkpoint || w.Header().Get("Content-Type") != textType {
		t.Errorf("the checkpoint: %s\n%s", w.Header().Get("Content-Type"), w.Body)
	}
}

// TestLeaves wants the leaves about a record, and those about people only for
// who administers them.
func TestLeaves(t *testing.T) {
	s := newSite(t)
	s.bank()
	actor := ledger.Actor{By: "The administrator", At: noon}
	for _, r := range []ledger.Record{{What: ledger.Filed, Organization: "acme", ID: "7", About: "a", Digest: ledger.Digest("a")}, {What: ledger.Account, ID: "editor", Digest: ledger.Digest("b")},
		{What: ledger.Pass, ID: "abc", Digest: ledger.Digest("c")}, {What: ledger.Filed, Organization: "acme", ID: "7", About: "a", Digest: ledger.Digest("d")}} {
		if err := s.kept.Tell(t.Context(), r, actor); err != nil {
			t.Fatal(err)
		}
	}
	s.sign()
	list, next := items(s.do("GET", "/ledger/leaves?what=filed&organization=acme&id=7&limit=1", ""))
	if len(list) != 1 || list[0].(map[string]any)["leaf"] != 0.0 || next != 1.0 {
		t.Errorf("the first page: %v, %v", list, next)
	}
	for _, query := range []string{"what=filed&organization=other&id=7", "what=filed&id=7", "what=entry&organization=acme&id=7"} {
		if list, _ := items(s.do("GET", "/ledger/leaves?"+query, "")); len(list) != 0 {
			t.Errorf("%s: %v", query, list)
		}
	}
	for _, path := range []string{"/ledger/leaves?what=account&id=editor", "/ledger/leaves?what=pass&id=abc", "/ledger/leaves/1", "/ledger/leaves/2", "/ledger/leaves/1/proof", "/ledger/leaves/2/proof"} {
		s.refused(s.call("editor", "GET", Base+path, ""), http.StatusForbidden, "api.no_scope")
		s.do("GET", path, "")
	}
	s.refused(s.call("reader", "GET", Base+"/ledger/leaves/99", ""), http.StatusNotFound, "ledger.no_leaf")
	s.refused(s.call("reader", "GET", Base+"/ledger/leaves/9223372036854775807", ""), http.StatusNotFound, "ledger.no_leaf")
	for _, path := range []string{"/ledger/leaves/-1", "/ledger/leaves/x", "/ledger/leaves", "/ledger/leaves?what=none&id=7"} {
		if w := s.call("reader", "GET", Base+path, ""); w.Code != 422 {
			t.Errorf("%s = %d", path, w.Code)
		}
	}
}

// TestDamagedLeaf wants what was changed in the database to be no mistake of
// who asks.
func TestDamagedLeaf(t *testing.T) {
	s := newSite(t)
	s.bank()
	s.do("POST", records, recordWith())
	s.kept.leaves[0].Body = []byte(`{"by": "somebody else"}`)
	for _, path := range []string{"/ledger/leaves/0", "/ledger/leaves/0/proof", "/ledger/leaves?what=filed&organization=acme&id=1"} {
		s.log.Reset()
		s.refused(s.call("reader", "GET", Base+path, ""), http.StatusServiceUnavailable, "ledger.damaged_leaf")
		if s.log.Len() == 0 {
			t.Errorf("%s: the log is empty", path)
		}
	}
}
