package notify

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"guanji/internal/channel"
	"guanji/internal/problem"
)

// hmacOf computes what a robot computes, from its maker's description.
func hmacOf(key, text string) string {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

func fine(w http.ResponseWriter, _ *http.Request) {
	say(w, `{"errcode":0,"errmsg":"ok","code":0,"msg":"success"}`)
}

// said is the text that a robot says of the reminder.
func said() string {
	return reminder().Text + "\n\n消息编号 Notice id: k7m2q4\n"
}

func TestWeCom(t *testing.T) {
	var b inbox
	address, cfg := b.open(t, fine)
	fatal(t, send(t, cfg, on(channel.WeCom, address+"/cgi-bin/webhook/send?key=s3cr3t", ""), reminder()))
	h, body, query := b.last(t)
	want := map[string]any{"msgtype": "text", "text": map[string]any{"content": said()}}
	if got := decode(t, body); !reflect.DeepEqual(got, want) || query != "key=s3cr3t" || !strings.HasPrefix(h.Get("Content-Type"), "application/json") {
		t.Errorf("sent %q with query %q, want %v", body, query, want)
	}
}

func TestDingTalk(t *testing.T) {
	const secret = "SEC0f0fexample"
	tests := map[string]struct {
		secret string
		sign   string // computed by another program
	}{
		"unsigned": {"", ""},
		"signed":   {secret, "ESqbiXmA00+5xkm+w7Ru23pScDldONhPdpMCFOkXV14="},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var b inbox
			address, cfg := b.open(t, fine)
			fatal(t, send(t, cfg, on(channel.DingTalk, address+"/robot/send?access_token=s3cr3t", tt.secret), reminder()))
			_, body, query := b.last(t)
			q, err := url.ParseQuery(query)
			fatal(t, err)
			if q.Get("access_token") != "s3cr3t" || q.Get("sign") != tt.sign {
				t.Errorf("query %q", query)
			}
			if at := q.Get("timestamp"); tt.secret != "" && (at != "1772413200000" || q.Get("sign") != hmacOf(secret, at+"\n"+secret)) {
				t.Errorf("query %q", query)
			}
			want := map[string]any{"msgtype": "text", "text": map[string]any{"content": said()}}
			if got := decode(t, body); !reflect.DeepEqual(got, want) {
				t.Errorf("sent %q, want %v", body, want)
			}
		})
	}
}

func TestFeishu(t *testing.T) {
	const secret = "feishu-example"
	signed := map[string]any{"timestamp": "1772413200", "sign": hmacOf("1772413200\n"+secret, "")}
	if signed["sign"] != "SOyJXRFDQbfzNBWFsyyHbZh47jAk1cRpFOQkaPKiOtw=" { // computed by another program
		t.Fatal(signed)
	}
	for name, secret := range map[string]string{"unsigned": "", "signed": secret} {
		t.Run(name, func(t *testing.T) {
			var b inbox
			address, cfg := b.open(t, fine)
			fatal(t, send(t, cfg, on(channel.Feishu, address+"/open-apis/bot/v2/hook/s3cr3t", secret), reminder()))
			_, body, _ := b.last(t)
			want := map[string]any{"msg_type": "text", "content": map[string]any{"text": said()}}
			if secret != "" {
				want["timestamp"], want["sign"] = signed["timestamp"], signed["sign"]
			}
			if got := decode(t, body); !reflect.DeepEqual(got, want) {
				t.Errorf("sent %q, want %v", body, want)
			}
		})
	}
}

func TestRobotAnswers(t *testing.T) {
	wecom, ding, feishu := channel.WeCom, channel.DingTalk, channel.Feishu
	tests := map[string]struct {
		means  channel.Means
		status int
		answer string
		want   string
		kind   problem.Kind
	}{
		"WeCom, taken":                  {wecom, 200, `{"errcode":0,"errmsg":"ok"}`, "", ""},
		"WeCom, no such key":            {wecom, 200, `{"errcode":93000,"errmsg":"invalid webhook url, hint: [0ther-s1de]"}`, "notify.robot_gone", problem.Refused},
		"WeCom, turned off":             {wecom, 200, `{"errcode":93004,"errmsg":"0ther-s1de"}`, "notify.robot_gone", problem.Refused},
		"WeCom, too often":              {wecom, 200, `{"errcode":45009,"errmsg":"api freq out of limit 0ther-s1de"}`, "notify.robot_code", problem.Unavailable},
		"WeCom, busy":                   {wecom, 200, `{"errcode":-1}`, "notify.robot_code", problem.Unavailable},
		"WeCom, code beside a status":   {wecom, 403, `{"errcode":93000}`, "notify.robot_gone", problem.Refused},
		"WeCom, success beside a fault": {wecom, 500, `{"errcode":0}`, "notify.status", problem.Unavailable},
		"WeCom, answer of Feishu":       {wecom, 200, `{"code":0}`, "notify.robot_answer", problem.Unavailable},
		"WeCom, a page":                 {wecom, 200, `<html>0ther-s1de</html>`, "notify.robot_answer", problem.Unavailable},
		"WeCom, nothing":                {wecom, 200, ``, "notify.robot_answer", problem.Unavailable},
		"WeCom, code as text":           {wecom, 200, `{"errcode":"0"}`, "notify.robot_answer", problem.Unavailable},
		"WeCom, no code":                {wecom, 200, `{"errmsg":"ok"}`, "notify.robot_answer", problem.Unavailable},
		"WeCom, code is null":           {wecom, 200, `{"errcode":null}`, "notify.robot_answer", problem.Unavailable},
		"WeCom, longer than any":        {wecom, 200, `{"errcode":0,"errmsg":"` + strings.Repeat("x", MaxAnswer) + `"}`, "notify.robot_answer", problem.Unavailable},
		"WeCom, gone":                   {wecom, 410, `{"errcode":1}`, "notify.gone", problem.Refused},
		"DingTalk, taken":               {ding, 200, `{"errcode":0,"errmsg":"ok"}`, "", ""},
		"DingTalk, no such token":       {ding, 200, `{"errcode":300005,"errmsg":"token is not exist 0ther-s1de"}`, "notify.robot_gone", problem.Refused},
		"DingTalk, older":               {ding, 200, `{"errmsg":"token is not exist","errcode":300001}`, "notify.robot_gone", problem.Refused},
		"DingTalk, settings":            {ding, 200, `{"errcode":310000,"errmsg":"sign not match 0ther-s1de"}`, "notify.robot_settings", problem.Unavailable},
		"DingTalk, too often":           {ding, 200, `{"errcode":130101,"errmsg":"send too fast"}`, "notify.robot_code", problem.Unavailable},
		"Feishu, taken":                 {feishu, 200, `{"code":0,"msg":"success","data":{},"Extra":null,"StatusCode":0,"StatusMessage":"success"}`, "", ""},
		"Feishu, taken, older":          {feishu, 200, `{"Extra":null,"StatusCode":0,"StatusMessage":"success"}`, "", ""},
		"Feishu, no such token":         {feishu, 200, `{"code":19001,"data":{},"msg":"param invalid: incoming webhook access token invalid 0ther-s1de"}`, "notify.robot_gone", problem.Refused},
		"Feishu, both, one fails":       {feishu, 200, `{"code":19021,"StatusCode":0}`, "notify.robot_settings", problem.Unavailable},
		"Feishu, address":               {feishu, 200, `{"code":19022,"msg":"Ip Not Allowed"}`, "notify.robot_settings", problem.Unavailable},
		"Feishu, keyword":               {feishu, 200, `{"code":19024,"msg":"Key Words Not Found"}`, "notify.robot_settings", problem.Unavailable},
		"Feishu, too often":             {feishu, 200, `{"code":11232,"msg":"frequency limited psm"}`, "notify.robot_code", problem.Unavailable},
		"Feishu, bad":                   {feishu, 400, `{"code":9499,"msg":"Bad Request"}`, "notify.robot_code", problem.Unavailable},
		"Feishu, answer of WeCom":       {feishu, 200, `{"errcode":0}`, "notify.robot_answer", problem.Unavailable},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address, cfg, _ := site(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(tt.status); say(w, tt.answer) })
			c := on(tt.means, address+"/s3cr3t?key=s3cr3t", "")
			err := send(t, cfg, c, reminder())
			if !failedWith(err, tt.want) || problem.KindOf(err) != tt.kind {
				t.Errorf("Send = %v, want %s, %s", err, tt.want, tt.kind)
			}
			if err != nil {
				quiet(t, err, c)
			}
		})
	}
}

// TestRobotText holds the limit of WeCom: the id stays.
func TestRobotText(t *testing.T) {
	m := reminder()
	m.Text = strings.Repeat("截止时间", 1000)
	if got := textOf(m, maxRobotText); len(got) > 2048 || len(got) < 2040 || !utf8.ValidString(got) || !strings.HasPrefix(got, "截止") || !strings.HasSuffix(got, "\n\n消息编号 Notice id: k7m2q4\n") {
		t.Errorf("%d bytes: %q", len(got), got)
	}
	body, err := encode(spoken{MsgType: "text", Text: &spokenText{Content: "<a> & \"b\"\n"}})
	if want := `{"msgtype":"text","text":{"content":"<a> & \"b\"\n"}}`; err != nil || string(body) != want {
		t.Errorf("encoded as %s, %v, want %s", body, err, want)
	}
}

// FuzzRobotAnswer reads what anybody may answer. A notice counts as given only
// where the answer is an object of JSON with the code 0.
func FuzzRobotAnswer(f *testing.F) {
	f.Add(`{"errcode":0,"errmsg":"ok"}`, true) // others are in testdata/fuzz
	f.Fuzz(func(t *testing.T, body string, feishu bool) {
		means := channel.WeCom
		if feishu {
			means = channel.Feishu
		}
		code, said := robotCode(means, []byte(body))
		err := robotFault(means, answer{status: 200, body: []byte(body), whole: true})
		if (err == nil) != (said && code == 0) || !said && code != 0 {
			t.Errorf("%q: code %d, %v; %v", body, code, said, err)
		}
		if said && (!json.Valid([]byte(body)) || !strings.Contains(body, fmt.Sprint(code))) {
			t.Errorf("%q has no code %d", body, code)
		}
		if err != nil && problem.KindOf(err) == problem.Internal {
			t.Errorf("%v has no words", err)
		}
	})
}
