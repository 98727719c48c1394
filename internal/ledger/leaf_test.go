package ledger

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"guanji/internal/problem"
)

const plainLeaf = `{"at":"2026-03-02T04:00:00.000001Z","by":"Lin","what":"entry","organization":"acme","id":"7","about":"organization/organization/name","before":"a","after":"b"}`

func TestLeafRoundTrip(t *testing.T) {
	at := time.Date(2026, 3, 2, 12, 0, 0, 1234, time.FixedZone("", 8*3600))
	for name, tt := range map[string]struct {
		leaf Leaf
		want string
	}{
		"every field": {Leaf{at, "Lin", Entry, "acme", "7", "organization/organization/name", "a", "b"}, plainLeaf},
		"few":         {Leaf{At: at, By: "Lin", What: Account, ID: "x"}, `{"at":"2026-03-02T04:00:00.000001Z","by":"Lin","what":"account","id":"x"}`},
		"whole seconds": {Leaf{At: noon, By: "李", What: Key, ID: "<&>"},
			`{"at":"2026-03-02T04:00:00Z","by":"李","what":"key","id":"<&>"}`},
		"controls":   {Leaf{At: noon, By: "a\nb\x00\u2028", What: Pass, ID: `"\`}, `{"at":"2026-03-02T04:00:00Z","by":"a\nb\u0000\u2028","what":"pass","id":"\"\\"}`},
		"not UTF-8":  {Leaf{At: noon, By: "a\xff\xfeb", What: Pass}, `{"at":"2026-03-02T04:00:00Z","by":"a�b","what":"pass","id":""}`},
		"no instant": {Leaf{}, `{"at":"0001-01-01T00:00:00Z","by":"","what":"","id":""}`},
	} {
		t.Run(name, func(t *testing.T) {
			data, err := tt.leaf.Encode()
			if err != nil || string(data) != tt.want {
				t.Fatalf("encoded %s, %v; want %s", data, err, tt.want)
			}
			l, err := ParseLeaf(data)
			if err != nil {
				t.Fatal(err)
			}
			again, err := l.Encode()
			if err != nil || string(again) != tt.want {
				t.Errorf("and again %s, %v", again, err)
			}
		})
	}
}

// TestLeafIsCanonical has bytes that say what a leaf says in another way, or
// say nothing: they are damage.
func TestLeafIsCanonical(t *testing.T) {
	if _, err := ParseLeaf([]byte(plainLeaf)); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"nothing":             "",
		"white space after":   plainLeaf + " ",
		"a line after":        plainLeaf + "\n",
		"CRLF after":          plainLeaf + "\r\n",
		"white space within":  strings.Replace(plainLeaf, `":`, `": `, 1),
		"a mark of order":     "\ufeff" + plainLeaf,
		"keys in other order": `{"by":"Lin","at":"2026-03-02T04:00:00.000001Z","what":"entry","id":"7"}`,
		"a key in capitals":   strings.Replace(plainLeaf, `"by"`, `"By"`, 1),
		"a key twice":         strings.Replace(plainLeaf, `"by":"Lin"`, `"by":"Ann","by":"Lin"`, 1),
		"a key more":          strings.Replace(plainLeaf, `"by"`, `"x":1,"by"`, 1),
		"an empty key":        strings.Replace(plainLeaf, `"before":"a"`, `"before":""`, 1),
		"null":                strings.Replace(plainLeaf, `"before":"a"`, `"before":null`, 1),
		"escaped":             strings.Replace(plainLeaf, `"Lin"`, `"\u004cin"`, 1),
		"a slash escaped":     strings.Replace(plainLeaf, `n/o`, `n\/o`, 1),
		"half a pair":         strings.Replace(plainLeaf, `"Lin"`, `"\ud800"`, 1),
		"not UTF-8":           strings.Replace(plainLeaf, `"Lin"`, "\"\xff\"", 1),
		"another zone":        strings.Replace(plainLeaf, `04:00:00.000001Z`, `12:00:00.000001+08:00`, 1),
		"zeros behind":        strings.Replace(plainLeaf, `.000001Z`, `.0000010Z`, 1),
		"finer":               strings.Replace(plainLeaf, `.000001Z`, `.0000011Z`, 1),
		"no day":              strings.Replace(plainLeaf, `2026-03-02`, `2026-02-30`, 1),
		"a number":            strings.Replace(plainLeaf, `"id":"7"`, `"id":7`, 1),
		"a list":              "[" + plainLeaf + "]",
		"two":                 plainLeaf + plainLeaf,
		"cut off":             plainLeaf[:len(plainLeaf)-1],
		"too long":            strings.Replace(plainLeaf, `"Lin"`, `"`+strings.Repeat("x", MaxLeaf)+`"`, 1),
	} {
		if l, err := ParseLeaf([]byte(text)); problem.KindOf(err) != problem.Input || l != (Leaf{}) {
			t.Errorf("%s: %+v, %v", name, l, err)
		}
	}
}

func TestLeafIsBounded(t *testing.T) {
	l := Leaf{At: noon, By: "x", What: Entry}
	data, err := l.Encode()
	if err != nil {
		t.Fatal(err)
	}
	l.By = strings.Repeat("x", MaxLeaf-len(data)+1)
	if data, err = l.Encode(); err != nil || len(data) != MaxLeaf {
		t.Errorf("%d bytes, %v", len(data), err)
	}
	if again, err := ParseLeaf(data); err != nil || again != l {
		t.Errorf("the longest leaf is not read: %v", err)
	}
	l.By += "x"
	if _, err := l.Encode(); err == nil {
		t.Errorf("encoded a leaf of %d bytes", MaxLeaf+1)
	}
}

// TestDigest holds how values are written before they are hashed: as
// docs/formats/ledger.md tells it.
func TestDigest(t *testing.T) {
	for _, tt := range []struct {
		values []any
		want   string
	}{
		{nil, "sha256:74234e98afe7498fb5daf1f36ac2d78acc339464f950703b8c019892f982b90b"},                             // printf 'null' | sha256sum
		{[]any{"a", int64(1), nil, true}, "sha256:cd94c31848337491be72ddd94b6823b7d0d074c690df880a0cb2a1595a05189e"}, // printf '["a",1,null,true]' | sha256sum
		{[]any{"<李>&"}, "sha256:57f2ad1b7e2c1ef92c544f635da41ef4493cc6be7bc717db70141755ed57853b"},                   // printf '["\\u003c李\\u003e\\u0026"]' | sha256sum
	} {
		if got := Digest(tt.values...); got != tt.want {
			t.Errorf("Digest(%v) = %s, want %s", tt.values, got, tt.want)
		}
	}
	if Digest("a", "b") == Digest("ab") || Digest("1") == Digest(1) || Digest(nil) == Digest("") {
		t.Error("values that differ have one digest")
	}
}

func TestLeafOfRecord(t *testing.T) {
	r := Record{What: Filed, Organization: "acme", ID: "3", About: "end/done", Digest: "d", Files: []File{{"f", 1}}}
	want := Leaf{At: noon, By: "Lin", What: Filed, Organization: "acme", ID: "3", About: "end/done", Before: "b", After: "d"}
	if got := r.Leaf(Actor{"Lin", noon}, "b"); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}
