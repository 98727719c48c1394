package discover

import (
	"bytes"
	"encoding/json"
	"testing"

	"guanji/content"
	"guanji/internal/detect"
)

// FuzzText compares a string of JSON with that of encoding/json.
func FuzzText(f *testing.F) {
	f.Add("姓名")
	f.Add("\xff\x1b[2J\"\\\u2028<&>\x7f\xe4\xb8")
	f.Fuzz(func(t *testing.T, s string) {
		want := encoded(t, s)
		if got := appendText(nil, s); !bytes.Equal(got, want) {
			t.Errorf("got %s want %s", got, want)
		}
		if got := appendText(nil, []byte(s)); !bytes.Equal(got, want) {
			t.Errorf("bytes: got %s want %s", got, want)
		}
	})
}

// TestFinding compares the lines of findings with those of encoding/json.
func TestFinding(t *testing.T) {
	e, err := detect.New(content.Files, detect.Options{})
	if err != nil {
		t.Fatal(err)
	}
	layout := detect.Layout{Form: detect.Delimited, Cell: ',', Row: '\n', Quoted: true}
	text := "a\"b\\c,手机\nAKIAQYLPMN5HHHFPZAM2,13800138000\npassword=\"q<&>w1\u2028x\",\"138 0013 8000\"\n"
	key, n := detect.NewKey([]byte("key")), 0
	_, err = e.Scanner().Scan(t.Context(), bytes.NewReader([]byte(text)), layout, func(h *detect.Hit) error {
		n++
		digest := h.Digest(key)
		x := Finding{
			Type: "finding", Store: "s\n", Document: "d\xff", Detector: h.Detector(), Rule: h.Rule(), Offset: h.Offset, Length: h.Length, Line: h.Line,
			Column: h.Column, Confidence: h.Confidence(), UnderFourteen: n == 2, Mask: h.Mask(), Digest: string(digest.Append(nil)),
		}
		if got, want := appendFinding(appendHead(nil, x.Store, x.Document), h, x.UnderFourteen, &digest), append(encoded(t, x), '\n'); !bytes.Equal(got, want) {
			t.Errorf("got %s want %s", got, want)
		}
		return nil
	})
	if err != nil || n < 3 {
		t.Errorf("%d findings, %v", n, err)
	}
}

// TestConfidence compares every confidence there is with encoding/json.
func TestConfidence(t *testing.T) {
	for n := range 100 {
		c := float64(n) / 100
		if got, want := appendConfidence(nil, c), encoded(t, c); !bytes.Equal(got, want) {
			t.Errorf("got %s want %s", got, want)
		}
	}
}

// encoded is a value as encoding/json writes it.
func encoded(t *testing.T, v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
