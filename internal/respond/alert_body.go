package respond

import (
	"encoding/json"
	"strings"
	"time"

	"guanji/internal/incident"
	"guanji/internal/message"
	"guanji/internal/problem"
)

// The limits of what a machine sends.
const (
	MaxAlertBody = 256 << 10 // bytes
	maxNesting   = 32        // of lists and objects
	maxRaised    = 500       // alerts in one body
)

// An AlertMap says where in the JSON of another machine the parts of an alert
// are, by JSON Pointers (RFC 6901). Of several the first that is found is
// taken; a part that is asked for and not found is a mistake.
type AlertMap struct {
	Source   string   // name of the machine; "" as the body has it
	Ref      []string // its own number of the alert
	Group    []string
	Title    []string
	Text     []string // may be of any type: what is no text is kept as JSON
	System   []string // or the id of a system itself, which does not begin with /
	Severity []string
	At       []string // a time with its zone, or seconds or milliseconds since 1970
}

// maps reports whether a caller said where anything is.
func (m AlertMap) maps() bool {
	return len(m.Ref)+len(m.Group)+len(m.Title)+len(m.Text)+len(m.System)+len(m.Severity)+len(m.At) > 0
}

// A Raised is an alert that a machine sent, and when it raised it; the zero
// time if it does not say.
type Raised struct {
	incident.Alert
	At time.Time
}

// ReadAlerts reads the alerts in what a machine sent: the form of
// docs/formats/incidents.md, that of Alertmanager, or any other JSON object by
// a map. The error is [problem.Fields] by the parts of the map, or by the place
// in the body.
func ReadAlerts(data []byte, m AlertMap) ([]Raised, error) {
	body, err := readObject(data)
	if err != nil {
		return nil, err
	}
	r := &reader{AlertMap: m}
	var all []Raised
	switch alerts, ok := alertmanager(body); {
	case ok:
		all = r.alertmanager(alerts)
	case m.maps():
		all = []Raised{r.foreign(body)}
	default:
		all = []Raised{r.own(body)}
	}
	return all, r.OrNil()
}

// reader collects the mistakes of a body.
type reader struct {
	AlertMap
	problem.Fields
	at string // where in the body the alert lies, such as alerts[2]; "" for the body itself
}

func (r *reader) fail(field, key string, args ...any) {
	r.Fields = append(r.Fields, problem.Field{Name: field, Msg: message.New(key, args...)})
}

// own reads an alert in the form of this program.
func (r *reader) own(body map[string]any) Raised {
	a := Raised{Alert: incident.Alert{Source: r.Source}}
	parts := map[string]*string{"source": &a.Source, "ref": &a.Ref, "group": &a.Group, "title": &a.Title, "text": &a.Text, "system": &a.System, "severity": &a.Severity}
	for _, name := range sorted(body) {
		value, isText := body[name].(string)
		part, known := parts[name]
		switch {
		case name == "at":
			a.At = r.time("body.at", body[name])
		case !known:
			r.fail("body."+name, "alert.unknown_member")
		case !isText:
			r.fail("body."+name, "alert.want_text")
		default:
			*part = value
		}
	}
	return a
}

// foreign reads an alert of another machine by the map. Its words are cut to
// what is kept, rather than refused: nobody is there to shorten them.
func (r *reader) foreign(body any) Raised {
	a, before := Raised{}, len(r.Fields)
	if a.Source = r.Source; a.Source == "" {
		r.fail("source", "alert.no_source")
	}
	if len(r.Title) == 0 {
		r.fail("title", "alert.no_title")
	}
	a.Title = r.line(body, "title", r.Title)
	a.Ref = short(r.part(body, "ref", r.Ref))
	a.Group = r.line(body, "group", r.Group)
	a.Severity = r.line(body, "severity", r.Severity)
	a.System = r.system(body)
	a.Text = tidy(r.part(body, "text", r.Text), incident.MaxText, true)
	if value, ok := r.find(body, "at", r.At); ok {
		a.At = r.time("at", value)
	}
	if a.Title == "" && len(r.Fields) == before {
		r.fail("title", "alert.empty", strings.Join(r.Title, " "))
	}
	return a
}

// system is the id of a system, as the map has it or says where it is.
func (r *reader) system(body any) string {
	if len(r.System) == 1 && !strings.HasPrefix(r.System[0], "/") {
		return tidy(r.System[0], incident.MaxLine, false)
	}
	return r.line(body, "system", r.System)
}

func (r *reader) line(body any, name string, pointers []string) string {
	return tidy(r.part(body, name, pointers), incident.MaxLine, false)
}

// part is what the first of some pointers that is found leads to, as a text.
// Only the text of an alert may be more than one value.
func (r *reader) part(body any, name string, pointers []string) string {
	value, _ := r.find(body, name, pointers)
	switch v := value.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return map[bool]string{true: "true", false: "false"}[v]
	case nil:
		return ""
	}
	if name != "text" {
		r.fail(name, "alert.want_text")
		return ""
	}
	return asJSON(value)
}

// find returns what the first of some pointers that is found leads to. Where
// there are pointers and none leads anywhere, that is a mistake.
func (r *reader) find(body any, name string, pointers []string) (value any, ok bool) {
	for _, p := range pointers {
		parts, good := parsePointer(p)
		if !good {
			r.fail(name, "alert.bad_pointer", p)
			return nil, false
		}
		if value, ok = lookUp(body, parts); ok {
			return value, true
		}
	}
	if len(pointers) > 0 {
		r.fail(name, "alert.not_found", r.place(), strings.Join(pointers, " "))
	}
	return nil, false
}

// place says where pointers are followed.
func (r *reader) place() message.M {
	if r.at == "" {
		return message.New("alert.in_body")
	}
	return message.New("alert.in_part", r.at)
}

// time reads when an alert was raised.
func (r *reader) time(field string, value any) time.Time {
	text := ""
	switch v := value.(type) {
	case nil:
		return time.Time{}
	case string:
		text = v
	case json.Number:
		text = v.String()
	}
	t, ok := readTime(strings.TrimSpace(text))
	if !ok {
		r.fail(field, "alert.want_time")
	}
	return t
}
