package channel

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

// MaxAddress is the longest address, in bytes.
const MaxAddress = 1000

// CheckAddress finds what is wrong with an address for one of the means that
// are possible.
func CheckAddress(possible []Means, m Means, address string) problem.Fields {
	key := ""
	switch {
	case !slices.Contains(possible, m):
		return problem.Fields{{Name: "means", Msg: message.New("channel.bad_means", string(m), words(possible))}}
	case address == "" || len(address) > MaxAddress || strings.ContainsFunc(address, func(r rune) bool { return !unicode.IsPrint(r) }):
		key = "channel.bad_address"
	case m == Folder:
		key = folderFault(address)
	case m == Mail:
		key = mailFault(address)
	case m.Robot():
		key = robotFault(m, address)
	default:
		key = urlFault(address)
	}
	if key == "" {
		return nil
	}
	return problem.Fields{{Name: "address", Msg: message.New(key, MaxAddress)}}
}

func folderFault(path string) string {
	if !filepath.IsAbs(path) || filepath.Clean(path) != path || filepath.Dir(path) == path {
		return "channel.bad_folder"
	}
	return ""
}

// urlFault is for what is reached by HTTP: https, or http on this machine. A
// password has no place in it, as addresses are shown.
func urlFault(address string) string {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Hostname() == "" || u.Fragment != "" || u.Scheme != "https" && u.Scheme != "http":
		return "channel.bad_url"
	case u.User != nil:
		return "channel.password_in_url"
	case u.Scheme == "http" && !Loopback(u.Hostname()):
		return "channel.plain_url"
	}
	return ""
}

// robotFault is for the address that a group's robot shows. The key that opens
// it stands in the query of a WeCom or DingTalk robot, and in the path of a
// Feishu robot; without it nothing would ever be taken.
func robotFault(m Means, address string) string {
	if fault := urlFault(address); fault != "" {
		return fault
	}
	u, _ := url.Parse(address) // urlFault has read it
	q, err := url.ParseQuery(u.RawQuery)
	has := map[Means]bool{WeCom: q.Get("key") != "", DingTalk: q.Get("access_token") != "", Feishu: strings.Trim(u.Path, "/") != ""}
	if err != nil || !has[m] {
		return "channel.bad_robot"
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
		return "channel.bad_mail"
	}
	if _, has := u.User.Password(); has {
		return "channel.password_in_url"
	}
	q, err := url.ParseQuery(u.RawQuery)
	if err != nil || len(q) != 2 || !oneMailbox(q["from"]) || !oneMailbox(q["to"]) {
		return "channel.bad_mail"
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

// words lists means as they are written.
func words(means []Means) string {
	var list []string
	for _, m := range means {
		list = append(list, string(m))
	}
	return strings.Join(list, ", ")
}
