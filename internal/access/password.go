package access

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"

	"guanji/internal/account"
	"guanji/internal/problem"
)

// cost is what argon2id takes for one password.
type cost struct {
	memory  uint32 // KiB
	passes  uint32
	threads uint8
}

// presentCost is the cost of new hashes: 64 MiB in one pass, the second choice
// of RFC 9106 (section 4) with fewer passes, as one costs an attacker the
// memory already.
func presentCost() cost { return cost{memory: 64 << 10, passes: 1, threads: 2} }

// within reports whether a cost is one that sign-in pays: what was kept with a
// higher one must not stop the machine.
func (c cost) within() bool {
	return c.memory >= 8 && c.memory <= 256<<10 && c.passes >= 1 && c.passes <= 16 && c.threads >= 1 && c.threads <= 16
}

const (
	hashLength = 32
	saltLength = 16

	// hashesAtOnce bounds the memory that sign-in can take, whatever arrives.
	hashesAtOnce = 4
)

// A kept is the hash of a password.
type kept struct {
	cost
	salt, key []byte
}

// phc is the form in which hashes are kept: the PHC string of argon2id, with
// version, memory, passes, threads, salt and key.
const phc = "$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s"

func (k kept) String() string {
	return fmt.Sprintf(phc, argon2.Version, k.memory, k.passes, k.threads,
		base64.RawStdEncoding.EncodeToString(k.salt), base64.RawStdEncoding.EncodeToString(k.key))
}

// parseHash reads what [kept.String] writes. It reports false for anything
// else.
func parseHash(s string) (kept, bool) {
	parts := strings.Split(s, "$")
	if len(parts) != 6 {
		return kept{}, false
	}
	var k kept
	if n, _ := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &k.memory, &k.passes, &k.threads); n != 3 {
		return kept{}, false
	}
	k.salt, _ = base64.RawStdEncoding.DecodeString(parts[4])
	k.key, _ = base64.RawStdEncoding.DecodeString(parts[5])
	return k, k.within() && len(k.key) == hashLength && k.String() == s
}

// hash returns a password as it is kept.
func (s *Service) hash(ctx context.Context, password string) (string, error) {
	k := kept{cost: s.cost, salt: make([]byte, saltLength)}
	_, _ = rand.Read(k.salt) // never fails
	var err error
	if k.key, err = s.key(ctx, password, k); err != nil {
		return "", err
	}
	return k.String(), nil
}

// matches reports whether a password is the one of a hash. An empty hash
// matches nothing, and takes as long to say so; so does a password longer than
// any that could be chosen.
func (s *Service) matches(ctx context.Context, hash, password string) (bool, error) {
	k, ok := parseHash(hash)
	if !ok || len(password) > account.MaxPassword {
		k, password = kept{cost: s.cost, salt: make([]byte, saltLength)}, ""
	}
	key, err := s.key(ctx, password, k)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(key, k.key) == 1, nil
}

// key computes the key of a password by the cost and salt of a hash. It fails
// with [problem.Unavailable] where too many are computed to wait for.
func (s *Service) key(ctx context.Context, password string, k kept) ([]byte, error) {
	select {
	case s.hashing <- struct{}{}:
	case <-ctx.Done():
		return nil, problem.New(problem.Unavailable, "access.busy").Because(ctx.Err())
	}
	defer func() { <-s.hashing }()
	return argon2.IDKey([]byte(password), k.salt, k.passes, k.memory, k.threads, hashLength), nil
}
