// Package account says who people are to the program and what they may do.
package account

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"guanji/internal/message"
	"guanji/internal/problem"
)

// A Permission is a set of things that somebody may do.
type Permission uint8

// The permissions.
const (
	Read       Permission = 1 << iota // see everything of every organization
	Write                             // state facts, edit systems, import files
	Administer                        // accounts and settings
	Alert                             // raise alerts, and nothing else: for machines
)

// Has reports whether every permission of q is in p.
func (p Permission) Has(q Permission) bool { return p&q == q }

// A Role is what somebody is to an installation.
type Role string

// The roles.
const (
	Administrator Role = "administrator"
	Editor        Role = "editor"
	Reader        Role = "reader"
)

// Roles lists every role, the one that may most first.
func Roles() []Role { return []Role{Administrator, Editor, Reader} }

// May returns what a role may do: nothing, for a word that is no role.
func (r Role) May() Permission {
	switch r {
	case Administrator:
		return Read | Write | Administer | Alert
	case Editor:
		return Read | Write | Alert
	case Reader:
		return Read
	}
	return 0
}

// An Account is a person who signs in.
type Account struct {
	ID       string
	Name     string // as it signs what the person states; see [CheckName]
	Role     Role
	Disabled bool
	Lang     message.Lang // "" until chosen
	Created  time.Time
}

// May returns what the person may do: nothing, once disabled.
func (a Account) May() Permission {
	if a.Disabled {
		return 0
	}
	return a.Role.May()
}

// MaxName is the longest name of an account, in characters.
const MaxName = 60

// CheckName returns a name as it is kept, without white space around it, or
// the mistake in it: it has 1 to [MaxName] characters, all visible.
func CheckName(name string) (string, *message.M) {
	name = norm.NFC.String(strings.TrimSpace(name))
	n := utf8.RuneCountInString(name)
	if n == 0 || n > MaxName || !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
		m := message.New("account.bad_name", MaxName)
		return "", &m
	}
	return name, nil
}

// Key returns the form in which names are compared: two accounts whose names
// differ only in case or width are one.
func Key(name string) string {
	return strings.ToLower(norm.NFKC.String(strings.TrimSpace(name)))
}

// atTerminal ends the names of the users of the machine.
const atTerminal = "(terminal)"

// Terminal returns the name by which a user of the machine signs what is done
// at a terminal. No account can have it.
func Terminal(user string) string { return user + " " + atTerminal }

// AtTerminal reports whether a name is that of a user of the machine, in any
// case and width.
func AtTerminal(name string) bool { return strings.HasSuffix(Key(name), atTerminal) }

// MayBeOne reports whether two who signed may be one person: they have one
// name, or one of them was at a terminal, where nobody has signed in.
func MayBeOne(a, b string) bool { return AtTerminal(a) || AtTerminal(b) || Key(a) == Key(b) }

// The lengths of a password. Twelve characters resist guessing through a
// rate-limited form by a wide margin; the upper limit bounds hashing.
const (
	MinPassword = 12  // characters
	MaxPassword = 256 // bytes
)

// CheckPassword returns the mistake in a new password of a person, or nil.
func CheckPassword(name, password string) *message.M {
	distinct := map[rune]bool{}
	for _, r := range password {
		distinct[r] = true
	}
	var m message.M
	switch {
	case utf8.RuneCountInString(password) < MinPassword:
		m = message.New("account.short_password", MinPassword)
	case len(password) > MaxPassword:
		m = message.New("account.long_password", MaxPassword)
	case !utf8.ValidString(password) || strings.ContainsRune(password, 0):
		m = message.New("account.bad_password")
	case len(distinct) < 5 || utf8.RuneCountInString(Key(name)) >= 4 && strings.Contains(Key(password), Key(name)):
		m = message.New("account.weak_password")
	default:
		return nil
	}
	return &m
}

// CheckRole adds a mistake for a word that is no role.
func CheckRole(r Role) problem.Fields {
	if r.May() == 0 {
		return problem.Fields{{Name: "role", Msg: message.New("account.bad_role", string(r))}}
	}
	return nil
}
