package respond

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"guanji/internal/incident"
	"guanji/internal/message"
	"guanji/internal/problem"
)

// readObject reads a JSON object, and nothing that is doubtful: no member
// twice, nothing nested too deep, no bytes that are no text.
func readObject(data []byte) (map[string]any, error) {
	switch {
	case len(data) > MaxAlertBody:
		return nil, badBody("alert.large", MaxAlertBody>>10)
	case !utf8.Valid(data):
		return nil, badBody("alert.no_text")
	}
	if err := json.Unmarshal(data, new(json.RawMessage)); err != nil {
		line, column := lineOf(data, err)
		return nil, badBody("alert.bad_json", line, column)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	value, err := readValue(d, 1)
	if err != nil {
		return nil, err
	}
	if body, ok := value.(map[string]any); ok {
		return body, nil
	}
	return nil, badBody("alert.want_object")
}

func badBody(key string, args ...any) error {
	return problem.Fields{{Name: "body", Msg: message.New(key, args...)}}
}

// lineOf returns line and column, from 1, at which JSON cannot be read.
func lineOf(data []byte, err error) (line, column int) {
	e, ok := errors.AsType[*json.SyntaxError](err)
	if !ok {
		return 1, 1
	}
	before := data[:max(0, min(int(e.Offset), len(data))-1)]
	return 1 + bytes.Count(before, []byte("\n")), 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
}

// readValue reads one value of what is known to be JSON.
func readValue(d *json.Decoder, depth int) (value any, err error) {
	token, _ := d.Token() // it is known to be JSON
	opening, nested := token.(json.Delim)
	switch {
	case !nested:
		return token, nil
	case depth > maxNesting:
		return nil, badBody("alert.deep", maxNesting)
	case opening == '[':
		list := []any{}
		for d.More() && err == nil {
			var item any
			item, err = readValue(d, depth+1)
			list = append(list, item)
		}
		value = list
	default:
		value, err = readMembers(d, depth)
	}
	_, _ = d.Token() // the closing one
	return value, err
}

func readMembers(d *json.Decoder, depth int) (object map[string]any, err error) {
	object = map[string]any{}
	for d.More() && err == nil {
		token, _ := d.Token()
		name, _ := token.(string)
		if _, twice := object[name]; twice {
			return nil, badBody("alert.twice")
		}
		object[name], err = readValue(d, depth+1)
	}
	return object, err
}

// asJSON is a value as it is kept where it is no text.
func asJSON(value any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if e.Encode(value) != nil { // cannot be: it was read from JSON
		return ""
	}
	return strings.TrimSpace(b.String())
}

// parsePointer returns the parts of a JSON Pointer, false for what is none.
func parsePointer(p string) ([]string, bool) {
	if !strings.HasPrefix(p, "/") || len(p) > incident.MaxLine {
		return nil, false
	}
	parts := strings.Split(p[1:], "/")
	for i, part := range parts {
		if strings.Contains(strings.NewReplacer("~0", "", "~1", "").Replace(part), "~") {
			return nil, false
		}
		parts[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(part)
	}
	return parts, true
}

// lookUp follows a JSON Pointer.
func lookUp(value any, parts []string) (any, bool) {
	for _, part := range parts {
		ok := false
		switch v := value.(type) {
		case map[string]any:
			value, ok = v[part]
		case []any:
			n, err := strconv.Atoi(part)
			if ok = err == nil && n >= 0 && n < len(v) && strconv.Itoa(n) == part; ok {
				value = v[n]
			}
		}
		if !ok {
			return nil, false
		}
	}
	return value, true
}
