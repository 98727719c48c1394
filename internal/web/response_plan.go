package web

import (
	"bytes"
	"net/http"
	"slices"

	"guanji/internal/account"
	"guanji/internal/channel"
	"guanji/internal/incident"
	"guanji/internal/problem"
	"guanji/internal/report"
	"guanji/internal/respond"
)

// respondSettings is the part of the map of the site that sets how an
// organization responds: its plan, the channels, and the background work.
func (s *server) respondSettings(m *http.ServeMux) {
	read, write, administer := account.Read, account.Write, account.Administer

	m.HandleFunc("GET /o/{org}/response-plan", s.about(read, s.responsePlan))
	m.HandleFunc("POST /o/{org}/response-plan", s.about(write, s.saveResponsePlan))
	m.HandleFunc("GET /o/{org}/response-plan/card", s.about(read, s.responseCard))
	m.HandleFunc("GET /o/{org}/response-plan/card.docx", s.about(read, s.responseCardFile))

	m.HandleFunc("GET /settings/channels", s.signed(read, s.channels))
	m.HandleFunc("POST /settings/channels", s.signed(administer, s.proposeChannel))
	m.HandleFunc("POST /settings/channels/{id}/allow", s.signed(administer, s.allowChannel))
	m.HandleFunc("POST /settings/channels/{id}/drop", s.signed(administer, s.dropChannel))
	m.HandleFunc("POST /settings/channels/{id}/test", s.signed(administer, s.testChannel))

	m.HandleFunc("GET /settings/background", s.signed(read, s.queue))
	m.HandleFunc("POST /settings/background/retry", s.signed(administer, s.retryJob))
	m.HandleFunc("POST /settings/background/drop", s.signed(administer, s.dropJob))
}

// responsePlanPage is how an organization is reached and reaches others,
// whatever happens.
type responsePlanPage struct {
	page
	Path, CardPath, CardFile string
	Seen                     int64
	Unsaved                  bool
	Conflict                 []planDifference // what somebody else saved meanwhile, and what was typed instead
	Wants                    []string         // what makes the plan fail when it is needed
	People                   []planPerson
	PeopleError              string
	Wait, Phrase             field
	Contacts, Others         []planContact // whom the organization may have to tell, and whom not
	Folders                  []planChannel
	FoldersPath              string // "" where nobody here may propose a channel
	Printed                  tag
	PrintedWhen              string
	Stands                   []planPart // for who may not change it
	History                  []planChange
	Earlier                  int // changes that are not listed
}

// planDraft is a plan as it is on a form, with what is wrong in it.
type planDraft struct {
	plan    incident.Plan
	seen    int64
	wrong   map[string]string // by field
	theirs  *incident.Plan    // what stands, where somebody else saved it meanwhile
	alert   string
	unsaved bool
	focused int // the person to go on with, counted from 1; 0 for nobody
}

func (s *server) responsePlan(q *orgRequest) error {
	p, seq, err := s.Respond.Plan(q.Context(), q.org)
	if err != nil {
		return err
	}
	return q.renderResponsePlan(http.StatusOK, planDraft{plan: *p, seen: seq})
}

func (q *orgRequest) renderResponsePlan(code int, d planDraft) error {
	p := responsePlanPage{page: q.page("response_plan"), Path: orgPath(q.org, "response-plan"), Seen: d.seen, Unsaved: d.unsaved, PeopleError: d.wrong["ladder"]}
	p.Alert, p.CardPath, p.CardFile = d.alert, p.Path+"/card", p.Path+"/card.docx"
	all, err := q.s.Respond.Channels.Channels(q.Context())
	if err != nil {
		return err
	}
	p.People, p.Folders = q.planPeople(d, all), q.planChannels(all, d.plan.Folders, func(c respond.Channel) bool { return c.Means == channel.Folder })
	p.planFields(d)
	if err := p.planContacts(q, d); err != nil {
		return err
	}
	p.Wants = q.planWants(d.plan, all, p.Contacts)
	if d.theirs != nil {
		p.Conflict = q.planDifferences(*d.theirs, d.plan, all)
	}
	if !p.Write {
		p.Stands = slices.DeleteFunc(q.planParts(d.plan, all), func(part planPart) bool { return part.Value == "" })
	}
	if q.holder.May(account.Administer) {
		p.FoldersPath = "/settings/channels"
	}
	if err := p.planHistory(q, all); err != nil {
		return err
	}
	if p.Printed, p.PrintedWhen, err = q.printed(d.plan); err != nil {
		return err
	}
	return q.s.render(q.request, code, "response_plan", p)
}

// saveResponsePlan keeps the plan, or shows the form again with another row or
// another order of the people in it.
func (s *server) saveResponsePlan(q *orgRequest) error {
	d, err := q.readPlan()
	if err != nil {
		return err
	}
	if do := q.PostFormValue("do"); do != "" && do != "save" {
		d.alter(do)
		d.unsaved = true
		return q.renderResponsePlan(http.StatusOK, d)
	}
	d.plan.Ladder = slices.DeleteFunc(d.plan.Ladder, emptyPerson)
	q.checkPlan(&d)
	if len(d.wrong) > 0 {
		d.alert = q.T("response.mistakes")
		return q.renderResponsePlan(http.StatusUnprocessableEntity, d)
	}
	err = s.Respond.SavePlan(q.Context(), q.org, q.holder.Name, d.seen, d.plan)
	if problem.KindOf(err) == problem.Conflict {
		return q.planConflict(d, err)
	}
	at, err := q.fieldErrors(err)
	if err != nil {
		return err
	}
	if at != nil {
		d.wrong, d.alert = at, q.T("response.mistakes")
		return q.renderResponsePlan(http.StatusUnprocessableEntity, d)
	}
	s.redirect(q.request, orgPath(q.org, "response-plan")+"?done=saved")
	return nil
}

// planConflict shows what somebody else saved beside what was typed: who saves
// again has seen it.
func (q *orgRequest) planConflict(d planDraft, cause error) error {
	theirs, seq, err := q.s.Respond.Plan(q.Context(), q.org)
	if err != nil {
		return err
	}
	d.theirs, d.seen, d.alert = theirs, seq, problem.In(cause, q.lang)
	return q.renderResponsePlan(http.StatusConflict, d)
}

// documentPolicy lets a document keep the styles that it carries, so that it
// looks the same wherever it is opened. It has no script, and fetches nothing.
const documentPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// responseCard shows the card as it is printed.
func (s *server) responseCard(q *orgRequest) error {
	card, err := s.Respond.Card(q.Context(), q.org)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := report.DocumentPage(&b, card, report.Bar{Lang: q.lang, Back: q.to("response-plan")}); err != nil {
		return err
	}
	q.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	q.w.Header().Set("Content-Security-Policy", documentPolicy)
	_, _ = q.w.Write(b.Bytes()) // the reader has gone
	return nil
}

// docxType is the media type of a DOCX file.
const docxType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

func (s *server) responseCardFile(q *orgRequest) error {
	card, err := s.Respond.Card(q.Context(), q.org)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := report.Docx(&b, card); err != nil {
		return err
	}
	return q.request.attach(docxType, "guanji-card-"+q.org+".docx", b.Bytes())
}

// printed says whether what lies in the folders is what is known here.
func (q *orgRequest) printed(p incident.Plan) (state tag, when string, err error) {
	if len(p.Folders) == 0 {
		return tag{"warn", "!", q.T("response.printed.nowhere")}, q.T("response.printed.nowhere.why"), nil
	}
	jobs, _, _, err := q.s.Jobs.Jobs(q.Context(), mostJobs)
	if err != nil {
		return tag{}, "", err
	}
	key := respond.CardJob(q.org, q.s.Now()).Key
	for _, j := range jobs {
		switch {
		case j.Key != key:
		case !j.Dead.IsZero():
			return tag{"bad", "✗", q.T("response.printed.dead")}, q.T("response.printed.dead.why", clock(j.Dead)), nil
		case j.Failure != "":
			return tag{"bad", "!", q.T("response.printed.failing")}, q.T("response.printed.failing.why", j.Attempt, stampClock(j.At)), nil
		case !j.At.After(q.s.Now()):
			return tag{"unknown", "◔", q.T("response.printed.soon")}, q.T("response.printed.soon.why"), nil
		default:
			return tag{"yes", "✓", q.T("response.printed.good")}, q.T("response.printed.good.why", stampClock(j.At)), nil
		}
	}
	return tag{"unknown", "?", q.T("response.printed.unknown")}, q.T("response.printed.unknown.why"), nil
}
