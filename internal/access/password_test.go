package access

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/crypto/argon2"

	"guanji/internal/problem"
)

func TestHash(t *testing.T) {
	s := New(Config{}) // at the cost of the program
	a, err := s.hash(t.Context(), good)
	must(t, err)
	b, err := s.hash(t.Context(), good)
	must(t, err)
	if a == b || !strings.HasPrefix(a, "$argon2id$v=19$m=65536,t=1,p=2$") {
		t.Errorf("hashes %s and %s", a, b)
	}
	for password, want := range map[string]bool{good: true, other: false, "": false} {
		if ok, err := s.matches(t.Context(), a, password); ok != want || err != nil {
			t.Errorf("matches %q: %v, %v; want %v", password, ok, err, want)
		}
	}
}

// TestHashOfOthers reads a hash of the reference implementation of argon2
// (https://github.com/P-H-C/phc-winner-argon2, src/test.c).
func TestHashOfOthers(t *testing.T) {
	const made = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	s := New(Config{})
	if ok, err := s.matches(t.Context(), made, "password"); !ok || err != nil {
		t.Errorf("matches = %v, %v", ok, err)
	}
}

func TestMalformedHashes(t *testing.T) {
	s, _ := empty(t)
	whole, err := s.hash(t.Context(), good)
	must(t, err)
	zero := base64.RawStdEncoding.EncodeToString(make([]byte, hashLength))
	for name, hash := range map[string]string{
		"empty":            "",
		"separators":       "$$$$$",
		"more separators":  strings.Repeat("$", 100),
		"cut":              whole[:len(whole)-1],
		"more behind":      whole + "$",
		"blank behind":     whole + " ",
		"blank before":     " " + whole,
		"other algorithm":  strings.Replace(whole, "argon2id", "argon2i", 1),
		"other version":    strings.Replace(whole, "v=19", "v=16", 1),
		"negative memory":  strings.Replace(whole, "m=8", "m=-8", 1),
		"no memory":        strings.Replace(whole, "m=8", "m=0", 1),
		"endless memory":   strings.Replace(whole, "m=8", "m=4294967295", 1),
		"more than fits":   strings.Replace(whole, "m=8", "m=99999999999999999999", 1),
		"no pass":          strings.Replace(whole, "t=1", "t=0", 1),
		"endless passes":   strings.Replace(whole, "t=1", "t=4294967295", 1),
		"no thread":        strings.Replace(whole, "p=1", "p=0", 1),
		"too many threads": strings.Replace(whole, "p=1", "p=256", 1),
		"signed":           strings.Replace(whole, "m=8", "m=+8", 1),
		"no key":           whole[:strings.LastIndex(whole, "$")+1],
		"a key of zeros":   "$argon2id$v=19$m=8,t=1,p=1$$" + zero + "x",
		"no base64":        "$argon2id$v=19$m=8,t=1,p=1$!!!!$" + zero,
	} {
		if ok, err := s.matches(t.Context(), hash, good); ok || err != nil {
			t.Errorf("%s: matches %q = %v, %v", name, hash, ok, err)
		}
		if k, ok := parseHash(hash); ok {
			t.Errorf("%s: %q was read as %+v", name, hash, k)
		}
	}
}

// TestHashingWaits fills every place where hashes are computed.
func TestHashingWaits(t *testing.T) {
	s, _, _ := started(t)
	for range hashesAtOnce {
		s.hashing <- struct{}{}
	}
	for name, end := range map[string]func(context.Context) (context.Context, context.CancelFunc){
		"deadline": func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, time.Minute)
		},
		"canceled": func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			cancel()
			return ctx, cancel
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := end(t.Context())
			defer cancel()
			_, err := New(Config{}).waitFull(ctx)
			wantKind(t, name, err, problem.Unavailable)
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.SignIn(ctx, "Ān", good, there, "b")
	wantKind(t, "signing in", err, problem.Unavailable)
	for range hashesAtOnce {
		<-s.hashing
	}
	_, err = s.SignIn(t.Context(), "Ān", good, there, "b")
	wantKind(t, "when there is room again", err, "")
}

// waitFull computes a hash while every place is taken.
func (s *Service) waitFull(ctx context.Context) (string, error) {
	for range hashesAtOnce {
		s.hashing <- struct{}{}
	}
	return s.hash(ctx, good)
}

// FuzzHash looks for a kept hash that makes sign-in panic, or match what it
// should not. It computes only what costs little: at most 64 KiB and 4 passes.
func FuzzHash(f *testing.F) {
	salt, key := base64.RawStdEncoding.EncodeToString(make([]byte, saltLength)), base64.RawStdEncoding.EncodeToString(make([]byte, hashLength))
	for _, costs := range []string{"m=8,t=1,p=1", "m=64,t=4,p=2", "m=0,t=0,p=0", "m=-1,t=-1,p=-1", "m=8,t=1,p=16", "m=1e3,t=1,p=1"} {
		f.Add(fmt.Sprintf("$argon2id$v=%d$%s$%s$%s", argon2.Version, costs, salt, key), good)
	}
	f.Add("", "")
	f.Add("$$$$$", "$")
	f.Fuzz(func(t *testing.T, hash, password string) {
		s, _ := empty(nil)
		k, ok := parseHash(hash)
		if ok && (k.String() != hash || !k.within()) {
			t.Fatalf("%q was read as %q", hash, k)
		}
		if ok && (k.memory > 64 || k.passes > 4) {
			return
		}
		got, err := s.matches(t.Context(), hash, password)
		if err != nil || got && !ok {
			t.Fatalf("matches(%q, %q) = %v, %v", hash, password, got, err)
		}
	})
}
