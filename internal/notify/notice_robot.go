package notify

import (
	"cmp"
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"time"

	"guanji/internal/channel"
	"guanji/internal/problem"
	"guanji/internal/respond"
)

// What is said here of the robots was read in the descriptions of their makers,
// as others keep copies of them, in November 2026, and was tried on none of them:
//
//   - WeCom, 群机器人配置说明, developer.work.weixin.qq.com/document/path/91770: the
//     body, a text of at most 2048 bytes, 20 messages a minute; 全局错误码,
//     …/path/90313: 93000 no such address or robot, 93004 turned off, 93008 not in
//     the group.
//   - DingTalk, 自定义机器人接入 and 自定义机器人安全设置,
//     open.dingtalk.com/document/robots/custom-robot-access and
//     …/customize-robot-security-settings: the body, timestamp and sign, a time at
//     most an hour off, 20 messages a minute, 310000 for everything that the
//     settings refuse.
//   - Feishu, 自定义机器人使用指南, open.feishu.cn/document/client-docs/bot-v3/add-custom-bot
//     (a copy: open.larkoffice.com/document/ukTMukTMukTM/ucTM5YjL3ETO24yNxkjN.md):
//     the body, timestamp and sign, a time at most an hour off, 100 messages a
//     minute; 9499 bad request, 11232 too often, 19021 signature or time, 19022
//     address, 19024 keyword.
//   - Codes for a robot that is not there, as users of the robots met them:
//     DingTalk 300001 and 300005 (github.com/timonwong/prometheus-webhook-dingtalk,
//     issues 91 and 226), 400013 to 400106 (from a list in a library, one source);
//     Feishu 19001 (github.com/sansan0/TrendRadar, issue 278).

// maxRobotText is the longest text of a robot in bytes: what WeCom takes, the
// least of the three.
const maxRobotText = 2048

// byRobot sends a notice to a group's robot. That it has taken it stands in its
// answer, not in the status.
func (n *notices) byRobot(ctx context.Context, c respond.Channel, m respond.Message) error {
	address, said := toRobot(c, textOf(m, maxRobotText), n.now())
	body, err := encode(said)
	if err != nil {
		return err
	}
	got, err := post(ctx, n.client, address, kind("application/json; charset=utf-8"), body)
	if err != nil {
		return err
	}
	return robotFault(c.Means, got)
}

// spoken is what a robot is sent: WeCom and DingTalk read the first two, Feishu
// the others.
type spoken struct {
	MsgType string      `json:"msgtype,omitempty"`
	Text    *spokenText `json:"text,omitempty"`

	Timestamp  string      `json:"timestamp,omitempty"` // with Sign
	Sign       string      `json:"sign,omitempty"`
	FeishuType string      `json:"msg_type,omitempty"`
	Content    *spokenText `json:"content,omitempty"`
}

type spokenText struct {
	Content string `json:"content,omitempty"`
	Text    string `json:"text,omitempty"`
}

// toRobot returns where a text for a robot is sent, and as what. DingTalk has the
// signature in the address, with milliseconds; Feishu in the body, with seconds,
// and what would be signed as the key.
func toRobot(c respond.Channel, text string, at time.Time) (address string, s spoken) {
	if c.Means == channel.Feishu {
		s = spoken{FeishuType: "text", Content: &spokenText{Text: text}}
		if c.Secret != "" {
			s.Timestamp = strconv.FormatInt(at.Unix(), 10)
			s.Sign = mac([]byte(s.Timestamp+"\n"+c.Secret), "")
		}
		return c.Address, s
	}
	address, s = c.Address, spoken{MsgType: "text", Text: &spokenText{Content: text}}
	if c.Means == channel.DingTalk && c.Secret != "" {
		ms := strconv.FormatInt(at.UnixMilli(), 10)
		address += "&timestamp=" + ms + "&sign=" + url.QueryEscape(mac([]byte(c.Secret), ms+"\n"+c.Secret))
	}
	return address, s
}

// robotAnswer is what a robot answers, as far as it is read: its words may say
// again what it was told.
type robotAnswer struct {
	ErrCode    *int64 `json:"errcode"`    // of WeCom and DingTalk
	Code       *int64 `json:"code"`       // of Feishu
	StatusCode *int64 `json:"StatusCode"` // of Feishu, older
}

// robotCode returns the code in a robot's answer, 0 for success, and whether
// there is one.
func robotCode(m channel.Means, body []byte) (code int64, said bool) {
	var a robotAnswer
	if json.Unmarshal(body, &a) != nil {
		return 0, false
	}
	of := a.ErrCode
	if m == channel.Feishu {
		of = cmp.Or(a.Code, a.StatusCode)
	}
	if of == nil {
		return 0, false
	}
	return *of, true
}

// robotFault is what a robot's answer says against the notice, nil if it was
// taken.
func robotFault(m channel.Means, a answer) error {
	code, said := robotCode(m, a.body)
	switch status := a.fault(); {
	case said && code != 0 && problem.KindOf(status) != problem.Refused:
		return robotRefusal(m, code)
	case status != nil:
		return status
	case !said:
		return problem.New(problem.Unavailable, "notify.robot_answer")
	}
	return nil
}

// robotRefusal puts a code into words. A robot that is gone stays so; its
// settings and the clock may be put right while it is tried again.
func robotRefusal(m channel.Means, code int64) error {
	gone := map[channel.Means][]int64{
		channel.WeCom:    {93000, 93004, 93008},
		channel.DingTalk: {300001, 300005, 400013, 400101, 400102, 400106},
		channel.Feishu:   {19001},
	}
	settings := map[channel.Means][]int64{channel.DingTalk: {310000}, channel.Feishu: {19021, 19022, 19024}}
	switch {
	case slices.Contains(gone[m], code):
		return problem.New(problem.Refused, "notify.robot_gone", code)
	case slices.Contains(settings[m], code):
		return problem.New(problem.Unavailable, "notify.robot_settings", code)
	}
	return problem.New(problem.Unavailable, "notify.robot_code", code)
}
