package web

import (
	"fmt"
	"strconv"
	"strings"

	"guanji/internal/incident"
)

// pressing is what cannot wait: reports that are due by some time, and alerts
// that nobody has looked at. Drills are not told here.
func (q *orgRequest) pressing() ([]link, error) {
	cases, err := q.s.Respond.Cases(q.Context(), q.org)
	if err != nil {
		return nil, err
	}
	var links []link
	waiting := 0
	for _, c := range cases {
		if c.Drill {
			continue
		}
		if c.State == incident.Waiting {
			waiting++
		}
		next := c.Next()
		if next == nil || next.Provisional && next.Content == "closing" {
			continue
		}
		by := q.T("overview.case.now")
		if !next.By.IsZero() {
			by = q.T("overview.case.by", moment(next.By))
		}
		links = append(links, link{q.to(fmt.Sprintf("incidents/%d", c.Number)), q.T("overview.case", c.Number, q.T("to."+next.To), by)})
	}
	if waiting > 0 {
		links = append(links, link{q.to("incidents"), q.T("overview.alerts", waiting)})
	}
	return links, nil
}

// byCode leads to the case that a notice names.
func (s *server) byCode(q *request) error {
	all, err := s.Standing.Organizations(q.Context())
	if err != nil {
		return err
	}
	var ids []string
	for _, o := range all {
		ids = append(ids, o.ID)
	}
	digits, code, _ := strings.Cut(q.PathValue("code"), "-")
	number, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		number = 0 // which no case has
	}
	organization, err := s.Respond.Find(q.Context(), ids, number, code)
	if err != nil {
		return err
	}
	s.redirect(q, orgPath(organization, fmt.Sprintf("incidents/%d", number)))
	return nil
}
