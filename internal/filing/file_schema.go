package filing

import (
	"maps"
	"slices"

	"guanji/internal/evidence"
)

// schema is a JSON Schema, or a part of one.
type schema = map[string]any

// Schema returns the JSON Schema (draft 2020-12) of the evidence file, with
// the kinds and duties of a content.
func Schema(c Catalogue) map[string]any {
	duty, ref := schema{"enum": slices.Sorted(maps.Keys(c.Duties))}, schema{"type": "string", "pattern": goodRef.String()}
	target := schema{"type": []string{"string", "integer", "null"}, "minimum": 1}
	s := object(schema{
		"guanji":       schema{"const": FileVersion},
		"organization": line(),
		"records":      list(recordSchema(c, duty, ref, target)),
		"plans": list(object(schema{"ref": ref, "duty": duty, "subject": line(), "basis": oneOf(evidence.ByOrder, evidence.ByPlan), "by": line(),
			"reference": line(), "started": dayText(), "due": dayText(), "what": text()}, "duty", "subject", "basis", "started", "due", "what")),
		"events": list(object(schema{"ref": ref, "duty": duty, "subject": line(), "day": dayText(), "what": text()}, "duty", "subject", "day", "what")),
		"assignments": list(object(schema{"duty": duty, "subject": line(), "owner": line(), "due": dayText(), "note": text(),
			"remind": schema{"type": "integer", "minimum": 0, "maximum": evidence.MaxRemind}}, "duty", "subject")),
		"ends": list(object(schema{"of": target, "how": oneOf(evidence.Withdrawn, evidence.Done), "day": dayText(), "reason": text()}, "of", "how", "day", "reason")),
	}, "guanji", "organization")
	s["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	s["title"] = "Guanji evidence file"
	return s
}

func recordSchema(c Catalogue, duty, ref, target schema) schema {
	duties := list(duty)
	duties["minItems"], duties["maxItems"], duties["uniqueItems"] = 1, evidence.MaxDuties, true
	files := list(object(schema{"path": line(), "name": line()}, "path"))
	files["maxItems"] = evidence.MaxFiles
	s := object(schema{"ref": ref, "kind": schema{"enum": slices.Sorted(maps.Keys(c.Kinds))}, "duties": duties, "subject": line(),
		"observed": dayText(), "valid_until": dayText(), "method": methodSchema(), "scope": scopeSchema(), "result": oneOf(evidence.Results()...),
		"files": files, "note": text(), "supersedes": target, "reason": text()}, "kind", "duties", "subject", "observed", "method", "result")
	s["dependentRequired"] = schema{"supersedes": []string{"reason"}, "reason": []string{"supersedes"}}
	return s
}

// methodSchema asks for what each way of coming by evidence has to tell.
func methodSchema() schema {
	kind := func(k evidence.MethodKind, fields ...string) schema {
		return schema{"properties": schema{"kind": schema{"const": k}}, "required": fields}
	}
	s := object(schema{"kind": oneOf(evidence.MethodKinds()...), "run": line(), "tool": line(), "version": line(), "who": line()}, "kind")
	s["oneOf"] = []schema{kind(evidence.Measured, "run"), kind(evidence.Imported, "tool", "version"), kind(evidence.Attested, "who")}
	return s
}

func scopeSchema() schema {
	count := schema{"type": "integer", "minimum": 0, "maximum": evidence.MaxCount}
	return object(schema{"what": line(), "population": count, "sample": count, "skipped": count, "why": line()}, "what", "population", "sample")
}

func object(properties schema, required ...string) schema {
	return schema{"type": "object", "properties": properties, "required": required, "additionalProperties": false}
}

func list(items schema) schema { return schema{"type": "array", "items": items} }

func oneOf[S ~string](values ...S) schema { return schema{"enum": values} }

func line() schema { return schema{"type": "string", "minLength": 1, "maxLength": evidence.MaxLine} }

func text() schema { return schema{"type": "string", "minLength": 1, "maxLength": evidence.MaxText} }

func dayText() schema {
	return schema{"type": "string", "format": "date", "pattern": `^\d{4}-\d{2}-\d{2}$`}
}
