package api

import (
	"strings"
	"testing"
)

// FuzzStatements sends any body to the operations that read changes: whatever
// it holds, the answer is good or says what is wrong with it.
func FuzzStatements(f *testing.F) {
	var s *site
	f.Fuzz(func(t *testing.T, body string) {
		if s == nil {
			s = newSite(t)
			s.bank()
		}
		s.t = t
		changed := s.kept.heads[0].Revision
		for _, path := range []string{"/statements", "/trials/preview", "/notices"} {
			s.log.Reset()
			w := s.call("editor", "POST", Base+"/organizations/acme"+path, body)
			if w.Code >= 500 || s.log.Len() > 0 {
				t.Errorf("%s = %d\n%s\n%s", path, w.Code, w.Body, s.log)
			}
			if w.Code >= 400 && (w.Header().Get("Content-Type") != problemType || strings.Contains(w.Body.String(), "%!")) {
				t.Errorf("%s: %s\n%s", path, w.Header().Get("Content-Type"), w.Body)
			}
		}
		if s.kept.heads[0].Revision != changed {
			s = nil // so that every body meets the same state
		}
	})
}
