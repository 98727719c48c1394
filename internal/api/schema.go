package api

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"guanji/internal/day"
	"guanji/internal/incident"
	"guanji/internal/law"
	"guanji/internal/position"
	"guanji/internal/regime"
)

// aliases tells how types of ours look that write their own JSON, and that
// failures look like problemDetails.
func aliases(r huma.Registry) {
	r.RegisterTypeAlias(reflect.TypeFor[huma.ErrorModel](), reflect.TypeFor[problemDetails]())
	r.RegisterTypeAlias(reflect.TypeFor[day.Day](), reflect.TypeFor[daySchema]())
	r.RegisterTypeAlias(reflect.TypeFor[day.Span](), reflect.TypeFor[spanSchema]())
}

// schemaName is what a schema is called: the parts of steps have names that
// other things have, too.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.PkgPath() == reflect.TypeFor[incident.Step]().PkgPath() {
		return "Incident" + name
	}
	return name
}

// daySchema describes a [day.Day].
type daySchema struct{}

// Schema implements [huma.SchemaProvider].
func (daySchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date", Nullable: true, Description: "A day in Beijing, YYYY-MM-DD; null where there is none."}
}

// spanSchema describes a [day.Span].
type spanSchema struct{}

// Schema implements [huma.SchemaProvider].
func (spanSchema) Schema(r huma.Registry) *huma.Schema {
	two := 2
	return &huma.Schema{Type: huma.TypeArray, Items: daySchema{}.Schema(r), MinItems: &two, MaxItems: &two,
		Description: "The first and the last day, both included; null for an end that is open."}
}

// describe finishes the description once every operation is registered, where
// huma says less, or other, than what is sent.
func describe(doc *huma.OpenAPI) {
	all := doc.Components.Schemas
	sent := map[string]bool{}
	for _, path := range doc.Paths {
		for _, op := range []*huma.Operation{path.Get, path.Head, path.Post, path.Put, path.Patch, path.Delete, path.Options} {
			if op != nil {
				describeOperation(op, all, sent)
			}
		}
	}
	for name, s := range all.Map() {
		noNullLists(s)
		describeFields(s, all.TypeFromRef(schemas+name))
		if !sent[name] {
			s.AdditionalProperties = nil // an answer may have more members one day
		}
	}
}

// schemas is where references to schemas begin.
const schemas = "#/components/schemas/"

// describeOperation notes which schemas callers send.
func describeOperation(op *huma.Operation, all huma.Registry, sent map[string]bool) {
	op.Responses["401"].Headers = map[string]*huma.Param{"WWW-Authenticate": {Schema: &huma.Schema{Type: huma.TypeString}}}
	if op.RequestBody == nil {
		return
	}
	delete(op.RequestBody.Content, rawType)
	for _, media := range op.RequestBody.Content {
		reach(media.Schema, all, sent)
	}
}

// reach notes the schemas that one refers to.
func reach(s *huma.Schema, all huma.Registry, seen map[string]bool) {
	if s == nil {
		return
	}
	if name, ok := strings.CutPrefix(s.Ref, schemas); ok && !seen[name] {
		seen[name] = true
		reach(all.SchemaFromRef(s.Ref), all, seen)
	}
	reach(s.Items, all, seen)
	for _, p := range s.Properties {
		reach(p, all, seen)
	}
}

// noNullLists says that lists are never null.
func noNullLists(s *huma.Schema) {
	if s == nil {
		return
	}
	if s.Type == huma.TypeArray {
		s.Nullable = false
	}
	for _, p := range s.Properties {
		noNullLists(p)
	}
	noNullLists(s.Items)
}

// describeFields says which members may be null, and lists the words of those
// that are one of a few.
func describeFields(s *huma.Schema, t reflect.Type) {
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		p := s.Properties[name]
		if p == nil {
			continue
		}
		if p.Enum == nil {
			p.Enum = plain(wordsOf(f.Type))
		}
		if p.Enum != nil && p.Nullable {
			p.Enum = append(p.Enum, nil)
		}
		p.PrecomputeMessages() // huma did before the words were known
		if p.Description == "" {
			p.Description = meaning(t, f)
		}
		if f.Type.Kind() == reflect.Pointer && p.Ref != "" && !strings.Contains(options, "omitempty") {
			s.Properties[name] = &huma.Schema{Description: p.Description, AnyOf: []*huma.Schema{{Ref: p.Ref}, {Type: "null"}}}
		}
	}
}

// plain returns words as they arrive: huma compares them with what is sent.
func plain(words []any) (list []any) {
	for _, w := range words {
		list = append(list, fmt.Sprint(w))
	}
	return list
}

// wordsOf returns the words of a type, nil for one that has none.
func wordsOf(t reflect.Type) []any {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t {
	case reflect.TypeFor[regime.Status]():
		return []any{regime.Designated, regime.Prepare, regime.Watch, regime.NoSign, regime.Undetermined}
	case reflect.TypeFor[regime.Applies]():
		return []any{regime.Yes, regime.No, regime.Unknown}
	case reflect.TypeFor[regime.Result]():
		return []any{regime.NotExport, regime.Stop, regime.Exempt, regime.SecurityAssessment, regime.ContractOrCert, regime.Review, regime.UnknownResult}
	case reflect.TypeFor[position.State]():
		return views(position.States(), func(s position.State) any { return s })
	case reflect.TypeFor[position.What]():
		return []any{position.File, position.Renew, position.PutRight, position.Tell}
	case reflect.TypeFor[law.Confidence]():
		return views(law.Confidences(), func(c law.Confidence) any { return c })
	case reflect.TypeFor[incident.State]():
		return []any{incident.Waiting, incident.Running, incident.Watched, incident.Handled, incident.Closed, incident.Dismissed, incident.Joined}
	case reflect.TypeFor[incident.Kind]():
		return []any{incident.Incident, incident.Threat}
	case reflect.TypeFor[incident.Reading]():
		return views(incident.Readings(), func(r incident.Reading) any { return r })
	case reflect.TypeFor[law.Force]():
		return views(law.Forces(), func(f law.Force) any { return f })
	}
	return nil
}
