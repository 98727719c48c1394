package api

import (
	"maps"
	"strings"
	"testing"
)

func TestParseMetadata(t *testing.T) {
	tests := map[string]struct {
		header string
		want   map[string]string // nil: refused
	}{
		"nothing":             {"", map[string]string{}},
		"one":                 {"filename cmVwb3J0LnBkZg==", map[string]string{"filename": "report.pdf"}},
		"in Chinese":          {"filename 5pel5b+XLnR4dA==", map[string]string{"filename": "日志.txt"}},
		"several":             {"filename cmVwb3J0LnBkZg==,secret,type YQ==", map[string]string{"filename": "report.pdf", "secret": "", "type": "a"}},
		"blanks at commas":    {"a YQ==, b YQ==", map[string]string{"a": "a", "b": "a"}},
		"an empty value":      {"filename ", map[string]string{"filename": ""}},
		"a path in the name":  {"filename Li4vLi4vZXRjL3Bhc3N3ZA==", map[string]string{"filename": "../../etc/passwd"}},
		"no key":              {" YQ==", map[string]string{"YQ==": ""}},
		"nothing at a comma":  {"a YQ==,,b YQ==", nil},
		"a comma alone":       {",", nil},
		"a key twice":         {"a YQ==,a Yg==", nil},
		"two blanks":          {"a  YQ==", nil},
		"no base64":           {"a !!!!", nil},
		"base64 of an URL":    {"a 5pel5b-XLnR4dA==", nil},
		"no padding":          {"a YQ", nil},
		"bits after the end":  {"a YR==", nil},
		"a line in it":        {"a YQ\r\n==", nil},
		"a key in Chinese":    {"名 YQ==", nil},
		"a key with control":  {"a\x00 YQ==", nil},
		"longer than a limit": {"a " + strings.Repeat("QUFB", maxMetadata/4), nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, ok := parseMetadata(tt.header)
			if ok != (tt.want != nil) || ok && !maps.Equal(got, tt.want) {
				t.Errorf("parseMetadata(%q) = %q, %v; want %q", tt.header, got, ok, tt.want)
			}
		})
	}
}

// FuzzMetadata reads any header. What is read has keys that a header can hold,
// and written again reads the same.
func FuzzMetadata(f *testing.F) {
	f.Fuzz(func(t *testing.T, header string) {
		pairs, ok := parseMetadata(header)
		if !ok {
			return
		}
		again := formatMetadata(pairs)
		if got, ok := parseMetadata(again); len(again) <= maxMetadata && (!ok || !maps.Equal(got, pairs)) {
			t.Errorf("%q reads as %q, and written again as %q, %v", header, pairs, got, ok)
		}
		for key := range pairs {
			if key == "" || strings.ContainsAny(key, ", \r\n\x00") {
				t.Errorf("%q has the key %q", header, key)
			}
		}
	})
}

// TestBytesIn wants digits alone.
func TestBytesIn(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, "007": 7, "9223372036854775807": 1<<63 - 1, "": -1, "-0": -1, "+1": -1, " 1": -1, "1 ": -1, "1_0": -1, "0x1": -1, "１": -1, "9223372036854775808": -1} {
		got, err := bytesIn("Upload-Length", text)
		if err != nil {
			got = -1
		}
		if got != want {
			t.Errorf("bytesIn(%q) = %d, want %d", text, got, want)
		}
	}
}
