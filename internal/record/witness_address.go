package record

import (
	"net/mail"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"guanji/internal/message"
	"guanji/internal/problem"
)

// AllMeans lists every means.
func AllMeans() []Means { return []Means{ByFolder, ByTimeStamp, ByWebhook, ByMail} }

// maxAddress is the longest address of a witness, in bytes.
const maxAddress = 1000

// checkAddress finds what is wrong with the address of a witness.
func checkAddress(m Means, address string) problem.Fields {
	key := ""
	switch {
	case !slices.Contains(AllMeans(), m):
		return problem.Fields{{Name: "means", Msg: message.New("witness.bad_means", string(m))}}
	case address == "" || len(address) > maxAddress || strings.ContainsFunc(address, func(r rune) bool { return !unicode.IsPrint(r) }):
		key = "witness.bad_address"
	case m == ByFolder:
		key = folderFault(address)
	case m == ByMail:
		key = mailFault(address)
	default:
		key = urlFault(address)
	}
	if key == "" {
		return nil
	}
	return problem.Fields{{Name: "address", Msg: message.New(key, maxAddress)}}
}

func folderFault(path string) string {
	if !filepath.IsAbs(path) || filepath.Clean(path) != path || filepath.Dir(path) == path {
		return "witness.bad_folder"
	}
	return ""
}

// urlFault is for what is reached by HTTP: https, or http on this machine. A
// password has no place in it, as addresses are shown.
func urlFault(address string) string {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Hostname() == "" || u.Fragment != "" || u.Scheme != "https" && u.Scheme != "http":
		return "witness.bad_url"
	case u.User != nil:
		return "witness.password_in_url"
	case u.Scheme == "http" && !Loopback(u.Hostname()):
		return "witness.plain_url"
	}
	return ""
}

// Loopback reports whether a host is this machine by its name alone.
func Loopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.Unmap().IsLoopback()
}

// mailFault is for smtps://USER@HOST:465/?from=ADDRESS&to=ADDRESS, where TLS
// comes first, and smtp://, where STARTTLS is demanded unless the host is this
// machine.
func mailFault(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "smtps" && u.Scheme != "smtp" || u.Hostname() == "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "" {
		return "witness.bad_mail"
	}
	if _, has := u.User.Password(); has {
		return "witness.password_in_url"
	}
	q, err := url.ParseQuery(u.RawQuery)
	if err != nil || len(q) != 2 || !oneMailbox(q["from"]) || !oneMailbox(q["to"]) {
		return "witness.bad_mail"
	}
	return ""
}

// oneMailbox reports whether there is one plain address of a mailbox.
func oneMailbox(values []string) bool {
	if len(values) != 1 {
		return false
	}
	a, err := mail.ParseAddress(values[0])
	return err == nil && a.Name == "" && a.Address == values[0]
}

// Shown is the address of a witness without what stands in its query, where
// services put keys; for those who may not administer.
func (w Witness) Shown() string {
	if w.Means == ByFolder {
		return w.Address
	}
	u, err := url.Parse(w.Address)
	if err != nil {
		return string(w.Means)
	}
	if w.Means == ByMail {
		return u.Query().Get("to")
	}
	if u.RawQuery != "" {
		u.RawQuery = "…"
	}
	return u.String()
}
