package respond

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
	"unicode/utf8"

	"guanji/internal/evidence"
	"guanji/internal/incident"
)

// tidy makes a text of another machine one that is kept: what hides gives way
// to a space, and what is too long is cut.
func tidy(s string, limit int, lines bool) string {
	s = strings.Map(func(r rune) rune {
		if evidence.Visible(r) && r != utf8.RuneError || lines && r == '\n' {
			return r
		}
		return ' '
	}, strings.ReplaceAll(s, "\r\n", "\n"))
	s = strings.TrimSpace(s)
	if len(s) <= limit {
		return s
	}
	cut := limit - len("…")
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}

// short is the number of an alert as it is kept: one that is too long gives
// way to its digest, so that two do not become one.
func short(ref string) string {
	ref = strings.TrimSpace(ref)
	if tidy(ref, incident.MaxLine, false) == ref {
		return ref
	}
	sum := sha256.Sum256([]byte(ref))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// timeForms are how machines write a moment, besides RFC 3339.
func timeForms() []string {
	return []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999 Z07:00", "2006-01-02 15:04:05.999999999 Z0700"}
}

// readTime reads a moment with its zone, or a count of seconds or milliseconds
// since 1970. The zero time of other programs is none.
func readTime(s string) (time.Time, bool) {
	if t, ok := sinceEpoch(s); ok {
		return t, true
	}
	for _, form := range timeForms() {
		if t, err := time.Parse(form, s); err == nil {
			if t.Year() <= 1 {
				return time.Time{}, true
			}
			return t.UTC().Truncate(time.Microsecond), t.Year() <= 9000
		}
	}
	return time.Time{}, false
}

// milliseconds is from which count on it is one of milliseconds: as seconds it
// would lie beyond the year 5000.
const milliseconds = 100_000_000_000

func sinceEpoch(s string) (time.Time, bool) {
	whole, fraction, _ := strings.Cut(s, ".")
	if whole == "" || len(whole) > 15 || len(fraction) > 9 || strings.Trim(whole+fraction, "0123456789") != "" {
		return time.Time{}, false
	}
	var n, nanos int64
	for _, digit := range whole {
		n = n*10 + int64(digit-'0')
	}
	for _, digit := range (fraction + "000000000")[:9] {
		nanos = nanos*10 + int64(digit-'0')
	}
	if n >= milliseconds {
		return time.UnixMilli(n).UTC(), true
	}
	return time.Unix(n, nanos).UTC().Truncate(time.Microsecond), true
}
