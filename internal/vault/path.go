package vault

import (
	"crypto/rand"
	"encoding/hex"
	"path"
	"regexp"
	"strings"

	"guanji/internal/problem"
)

// The limits of the path of an object: bytes of the whole, and its parts.
const (
	maxPath  = 200
	maxParts = 8
)

// part is one part of the path of an object. Only lower case, so that two
// paths are two files on every file system; it neither begins nor ends with a
// dot.
var part = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$`)

// partialTile matches the path of a partial tile; what stands before ".p" is
// the path of the full one.
var partialTile = regexp.MustCompile(`^(tile/(?:[a-z0-9]+/)+[0-9]{3})\.p/[0-9]{1,3}$`)

// hexDigits are those of a SHA-256 digest.
var hexDigits = regexp.MustCompile(`^[0-9a-f]{64}$`)

// uploadID matches what [rand.Text] gives: 26 digits in base 32, 130 bits.
var uploadID = regexp.MustCompile(`^[A-Z2-7]{26}$`)

// digestPrefix names the only kind of digest so far.
const digestPrefix = "sha256:"

// objectName returns where the object of a path lies. It fails with
// [problem.Input] for what is no path.
func objectName(p string) (string, error) {
	parts := strings.Split(p, "/")
	if len(p) > maxPath || len(parts) > maxParts {
		return "", badPath(p)
	}
	for _, s := range parts {
		if !part.MatchString(s) || strings.Contains(s, "..") {
			return "", badPath(p)
		}
	}
	return ledgerFolder + "/" + p, nil
}

func badPath(p string) error { return problem.New(problem.Input, "vault.bad_path", shown(p)) }

// prefixName returns where the objects lie whose paths begin with a prefix.
func prefixName(prefix string) (string, error) {
	dir, last := path.Split(prefix)
	for _, s := range []string{strings.TrimSuffix(dir, "/"), last} {
		if s == "" {
			continue
		}
		if _, err := objectName(s + "0"); err != nil { // it may end within a part, as "tile/0/x001/067."
			return "", badPath(prefix)
		}
	}
	if strings.HasPrefix(prefix, "/") || strings.Contains(prefix, "//") {
		return "", badPath(prefix)
	}
	return ledgerFolder + "/" + prefix, nil
}

// fileName returns where the file of a digest lies. It fails with
// [problem.Input] for what is no digest.
func fileName(digest string) (string, error) {
	sum, ok := strings.CutPrefix(digest, digestPrefix)
	if !ok || !hexDigits.MatchString(sum) {
		return "", problem.New(problem.Input, "vault.bad_digest", shown(digest))
	}
	return filesFolder + "/" + sum[:2] + "/" + sum[2:], nil
}

// digestAt returns the digest of the file that lies somewhere, the opposite of
// [fileName].
func digestAt(name string) (string, bool) {
	parts := strings.Split(name, "/")
	if len(parts) != 3 || parts[0] != filesFolder || len(parts[1]) != 2 || !hexDigits.MatchString(parts[1]+parts[2]) {
		return "", false
	}
	return digestPrefix + parts[1] + parts[2], true
}

func digestOf(sum []byte) string { return digestPrefix + hex.EncodeToString(sum) }

// uploadName returns the folder of an upload. An id that none can have is not
// there.
func uploadName(id string) (string, error) {
	if !uploadID.MatchString(id) {
		return "", noUpload(id)
	}
	return incomingFolder + "/" + id, nil
}

func noUpload(id string) error {
	return problem.New(problem.NotFound, "vault.upload.none", shown(id))
}

func newID() string { return rand.Text() }

// shown shortens what came from outside, for a message.
func shown(s string) string {
	if len(s) > maxPath {
		return s[:maxPath] + "…"
	}
	return s
}
