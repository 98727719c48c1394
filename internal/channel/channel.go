// Package channel is the ways by which something leaves this machine, and how
// their addresses are written. It opens no connection: package notify does.
package channel

import "net/url"

// A Means is a way by which something reaches others.
type Means string

// The means.
const (
	Folder    Means = "folder"    // files in a folder, such as one on another machine
	Mail      Means = "mail"      // a mail
	Webhook   Means = "webhook"   // an HTTP request; notices are signed as Standard Webhooks has it
	TimeStamp Means = "timestamp" // a request to a time stamp authority (RFC 3161); for checkpoints alone
	WeCom     Means = "wecom"     // a robot of a WeCom group (企业微信); for notices alone
	DingTalk  Means = "dingtalk"  // a robot of a DingTalk group (钉钉); for notices alone
	Feishu    Means = "feishu"    // a robot of a Feishu group (飞书); for notices alone
)

// ForNotices lists the means by which notices go.
func ForNotices() []Means { return []Means{Mail, Webhook, WeCom, DingTalk, Feishu, Folder} }

// Robot reports whether the means is a group's robot, whose address is a key
// to it.
func (m Means) Robot() bool { return m == WeCom || m == DingTalk || m == Feishu }

// Shown is an address without its query, where services put keys. Of a webhook
// or robot only the host stays: some put theirs into the path.
func Shown(m Means, address string) string {
	if m == Folder {
		return address
	}
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return string(m)
	case m == Mail:
		return u.Query().Get("to")
	case m == Webhook || m.Robot():
		return u.Host + "/…"
	}
	if u.RawQuery != "" {
		u.RawQuery = "…"
	}
	return u.String()
}
