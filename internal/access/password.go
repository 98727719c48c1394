package access

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"

	"golang.org/x/crypto/argon2"
)

// The cost of argon2id: 64 MiB in one pass, the second choice of RFC 9106
// (section 4) with fewer passes, as one costs an attacker the memory already.
const (
	hashMemory  = 64 << 10 // KiB
	hashPasses  = 1
	hashThreads = 2
	hashLength  = 32
	saltLength  = 16

	// hashesAtOnce bounds the memory that sign-in can take, whatever arrives.
	hashesAtOnce = 4
)

// hash returns a password as it is kept: the PHC string of argon2id.
func (s *Service) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltLength)
	_, _ = rand.Read(salt) // never fails
	key, err := s.key(ctx, password, salt, hashMemory, hashPasses, hashThreads)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, hashMemory, hashPasses, hashThreads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key)), err
}

// matches reports whether a password is the one of a hash. An empty hash
// matches nothing, and takes as long to say so.
func (s *Service) matches(ctx context.Context, hash, password string) (bool, error) {
	var version, memory, passes, threads int
	var salt, want []byte
	var saltText, wantText string
	if n, _ := fmt.Sscanf(splitPHC(hash), "argon2id v=%d m=%d t=%d p=%d %s %s", &version, &memory, &passes, &threads, &saltText, &wantText); n == 6 {
		salt, _ = base64.RawStdEncoding.DecodeString(saltText)
		want, _ = base64.RawStdEncoding.DecodeString(wantText)
	}
	if len(want) != hashLength || version != argon2.Version || memory > 1<<20 || passes > 16 || threads < 1 || threads > 16 || passes < 1 {
		salt, want = make([]byte, saltLength), nil
		memory, passes, threads = hashMemory, hashPasses, hashThreads
	}
	key, err := s.key(ctx, password, salt, memory, passes, threads)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(key, want) == 1, nil
}

// splitPHC puts blanks in place of the separators of a PHC string.
func splitPHC(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c == '$' || c == ',' {
			b[i] = ' '
		}
	}
	return string(b)
}

func (s *Service) key(ctx context.Context, password string, salt []byte, memory, passes, threads int) ([]byte, error) {
	select {
	case s.hashing <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-s.hashing }()
	return argon2.IDKey([]byte(password), salt, uint32(passes), uint32(memory), uint8(threads), hashLength), nil
}
