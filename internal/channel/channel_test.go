package channel

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"
)

// every is every means.
func every() []Means { return append(ForNotices(), TimeStamp) }

func TestCheckAddress(t *testing.T) {
	tests := map[string]struct {
		means   Means
		address string
		want    string // key of the fault, "" for none
	}{
		"no means":                {"fax", "/mnt/a", "channel.bad_means"},
		"nothing":                 {Webhook, "", "channel.bad_address"},
		"too long":                {Webhook, "https://hooks.example/" + strings.Repeat("a", MaxAddress), "channel.bad_address"},
		"not visible":             {Webhook, "https://hooks.example/\x00", "channel.bad_address"},
		"folder":                  {Folder, "/mnt/elsewhere", ""},
		"folder, from here":       {Folder, "elsewhere", "channel.bad_folder"},
		"folder, the root":        {Folder, "/", "channel.bad_folder"},
		"mail":                    {Mail, "smtps://me@mail.example:465/?from=a@example.com&to=b@example.com", ""},
		"mail, password":          {Mail, "smtps://me:secret@mail.example/?from=a@example.com&to=b@example.com", "channel.password_in_url"},
		"mail, header":            {Mail, "smtps://mail.example/?from=a@example.com&to=b@example.com%0d%0aBcc:c@example.com", "channel.bad_mail"},
		"webhook":                 {Webhook, "https://hooks.example/guanji?key=1", ""},
		"webhook, http":           {Webhook, "http://hooks.example/guanji", "channel.plain_url"},
		"time stamp":              {TimeStamp, "https://tsa.example/tsr", ""},
		"WeCom":                   {WeCom, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=0f0f", ""},
		"WeCom, on this machine":  {WeCom, "http://127.0.0.1:8080/send?key=0f0f", ""},
		"WeCom, in the intranet":  {WeCom, "https://10.0.0.7/cgi-bin/webhook/send?key=0f0f", ""},
		"WeCom, http":             {WeCom, "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=0f0f", "channel.plain_url"},
		"WeCom, like here":        {WeCom, "http://localhost.hooks.example/send?key=0f0f", "channel.plain_url"},
		"WeCom, no key":           {WeCom, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send", "channel.bad_robot"},
		"WeCom, empty key":        {WeCom, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=", "channel.bad_robot"},
		"WeCom, key alone":        {WeCom, "0f0f", "channel.bad_url"},
		"WeCom, fragment":         {WeCom, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=0f0f#a", "channel.bad_url"},
		"WeCom, password":         {WeCom, "https://me:secret@qyapi.weixin.qq.com/send?key=0f0f", "channel.password_in_url"},
		"DingTalk":                {DingTalk, "https://oapi.dingtalk.com/robot/send?access_token=0f0f", ""},
		"DingTalk, key of WeCom":  {DingTalk, "https://oapi.dingtalk.com/robot/send?key=0f0f", "channel.bad_robot"},
		"DingTalk, broken query":  {DingTalk, "https://oapi.dingtalk.com/robot/send?access_token=0f0f&a=%zz", "channel.bad_robot"},
		"DingTalk, other scheme":  {DingTalk, "ftp://oapi.dingtalk.com/robot/send?access_token=0f0f", "channel.bad_url"},
		"Feishu":                  {Feishu, "https://open.feishu.cn/open-apis/bot/v2/hook/0f0f", ""},
		"Feishu, with a query":    {Feishu, "https://open.feishu.cn/open-apis/bot/v2/hook/0f0f?a=1", ""},
		"Feishu, the host alone":  {Feishu, "https://open.feishu.cn/", "channel.bad_robot"},
		"Feishu, no host":         {Feishu, "https:///open-apis/bot/v2/hook/0f0f", "channel.bad_url"},
		"Feishu, on this machine": {Feishu, "http://[::1]:8080/hook/0f0f", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := ""
			if faults := CheckAddress(every(), tt.means, tt.address); len(faults) > 0 {
				got = faults[0].Msg.Key
			}
			if got != tt.want {
				t.Errorf("CheckAddress(%s, %q) = %q, want %q", tt.means, tt.address, got, tt.want)
			}
		})
	}
}

func TestCheckAddressOfPossibleMeansOnly(t *testing.T) {
	faults := CheckAddress(ForNotices(), TimeStamp, "https://tsa.example/tsr")
	if len(faults) != 1 || faults[0].Name != "means" {
		t.Errorf("a time stamp authority for notices: %v", faults)
	}
}

// TestShown holds that no key is shown: every address has s3cr3t where its
// means has a key.
func TestShown(t *testing.T) {
	tests := map[string]struct {
		means         Means
		address, want string
	}{
		"folder":            {Folder, "/mnt/elsewhere", "/mnt/elsewhere"},
		"mail":              {Mail, "smtps://s3cr3t@mail.example/?from=a@example.com&to=b@example.com", "b@example.com"},
		"webhook":           {Webhook, "https://hooks.example/services/s3cr3t", "hooks.example/…"},
		"webhook, query":    {Webhook, "https://hooks.example/guanji?key=s3cr3t", "hooks.example/…"},
		"webhook, broken":   {Webhook, "https://hooks.example/%zz?key=s3cr3t", "webhook"},
		"time stamp, query": {TimeStamp, "https://tsa.example/tsr?key=s3cr3t", "https://tsa.example/tsr?…"},
		"WeCom":             {WeCom, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=s3cr3t", "qyapi.weixin.qq.com/…"},
		"DingTalk":          {DingTalk, "https://oapi.dingtalk.com/robot/send?access_token=s3cr3t", "oapi.dingtalk.com/…"},
		"Feishu, in path":   {Feishu, "https://open.feishu.cn/open-apis/bot/v2/hook/s3cr3t", "open.feishu.cn/…"},
		"Feishu, broken":    {Feishu, "https://open.feishu.cn/%zz/s3cr3t", "feishu"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := Shown(tt.means, tt.address); got != tt.want || strings.Contains(got, "s3cr3t") {
				t.Errorf("Shown(%s, %q) = %q, want %q", tt.means, tt.address, got, tt.want)
			}
		})
	}
}

func TestCheckSecret(t *testing.T) {
	written := func(bytes int) string {
		return "whsec_" + base64.StdEncoding.EncodeToString(make([]byte, bytes))
	}
	tests := map[string]struct {
		means  Means
		secret string
		want   string
	}{
		"none":                     {Webhook, "", ""},
		"webhook":                  {Webhook, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", ""},
		"webhook, the longest":     {Webhook, written(64), ""},
		"webhook, longer":          {Webhook, written(65), "channel.bad_secret"},
		"webhook, short":           {Webhook, written(23), "channel.bad_secret"},
		"webhook, without prefix":  {Webhook, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "channel.bad_secret"},
		"webhook, private key":     {Webhook, "whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "channel.bad_secret"},
		"webhook, no base64":       {Webhook, "whsec_????????????????????????????????", "channel.bad_secret"},
		"webhook, line break":      {Webhook, "whsec_MfKQ9r8GKYqrTwjU\nPD8ILPZIo2LaLaSw", "channel.bad_secret"},
		"DingTalk":                 {DingTalk, "SEC0f0f", ""},
		"DingTalk, line break":     {DingTalk, "SEC0f0f\n", "channel.bad_robot_secret"},
		"DingTalk, blank":          {DingTalk, "SEC 0f0f", "channel.bad_robot_secret"},
		"Feishu":                   {Feishu, "0f0f", ""},
		"Feishu, long":             {Feishu, strings.Repeat("a", MaxSecret+1), "channel.bad_robot_secret"},
		"WeCom signs nothing":      {WeCom, "0f0f", "channel.no_secret"},
		"a mail is not signed":     {Mail, "0f0f", "channel.no_secret"},
		"a folder has no use":      {Folder, "0f0f", "channel.no_secret"},
		"nor has a time stamp one": {TimeStamp, "0f0f", "channel.no_secret"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := ""
			if faults := CheckSecret(tt.means, tt.secret); len(faults) > 0 {
				got = faults[0].Msg.Key
				if said := faults.Error(); strings.Contains(said, tt.secret) {
					t.Errorf("the fault tells the secret: %s", said)
				}
			}
			if got != tt.want {
				t.Errorf("CheckSecret(%s) = %q, want %q", tt.means, got, tt.want)
			}
		})
	}
}

func TestRobot(t *testing.T) {
	robots := slices.DeleteFunc(every(), func(m Means) bool { return !m.Robot() })
	if !slices.Equal(robots, []Means{WeCom, DingTalk, Feishu}) {
		t.Errorf("robots: %v", robots)
	}
}
