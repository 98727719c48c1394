package api

import (
	"context"
	"net/http"
	"strings"

	"guanji/internal/report"
	"guanji/internal/respond"
)

// Raising is what a machine sends, and where in it the parts of an alert are.
type Raising struct {
	Source   string   `query:"source" doc:"What the machine is called; absent where the body says it."`
	Ref      []string `query:"ref,explode" doc:"Where its own number of the alert is: what arrives again under one number is the same alert. A JSON Pointer such as /rule/id, as all below; given again, the first that is found is taken."`
	Group    []string `query:"group,explode" doc:"What it counts as the same kind, such as the number of a rule."`
	Title    []string `query:"title,explode" doc:"Needed where anything else is said to be anywhere."`
	Text     []string `query:"text,explode" doc:"May lead to a list or object."`
	System   []string `query:"system,explode" doc:"Or the id of a system itself."`
	Severity []string `query:"severity,explode"`
	At       []string `query:"at,explode" doc:"A time with its zone, or seconds or milliseconds since 1970."`
	RawBody  []byte
}

func (r *Raising) mapping() respond.AlertMap {
	return respond.AlertMap{Source: r.Source, Ref: r.Ref, Group: r.Group, Title: r.Title, Text: r.Text, System: r.System, Severity: r.Severity, At: r.At}
}

// raised says what became of what a machine sent.
type raised struct {
	Status int
	Body   report.AlertsView
}

// createAlert takes what a machine sent. All of it is read before any of it is
// recorded; sent again, what was recorded stays as it is.
func (s *server) createAlert(ctx context.Context, in *struct {
	OfOrganization
	Raising
}) (*raised, error) {
	if _, err := s.Standing.State(ctx, in.Organization); err != nil {
		return nil, err
	}
	all, err := respond.ReadAlerts(in.RawBody, in.mapping())
	if err != nil {
		return nil, at(err, inQuery)
	}
	done := &raised{http.StatusOK, report.AlertsView{Items: []report.AlertedView{}}}
	for _, a := range all {
		r, err := s.Respond.Alert(ctx, in.Organization, callerOf(ctx).Name, a.Alert, a.At)
		if err != nil {
			return nil, err
		}
		if !r.Same {
			done.Status = http.StatusCreated
		}
		done.Body.Items = append(done.Body.Items, report.AlertedView{Ref: a.Ref, Case: r.Case, New: r.New, Same: r.Same})
	}
	return done, nil
}

// inQuery returns where a mistake of the map lies.
func inQuery(field string) string {
	if strings.HasPrefix(field, "body") {
		return field
	}
	return "query." + field
}
