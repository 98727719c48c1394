package web

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"time"

	"guanji/internal/account"
	"guanji/internal/channel"
	"guanji/internal/evidence"
	"guanji/internal/job"
	"guanji/internal/message"
	"guanji/internal/problem"
	"guanji/internal/respond"
)

// channelsPage says by which ways notices leave, and by whom that was allowed.
type channelsPage struct {
	page
	Administer            bool // the person may change what leaves
	Alone                 bool // there is no other account
	List, Old             []channelItem
	Means                 []option
	MeansError            string
	Name, Address, Secret field
	Help                  []channelHelp
}

// channelItem is one channel.
type channelItem struct {
	words
	ID, Name, Means, Address      string
	State                         tag
	Signed                        string // "" where nothing is signed in any case
	Proposed, Allowed             string // by whom and when
	Alone                         bool   // the one who proposed it may have allowed it
	Dropped                       string
	Stuck                         int    // notices that could not be given
	Failed                        string // why the test just made failed
	AllowPath, DropPath, TestPath string
	Wants                         string // why the person cannot allow it, "" if that is not so
}

// channelHelp says how the address of a means is written, and where its secret
// comes from.
type channelHelp struct{ Means, Address, Text string }

// channelOutcome is what came of a change that was not taken, or of a test.
type channelOutcome struct {
	alert  string
	at     map[string]string // mistakes by field
	tested string            // id of the channel whose test failed
	why    string
}

func (s *server) channels(q *request) error {
	return s.renderChannels(q, http.StatusOK, channelOutcome{})
}

func (s *server) renderChannels(q *request, code int, out channelOutcome) error {
	p := channelsPage{page: s.page(q, "channels"), Administer: q.holder.May(account.Administer)}
	p.Alert, p.Here = out.alert, "/settings/channels"
	var err error
	if p.Alone, err = s.Respond.Alone(q.Context()); err != nil {
		return err
	}
	all, err := s.Respond.Channels.Channels(q.Context())
	if err != nil {
		return err
	}
	stuck, err := s.stuck(q)
	if err != nil {
		return err
	}
	for _, c := range all {
		item := q.channelItem(c, p.Alone, stuck[c.ID])
		if c.ID == out.tested {
			item.Failed = out.why
		}
		if c.Dropped.IsZero() {
			p.List = append(p.List, item)
			continue
		}
		p.Old = append(p.Old, item)
	}
	p.form(q, out.at)
	return s.render(q, code, "channels", p)
}

// form is the form by which a channel is proposed. The secret is not given
// back.
func (p *channelsPage) form(q *request, at map[string]string) {
	p.MeansError = at["means"]
	for _, m := range channel.ForNotices() {
		p.Means = append(p.Means, option{Value: string(m), Name: q.T("channels.means." + string(m))})
		p.Help = append(p.Help, channelHelp{q.T("channels.means." + string(m)), addressShape(m), q.T("channels.help." + string(m))})
	}
	options(q.PostFormValue("means"), p.Means)
	line := func(name string, most int) field {
		return field{words: q.words, Name: name, Label: q.T("channels." + name), Hint: q.T("channels." + name + ".hint"), Value: q.PostFormValue(name), Max: most, Error: at[name]}
	}
	p.Name, p.Address, p.Secret = line("name", evidence.MaxLine), line("address", channel.MaxAddress), line("secret", channel.MaxSecret)
	p.Secret.Type, p.Secret.Autocomplete, p.Secret.Value, p.Secret.Optional = "password", "off", "", true
}

// addressShape is an address of each means, as it is written.
func addressShape(m channel.Means) string {
	return map[channel.Means]string{
		channel.Mail:     "smtps://USER@HOST:465/?from=MAILBOX&to=MAILBOX",
		channel.Webhook:  "https://hooks.example/guanji",
		channel.WeCom:    "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…",
		channel.DingTalk: "https://oapi.dingtalk.com/robot/send?access_token=…",
		channel.Feishu:   "https://open.feishu.cn/open-apis/bot/v2/hook/…",
		channel.Folder:   "/mnt/elsewhere/guanji",
	}[m]
}

func (q *request) channelItem(c respond.Channel, alone bool, stuck int) channelItem {
	may := q.holder.May(account.Administer)
	item := channelItem{words: q.words, ID: c.ID, Name: c.Name, Means: q.T("channels.means." + string(c.Means)), Address: c.Shown(), State: q.channelTag(c, stuck),
		Proposed: q.T("channels.by", c.ProposedBy, clock(c.Proposed)), Alone: c.AllowedAlone(), Signed: q.signature(c)}
	if may {
		item.Address = c.Address
	}
	if c.AllowedBy != "" {
		item.Allowed = q.T("channels.by", c.AllowedBy, clock(c.Allowed))
	}
	if !c.Dropped.IsZero() {
		item.Dropped = clock(c.Dropped)
		return item
	}
	item.Stuck = stuck
	if may {
		item.paths(q, c, alone)
	}
	return item
}

// paths are what a person may do with a channel that is not dropped.
func (item *channelItem) paths(q *request, c respond.Channel, alone bool) {
	path := "/settings/channels/" + c.ID
	item.DropPath = path + "/drop"
	if c.On() {
		item.TestPath = path + "/test"
		return
	}
	people := 2
	if alone {
		people = 1
	}
	if err := c.MayAllow(people, q.holder.Name); err != nil {
		item.Wants = problem.In(err, q.lang)
		return
	}
	item.AllowPath = path + "/allow"
}

// signature says whether what goes by a channel carries a signature, for the means
// where it can.
func (q *request) signature(c respond.Channel) string {
	switch {
	case c.Secret != "":
		return q.T("channels.signed.yes")
	case c.Means == channel.Webhook || c.Means == channel.DingTalk || c.Means == channel.Feishu:
		return q.T("channels.signed.no")
	}
	return ""
}

// channelWords names a channel: with its address where another that is not
// dropped is called the same.
func (w words) channelWords(all []respond.Channel, c respond.Channel) string {
	means := w.T("channels.means." + string(c.Means))
	for _, other := range all {
		if other.ID != c.ID && other.Name == c.Name && other.Dropped.IsZero() {
			means += " · " + c.Shown()
			break
		}
	}
	return w.T("response.channel", c.Name, means)
}

func (q *request) channelTag(c respond.Channel, stuck int) tag {
	switch {
	case !c.Dropped.IsZero():
		return tag{"no", "⊘", q.T("channels.state.dropped")}
	case !c.On():
		return tag{"unknown", "?", q.T("channels.state.proposed")}
	case stuck > 0:
		return tag{"bad", "!", q.T("channels.state.failing")}
	}
	return tag{"yes", "✓", q.T("channels.state.on")}
}

// sending is what the pages need of the body of a job that gives a notice.
type sending struct {
	Case    int64  `json:"case"`
	Channel string `json:"channel"`
	Message struct {
		Drill bool `json:"drill"`
	} `json:"message"`
}

func sendingOf(j job.Job) (body sending) {
	_ = json.Unmarshal(j.Body, &body) // what cannot be read is shown without it
	return body
}

// stuck counts the notices that could not be given, by channel.
func (s *server) stuck(q *request) (map[string]int, error) {
	jobs, _, _, err := s.Jobs.Jobs(q.Context(), mostJobs)
	counts := map[string]int{}
	for _, j := range jobs {
		if j.Kind == job.Send && j.Failure != "" {
			counts[sendingOf(j).Channel]++
		}
	}
	return counts, err
}

func (s *server) proposeChannel(q *request) error {
	c := respond.Channel{Means: channel.Means(q.PostFormValue("means")), Name: q.PostFormValue("name"), Address: q.PostFormValue("address"), Secret: q.PostFormValue("secret")}
	err := folderThere(c)
	if err == nil {
		c, err = s.Respond.Propose(q.Context(), q.holder.Name, c)
	}
	if err == nil {
		s.Log.InfoContext(q.Context(), "proposed a channel", "channel", c.ID, "by", q.holder.ID, "means", string(c.Means))
	}
	return s.channelled(q, err, "channel_proposed")
}

// folderThere fails if a channel is a folder that this machine does not have:
// nobody would notice before the card is needed. What is no address of a folder
// is told by the check of addresses.
func folderThere(c respond.Channel) error {
	path := strings.TrimSpace(c.Address)
	if c.Means != channel.Folder || channel.CheckAddress(channel.ForNotices(), c.Means, path).OrNil() != nil {
		return nil
	}
	if at, err := os.Stat(path); err != nil || !at.IsDir() {
		return problem.Fields{{Name: "address", Msg: message.New("channels.folder_gone")}}
	}
	return nil
}

// channelled ends a change of channels: with the page again if it was not
// taken.
func (s *server) channelled(q *request, err error, done string) error {
	at, err := q.fieldErrors(err)
	switch k := problem.KindOf(err); {
	case at != nil:
		return s.renderChannels(q, http.StatusUnprocessableEntity, channelOutcome{at: at})
	case k == problem.Conflict || k == problem.Denied:
		return s.renderChannels(q, status(k), channelOutcome{alert: problem.In(err, q.lang)})
	case err != nil:
		return err
	}
	s.redirect(q, "/settings/channels?done="+done)
	return nil
}

func (s *server) allowChannel(q *request) error {
	err := s.Respond.Allow(q.Context(), q.holder.Name, q.PathValue("id"))
	if err == nil {
		s.Log.InfoContext(q.Context(), "allowed a channel", "channel", q.PathValue("id"), "by", q.holder.ID)
	}
	return s.channelled(q, err, "channel_allowed")
}

func (s *server) dropChannel(q *request) error {
	err := s.Respond.Drop(q.Context(), q.holder.Name, q.PathValue("id"))
	if err == nil {
		s.Log.InfoContext(q.Context(), "dropped a channel", "channel", q.PathValue("id"), "by", q.holder.ID)
	}
	return s.channelled(q, err, "channel_dropped")
}

// testTimeout is how long whoever tests a channel waits for it.
const testTimeout = 30 * time.Second

// testChannel gives a channel a test message, and says what came of it.
func (s *server) testChannel(q *request) error {
	c, err := s.Respond.Channel(q.Context(), q.PathValue("id"))
	if err != nil {
		return err
	}
	within, cancel := context.WithTimeout(q.Context(), testTimeout)
	defer cancel()
	err = s.Respond.Test(within, c.ID)
	switch problem.KindOf(err) {
	case "":
		s.Log.InfoContext(q.Context(), "tested a channel", "channel", c.ID, "by", q.holder.ID)
		s.redirect(q, "/settings/channels?done=channel_tested")
		return nil
	case problem.Refused, problem.Unavailable:
		return s.renderChannels(q, http.StatusOK, channelOutcome{alert: q.T("channels.test.failed"), tested: c.ID, why: problem.In(err, q.lang)})
	}
	return err
}
