package org

// schema is a JSON Schema, or a part of one.
type schema = map[string]any

// Schema returns the JSON Schema (draft 2020-12) of the organization file.
func (v *Vocabulary) Schema() map[string]any {
	unit := func(subject Subject) schema {
		return object(schema{"id": schema{"type": "string", "minLength": 1}, "name": bilingual(), "facts": v.factsSchema(subject)}, "id", "name")
	}
	dayText := schema{"type": "string", "format": "date", "pattern": `^\d{4}-\d{2}-\d{2}$`}
	s := object(schema{
		"guanji":       schema{"const": FileVersion},
		"organization": object(schema{"id": schema{"type": "string", "minLength": 1}, "name": bilingual()}, "id", "name"),
		"designations": list(object(schema{"notified_on": dayText, "by": schema{"type": "string"}, "reference": schema{"type": "string"},
			"systems": list(schema{"type": "string"}), "withdrawn_on": dayText}, "notified_on")),
		"facts":     v.factsSchema(AboutOrganization),
		"systems":   list(unit(AboutSystem)),
		"transfers": list(unit(AboutTransfer)),
	}, "guanji", "organization")
	s["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	s["title"] = "Guanji organization file"
	return s
}

func object(properties schema, required ...string) schema {
	return schema{"type": "object", "properties": properties, "required": required, "additionalProperties": false}
}

func list(items schema) schema { return schema{"type": "array", "items": items} }

func bilingual() schema {
	text := schema{"type": "string", "minLength": 1}
	return object(schema{"en": text, "zh": text}, "en", "zh")
}

// factsSchema describes the facts about one subject. null says that the answer
// is not known.
func (v *Vocabulary) factsSchema(subject Subject) schema {
	properties := schema{}
	for _, f := range v.facts {
		if f.Subject == subject {
			properties[f.ID] = f.schema()
		}
	}
	return schema{"type": []string{"object", "null"}, "properties": properties, "additionalProperties": false}
}

func (f *Fact) schema() schema {
	s := schema{}
	switch f.Kind {
	case Bool:
		s["type"] = []string{"boolean", "null"}
	case Int:
		s["type"] = []string{"integer", "null"}
	case Number:
		s["type"] = []string{"number", "null"}
	case Enum:
		s["enum"] = append(f.optionIDs(), nil)
	case Set:
		s["type"] = []string{"array", "null"}
		s["items"], s["uniqueItems"] = schema{"enum": f.optionIDs()}, true
	case Record:
		fields := schema{}
		for _, field := range f.Fields {
			fields[field.ID[len(f.ID)+1:]] = field.schema()
		}
		s["type"], s["properties"], s["additionalProperties"] = []string{"object", "null"}, fields, false
	}
	if f.Min != nil {
		s["minimum"] = *f.Min
	}
	if f.Max != nil {
		s["maximum"] = *f.Max
	}
	if f.Record == nil {
		s["title"], s["description"] = f.Question.En, f.Question.Zh
	}
	return s
}

func (f *Fact) optionIDs() []any {
	ids := make([]any, 0, len(f.Values)+1)
	for _, o := range f.Values {
		ids = append(ids, o.ID)
	}
	return ids
}
