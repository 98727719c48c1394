package web

import (
	"net/url"
	"strings"

	"guanji/internal/account"
	"guanji/internal/ledger"
	"guanji/internal/message"
	"guanji/internal/org"
	"guanji/internal/record"
	"guanji/internal/standing"
)

// namer names the records that leaves tell of, as they are called now, and
// says where there is a page of them.
type namer struct {
	s      *server
	q      *request
	states map[string]*standing.State // by organization; nil for one that is not there
}

func (s *server) namer(q *request) *namer {
	return &namer{s, q, map[string]*standing.State{}}
}

func (n *namer) state(organization string) *standing.State {
	state, known := n.states[organization]
	if !known && organization != "" {
		state, _ = n.s.Standing.State(n.q.Context(), organization) // one that is not there is called by its id
		n.states[organization] = state
	}
	return state
}

// organization names an organization; "" for none.
func (n *namer) organization(id string) string {
	if state := n.state(id); state != nil {
		return n.q.Text(state.Name(org.AboutOrganization, string(org.AboutOrganization)))
	}
	return id
}

// kindOf names a kind of record.
func (w words) kindOf(what ledger.What) string {
	if key := "ledger.kind." + string(what); message.Known(key) {
		return w.T(key)
	}
	return string(what)
}

// leaf names the record of a leaf.
func (n *namer) leaf(l ledger.Leaf) (name, path string) {
	switch l.What {
	case ledger.Entry:
		return n.entry(l)
	case ledger.Filed:
		kind, _, _ := strings.Cut(l.About, "/")
		name = l.ID
		if key := "ledger.filed." + kind; message.Known(key) {
			name = n.q.T(key) + " " + l.ID
		}
		return name, orgPath(l.Organization, "evidence/"+url.PathEscape(l.ID))
	case ledger.Account:
		if n.q.holder.May(account.Administer) {
			path = "/settings/accounts"
		}
		return l.About, path
	case ledger.Pass:
		kind, _, _ := strings.Cut(l.About, "/")
		if key := "ledger.pass." + kind; message.Known(key) {
			kind = n.q.T(key)
		}
		return kind, ""
	case ledger.Witness:
		return n.q.T("witness.means."+l.About) + " " + l.ID, "/ledger/witnesses"
	case ledger.Key:
		return l.ID, "/ledger"
	case ledger.Step:
		return n.step(l)
	case ledger.Channel:
		return n.q.T("channels.means."+l.About) + " " + l.ID, "/settings/channels"
	}
	return strings.TrimSpace(l.About + " " + l.ID), ""
}

// step names a step of a case; those of no case are of the response plan.
func (n *namer) step(l ledger.Leaf) (name, path string) {
	number, kind, _ := strings.Cut(l.About, "/")
	if number == "0" {
		return n.q.T("nav.response_plan"), orgPath(l.Organization, "response-plan")
	}
	name = "#" + number
	if key := "ledger.step." + kind; message.Known(key) {
		name += " · " + n.q.T(key)
	}
	return name, orgPath(l.Organization, "incidents/"+url.PathEscape(number)+"#step-"+url.PathEscape(l.ID))
}

// entry names a statement: the fact and what it is about.
func (n *namer) entry(l ledger.Leaf) (name, path string) {
	parts := strings.SplitN(l.About, "/", 3)
	if len(parts) != 3 {
		return l.About, ""
	}
	about, subject, key := parts[0], parts[1], parts[2]
	name = key
	if k := "entry." + key; message.Known(k) {
		name = n.q.T(k)
	}
	if f := n.s.Set.Vocabulary.Fact(key); f != nil {
		name, path = n.q.Text(f.Label), orgPath(l.Organization, "facts/"+about+"/"+url.PathEscape(subject)+"/"+key)
	}
	state := n.state(l.Organization)
	switch {
	case about == string(org.AboutOrganization) || state == nil:
	case about == string(standing.AboutNotice):
		name += " · " + n.q.T("subject.notice")
	default:
		name += " · " + n.q.Text(state.Name(org.Subject(about), subject))
	}
	return name, path
}

// fault names the record that a fault is about.
func (n *namer) fault(f record.Fault) (name, path string) {
	id := f.Name
	if f.Place != record.InRecord { // the name is that of what is wrong
		id = ""
	}
	name, path = n.leaf(ledger.Leaf{What: f.What, Organization: f.Organization, ID: id, About: f.About})
	if id == "" && f.What == ledger.Filed || f.About == "" && f.What == ledger.Witness {
		name, path = "", ""
	}
	name = strings.TrimSpace(n.q.kindOf(f.What) + " " + name)
	if o := n.organization(f.Organization); o != "" {
		name += " · " + o
	}
	return name, path
}
