package web

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"guanji/internal/day"
	"guanji/internal/evidence"
	"guanji/internal/problem"
	"guanji/internal/regime"
)

// evidenceFormPage is the form by which evidence is filed.
type evidenceFormPage struct {
	page
	Path, Back             string
	Supersedes             int64
	Replaced               *evidenceItem // what is superseded
	Reason                 field
	Pick                   dutyPick
	Subject                subjectPick
	Kinds                  []optionGroup
	KindError              string
	Observed, ValidUntil   field
	Methods                []option
	MethodError            string
	Run, Tool, Version     field
	Who                    field
	ScopeWhat              field
	Population, Sample     field
	Skipped, Why           field
	ScopeError             string
	Results                []option
	ResultError            string
	Note                   field
	Files                  []keptFile
	FilesError             string
	UploadPath, UploadText string
	UnderWay               []upload
}

// optionGroup is the part of a select under one heading.
type optionGroup struct {
	Name    string
	Options []option
}

// dutyPick chooses the duties that something serves: those chosen, as boxes to
// uncheck, and a field for more, with every duty that applies or may to choose
// from.
type dutyPick struct {
	words
	Chosen []option
	More   field
	All    []option
}

// subjectPick chooses what something is about: from a list, or where there are
// too many systems by its id.
type subjectPick struct {
	words
	Options      []option
	Many         bool
	Value, Error string
}

// formValues returns the value of a field as it was sent, or as what is superseded or
// the address has it.
type formValues func(name string) []string

func (v formValues) one(name string) string {
	if all := v(name); len(all) > 0 {
		return all[0]
	}
	return ""
}

func (s *server) newEvidence(q *orgRequest) error {
	given := formValues(func(name string) []string { return q.URL.Query()[name] })
	var files []evidence.File
	if text := q.FormValue("supersedes"); text != "" {
		seq, ok := byteCount(text)
		if !ok {
			return problem.New(problem.NotFound, "web.no_page")
		}
		old, err := s.Filing.Get(q.Context(), q.org, seq)
		if err != nil {
			return err
		}
		if old.Record == nil {
			return problem.New(problem.NotFound, "web.no_page")
		}
		given, files = recordValues(old), old.Record.Files
	}
	return q.renderEvidenceForm(http.StatusOK, evidenceFormPage{}, given, files, nil)
}

// recordValues fills the form with a record that is to be superseded.
func recordValues(f evidence.Filed) formValues {
	r := f.Record
	values := map[string][]string{"supersedes": {strconv.FormatInt(f.Seq, 10)}, "duties": r.Duties, "subject": {r.Subject}, "kind": {r.Kind}, "method": {string(r.Method.Kind)},
		"run": {r.Method.Run}, "tool": {r.Method.Tool}, "version": {r.Method.Version}, "who": {r.Method.Who}, "result": {string(r.Result)}, "note": {r.Note},
		"observed": {r.Observed.String()}, "valid_until": {r.ValidUntil.String()}}
	if sc := r.Scope; sc != nil {
		n := func(n int64) []string { return []string{strconv.FormatInt(n, 10)} }
		values["scope.what"], values["scope.why"] = []string{sc.What}, []string{sc.Why}
		values["scope.population"], values["scope.sample"], values["scope.skipped"] = n(sc.Population), n(sc.Sample), n(sc.Skipped)
	}
	return func(name string) []string { return values[name] }
}

// renderEvidenceForm shows the form with what was given, and what is wrong.
func (q *orgRequest) renderEvidenceForm(code int, p evidenceFormPage, v formValues, files []evidence.File, at map[string]string) error {
	alert := p.Alert
	p.page = q.page("evidence_new")
	p.Alert = alert
	p.Path, p.Back = q.to("evidence"), q.to("evidence")
	p.Pick = q.dutyPick(slices.Concat(v("duty"), v("duties")), v.one("more"), cmp.Or(at["duties"], at["more"]))
	p.Subject = q.subjectPick(cmp.Or(v.one("subject"), evidence.Organization), at["subject"])
	p.Kinds, p.KindError = q.kindGroups(p.Pick, v.one("kind")), at["kind"]
	p.dates(q, v, at)
	p.method(q, v, at)
	p.scope(q, v, at)
	for _, r := range evidence.Results() {
		p.Results = append(p.Results, option{string(r), q.T("evidence.result." + string(r) + ".long"), v.one("result") == string(r)})
	}
	p.ResultError = at["result"]
	p.Note = q.textField("note", v.one("note"), at, evidence.MaxText, true)
	p.Files, p.FilesError = q.keptFiles(files), at["files"]
	p.UploadPath, p.UploadText = orgPath(q.org, "uploads"), q.uploadWords()
	var err error
	if p.UnderWay, err = q.underWay(); err != nil {
		return err
	}
	if err := p.replaces(q, v.one("supersedes"), v.one("reason"), at); err != nil {
		return err
	}
	if len(at) > 0 {
		p.Alert = cmp.Or(p.Alert, q.T("evidence.mistakes", len(at)))
	}
	return q.s.render(q.request, code, "evidence_new", p)
}

// replaces says what is superseded.
func (p *evidenceFormPage) replaces(q *orgRequest, seq, reason string, at map[string]string) error {
	n, _ := byteCount(seq)
	if n == 0 {
		return nil
	}
	b, err := q.s.Filing.Book(q.Context(), q.org)
	if err != nil {
		return err
	}
	old, ok := b.Get(n)
	if !ok || old.Record == nil {
		return problem.New(problem.NotFound, "filing.none", n)
	}
	item := q.evidenceItem(b, old, q.dutyNames())
	p.Title, p.Purpose = q.T("evidence.supersede.title", n), q.T("evidence.supersede.purpose")
	p.Supersedes, p.Replaced, p.Back = n, &item, q.evidencePath(n)
	p.Reason = q.textField("reason", reason, at, evidence.MaxText, false)
	return nil
}

// textField is a field of the form, worded by its name.
func (w words) textField(name, value string, at map[string]string, most int, optional bool) field {
	key := "evidence.field." + name
	return field{words: w, Name: name, Label: w.T(key), Hint: w.hint(key), Value: value, Max: most, Optional: optional, Error: at[name]}
}

func (w words) dayField(name, value string, at map[string]string, optional bool) field {
	f := w.textField(name, value, at, 0, optional)
	f.Type = "date"
	return f
}

func (p *evidenceFormPage) dates(q *orgRequest, v formValues, at map[string]string) {
	p.Observed = q.dayField("observed", v.one("observed"), at, false)
	p.ValidUntil = q.dayField("valid_until", v.one("valid_until"), at, true)
}

func (p *evidenceFormPage) method(q *orgRequest, v formValues, at map[string]string) {
	chosen := cmp.Or(v.one("method"), string(evidence.Attested))
	for _, k := range slices.Backward(evidence.MethodKinds()) {
		p.Methods = append(p.Methods, option{string(k), q.T("evidence.method." + string(k)), chosen == string(k)})
	}
	p.MethodError = at["method"]
	line := func(name, value string) field { return q.textField(name, value, at, evidence.MaxLine, true) }
	who := v.one("who")
	if who == "" && v("method") == nil {
		who = q.holder.Name
	}
	p.Run, p.Tool, p.Version, p.Who = line("run", v.one("run")), line("tool", v.one("tool")), line("version", v.one("version")), line("who", who)
}

func (p *evidenceFormPage) scope(q *orgRequest, v formValues, at map[string]string) {
	line := func(name string) field {
		return q.textField("scope."+name, v.one("scope."+name), at, evidence.MaxLine, true)
	}
	p.ScopeWhat, p.Population, p.Sample, p.Skipped, p.Why = line("what"), line("population"), line("sample"), line("skipped"), line("why")
	for _, f := range []*field{&p.Population, &p.Sample, &p.Skipped} {
		f.Type = "numeric"
	}
	p.ScopeError = at["scope"]
}

// kindGroups are the kinds of evidence, those that the chosen duties ask for
// first. Where they ask for one alone, it is chosen.
func (q *orgRequest) kindGroups(p dutyPick, chosen string) []optionGroup {
	asked := q.kindsAsked(p)
	if chosen == "" && len(asked) == 1 {
		chosen = asked[0]
	}
	groups := []optionGroup{{Name: q.T("evidence.kinds.asked")}, {Name: q.T("evidence.kinds.others")}}
	for _, k := range q.s.Set.EvidenceKinds {
		in := &groups[1]
		if slices.Contains(asked, k.ID.Value) {
			in = &groups[0]
		}
		in.Options = append(in.Options, option{k.ID.Value, q.Text(k.Name), chosen == k.ID.Value})
	}
	return slices.DeleteFunc(groups, func(g optionGroup) bool { return len(g.Options) == 0 })
}

func (q *orgRequest) kindsAsked(p dutyPick) []string {
	var kinds []string
	for _, d := range q.s.Set.Duties {
		if !slices.ContainsFunc(p.Chosen, func(o option) bool { return o.Value == d.ID.Value }) {
			continue
		}
		for _, e := range d.Evidence {
			if !slices.Contains(kinds, e.Kind.Value) {
				kinds = append(kinds, e.Kind.Value)
			}
		}
	}
	return kinds
}

// dutyPick offers the duties that apply or may today.
func (q *orgRequest) dutyPick(chosen []string, more, wrong string) dutyPick {
	p := dutyPick{words: q.words, More: q.textField("more", more, map[string]string{"more": wrong}, evidence.MaxText, true)}
	names := q.dutyNames()
	for _, id := range chosen {
		if !slices.ContainsFunc(p.Chosen, func(o option) bool { return o.Value == id }) {
			p.Chosen = append(p.Chosen, option{id, cmp.Or(names[id], id), true})
		}
	}
	p.All = q.dutyOptions()
	return p
}

// dutyOptions are the duties that apply or may, those of today where the
// organization cannot be assessed for the day asked.
func (q *orgRequest) dutyOptions() []option {
	v, err := q.s.Standing.View(q.Context(), q.org, q.when.today, day.Day{})
	if err != nil {
		return nil // the ids can be typed
	}
	var list []option
	for _, r := range v.Rows {
		if r.Applies() != regime.No {
			list = append(list, option{Value: r.ID, Name: q.Text(r.Name)})
		}
	}
	return list
}

// uploadWords is what the script says while files are on their way, as JSON.
func (w words) uploadWords() string {
	said := map[string]string{}
	for _, key := range []string{"waiting", "sending", "paused", "checking", "done", "failed", "again", "cancel", "cancelled", "held", "empty", "large", "resumed", "remove"} {
		said[key] = w.T("upload.says." + key)
	}
	data, _ := json.Marshal(said) // texts always encode
	return string(data)
}

// splitIDs reads ids with commas or spaces between them.
func splitIDs(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",，、; \n\r\t", r) })
}
