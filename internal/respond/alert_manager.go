package respond

import (
	"cmp"
	"fmt"
	"strings"

	"guanji/internal/incident"
)

// alertmanager returns the alerts in a body as Alertmanager sends it (version
// 4), and others that speak like it.
func alertmanager(body map[string]any) ([]any, bool) {
	alerts, ok := body["alerts"].([]any)
	_, key := body["groupKey"].(string)
	return alerts, ok && key
}

// alertmanager reads every alert of a group. Pointers of the caller are
// followed from the alert, not from the body.
func (r *reader) alertmanager(alerts []any) (all []Raised) {
	if n := len(alerts); n == 0 || n > maxRaised {
		r.fail("body.alerts", "alert.how_many", maxRaised)
		return nil
	}
	for i, item := range alerts {
		r.at = fmt.Sprintf("alerts[%d]", i)
		if _, ok := item.(map[string]any); !ok {
			r.fail("body."+r.at, "alert.want_object")
			continue
		}
		all = append(all, r.managed(item))
	}
	return all
}

// managed reads one alert: what the caller does not say is where Alertmanager
// has it. The same alert that fires again later is another one.
func (r *reader) managed(item any) Raised {
	m := r.AlertMap
	defer func() { r.AlertMap = m }()
	r.Source = cmp.Or(m.Source, "alertmanager")
	r.Title = found(m.Title, item, "/annotations/summary", "/annotations/title")
	if r.Title == nil {
		r.Title = []string{"/labels/alertname"}
	}
	r.Group = found(m.Group, item, "/labels/alertname")
	r.System = found(m.System, item, "/labels/system")
	r.Severity = found(m.Severity, item, "/labels/severity")
	r.At = found(m.At, item, "/startsAt")
	a := r.foreign(item)
	if m.Ref == nil {
		a.Ref = short(firing(item))
	}
	if m.Text == nil {
		a.Text = tidy(told(item), incident.MaxText, true)
	}
	return a
}

// found is the pointers of the caller, or else the first of some that leads
// anywhere; nil if none does.
func found(own []string, item any, others ...string) []string {
	if len(own) > 0 {
		return own
	}
	for _, p := range others {
		if textAt(item, p) != "" {
			return []string{p}
		}
	}
	return nil
}

// textAt is the text to which a pointer leads, "" for none.
func textAt(item any, pointer string) string {
	parts, _ := parsePointer(pointer)
	value, _ := lookUp(item, parts)
	text, _ := value.(string)
	return text
}

// firing tells an alert apart from all others of its Alertmanager: by what it
// is about, and since when it fires.
func firing(item any) string {
	about := textAt(item, "/fingerprint")
	if about == "" {
		labels, _ := lookUp(item, []string{"labels"})
		about = asJSON(labels)
	}
	return about + " " + textAt(item, "/startsAt")
}

// told is all that Alertmanager says of an alert.
func told(item any) string {
	lines := []string{cmp.Or(textAt(item, "/annotations/description"), textAt(item, "/annotations/message")), textAt(item, "/status")}
	labels, _ := lookUp(item, []string{"labels"})
	named, _ := labels.(map[string]any)
	for _, name := range sorted(named) {
		lines = append(lines, name+": "+textAt(named, "/"+strings.NewReplacer("~", "~0", "/", "~1").Replace(name)))
	}
	return strings.Join(append(lines, textAt(item, "/generatorURL")), "\n")
}
