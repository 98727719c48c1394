package discover

import (
	"bytes"
	"encoding/json"
	"testing"
)

// FuzzFinding compares the line of a finding with that of encoding/json.
func FuzzFinding(f *testing.F) {
	f.Add("a.csv", "姓名", int64(7), 0.99)
	f.Add("\xff\x1b[2J\"\\\u2028<&>", "", int64(-1), 0.5)
	f.Fuzz(func(t *testing.T, document, column string, offset int64, confidence float64) {
		if !(confidence >= 0.01 && confidence <= 1) {
			return
		}
		x := Finding{Type: "finding", Store: "s", Document: document, Detector: "cn_name", Rule: column, Offset: offset, Length: 3, Line: 1, Column: column, Confidence: confidence, Mask: document, Digest: "hmac:00"}
		var want bytes.Buffer
		e := json.NewEncoder(&want)
		e.SetEscapeHTML(false)
		if err := e.Encode(x); err != nil {
			t.Fatal(err)
		}
		if got := appendFinding(nil, &x); !bytes.Equal(got, want.Bytes()) {
			t.Errorf("got %s want %s", got, want.Bytes())
		}
	})
}
