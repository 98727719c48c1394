package web

import (
	"cmp"
	"io"
	"net/http"
	"net/url"
	"strings"

	"guanji/internal/message"
	"guanji/internal/org"
	"guanji/internal/problem"
	"guanji/internal/regime"
	"guanji/internal/standing"
)

// organizationsPage lists every organization, and begins another.
type organizationsPage struct {
	page
	List   []organizationItem
	ID     field
	En, Zh field
	Errors []string // what is wrong with an imported file
}

type organizationItem struct {
	words
	Path, ID, Name string
	Status         statusView
}

// home leads to the organization that was looked at last, if there is one.
func (s *server) home(q *request) error {
	all, err := s.Standing.Organizations(q.Context())
	if err != nil {
		return err
	}
	last := cookie(q.Request, orgCookie)
	for _, o := range all {
		if o.ID == last || len(all) == 1 {
			s.redirect(q, orgPath(o.ID, ""))
			return nil
		}
	}
	s.redirect(q, "/organizations")
	return nil
}

func (s *server) organizations(q *request) error {
	return s.renderOrganizations(q, http.StatusOK, nil, nil)
}

func (s *server) renderOrganizations(q *request, code int, at map[string]string, mistakes []string) error {
	all, err := s.Standing.Organizations(q.Context())
	if err != nil {
		return err
	}
	p := organizationsPage{page: s.page(q, "organizations"), Errors: mistakes}
	p.ID = field{words: q.words, Name: "id", Label: q.T("unit.id"), Hint: q.T("unit.id.hint"), Value: q.PostFormValue("id"), Max: standing.MaxID, Error: at["id"]}
	p.En, p.Zh = q.nameFields(q.PostFormValue("name_en"), q.PostFormValue("name_zh"), at)
	for _, o := range all {
		v, err := s.Standing.View(q.Context(), o.ID, s.Standing.Today(), s.Standing.Today())
		if err != nil {
			return err
		}
		p.List = append(p.List, organizationItem{q.words, orgPath(o.ID, ""), o.ID, q.Text(o.Name), q.status(v.Assessment.Determination.Status)})
	}
	return s.render(q, code, "organizations", p)
}

// nameFields are the fields of a name in both languages.
func (q *request) nameFields(en, zh string, at map[string]string) (field, field) {
	return field{words: q.words, Name: "name_en", Label: q.T("unit.name_en"), Hint: q.T("unit.name.hint"), Value: en, Language: "en", Max: standing.MaxName, Error: at["name_en"], Optional: true},
		field{words: q.words, Name: "name_zh", Label: q.T("unit.name_zh"), Value: zh, Language: "zh-CN", Max: standing.MaxName, Error: at["name_zh"], Optional: true}
}

func (q *request) postedName() message.Text {
	return message.Text{En: q.PostFormValue("name_en"), Zh: q.PostFormValue("name_zh")}
}

func (s *server) createOrganization(q *request) error {
	id := strings.TrimSpace(q.PostFormValue("id"))
	err := s.Standing.Create(q.Context(), id, q.postedName(), standing.Author{By: q.holder.Name, Origin: standing.Asked, Sure: standing.Stated})
	if err != nil {
		at, err := q.fieldErrors(err)
		if err != nil {
			return err
		}
		return s.renderOrganizations(q, http.StatusUnprocessableEntity, at, nil)
	}
	s.redirect(q, orgPath(id, "questions"))
	return nil
}

// importOrganization makes an organization of a file, or states what the file
// says of one that is there.
func (s *server) importOrganization(q *request) error {
	done, err := s.takeFile(q, "")
	if err != nil {
		mistakes, err := q.fileErrors(err)
		if err != nil {
			return err
		}
		return s.renderOrganizations(q, http.StatusUnprocessableEntity, nil, mistakes)
	}
	s.redirect(q, orgPath(done.Organization, "")+"?done=imported")
	return nil
}

// takeFile imports the uploaded file, which must be about one organization
// where that is given.
func (s *server) takeFile(q *request, only string) (standing.Import, error) {
	file, header, err := q.FormFile("file")
	if err != nil {
		return standing.Import{}, problem.New(problem.Input, "web.no_file")
	}
	defer file.Close()
	data, err := io.ReadAll(file)
	if err != nil {
		return standing.Import{}, problem.New(problem.Input, "web.bad_form").Because(err)
	}
	author := standing.Author{By: q.holder.Name, Origin: standing.Imported, Source: shortName(header.Filename), Sure: standing.Stated}
	return s.Standing.Import(q.Context(), only, shortName(header.Filename), data, q.PostFormValue("whole") != "", author)
}

// shortName is a file name as it can be kept and shown.
func shortName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	if r := []rune(name); len(r) > 100 {
		name = string(r[:100])
	}
	return cmp.Or(name, "file")
}

// fileErrors returns the mistakes of a file, one to a line; other failures are
// given back.
func (q *request) fileErrors(err error) ([]string, error) {
	if problem.KindOf(err) != problem.Input {
		return nil, err
	}
	return strings.Split(problem.In(err, q.lang), "\n"), nil
}

// exportFile sends the organization file.
func (s *server) exportFile(q *orgRequest) error {
	v, err := q.view()
	if err != nil {
		return err
	}
	data, err := s.Standing.Export(v.State)
	if err != nil {
		return err
	}
	q.w.Header().Set("Content-Type", "application/yaml; charset=utf-8")
	q.w.Header().Set("Content-Disposition", `attachment; filename*=UTF-8''`+url.PathEscape(q.org)+".yaml")
	_, _ = q.w.Write(data) // the reader has gone
	return nil
}

func (s *server) importFile(q *orgRequest) error {
	_, err := s.takeFile(q.request, q.org)
	if err != nil {
		mistakes, err := q.fileErrors(err)
		if err != nil {
			return err
		}
		return units{s, org.AboutSystem}.render(q, http.StatusUnprocessableEntity, refused{file: mistakes})
	}
	s.redirect(q.request, q.to("systems", "done", "imported"))
	return nil
}

// statusView is a result of screening, worded.
type statusView struct {
	ID            regime.Status
	Icon          string
	Name, Meaning string
}

func (w words) status(st regime.Status) statusView {
	icon := map[regime.Status]string{regime.Designated: "■", regime.Prepare: "▲", regime.Watch: "◆", regime.NoSign: "○", regime.Undetermined: "?"}[st]
	return statusView{st, icon, w.T("status." + string(st)), w.T("status." + string(st) + ".means")}
}
