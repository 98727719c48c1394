package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// unmarshal reads a body. It fails with a [*repeated] where an object has a
// member twice, which encoding/json lets pass: the two readers of one body
// must not see different things. As there, letters count alike in either case.
// What is read for checking, before anything else, is read into an any.
func unmarshal(data []byte, v any) error {
	if err := json.Unmarshal(data, v); err != nil {
		return err
	}
	if _, checked := v.(*any); !checked {
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	return noRepeats(dec)
}

// A repeated error is a member that stands in an object twice.
type repeated struct {
	name   string
	offset int64 // of the byte behind it
}

// Error implements error.
func (r *repeated) Error() string { return fmt.Sprintf("repeated member %q", r.name) }

// noRepeats reads one value of what is known to be JSON.
func noRepeats(dec *json.Decoder) error {
	opening, err := dec.Token()
	kind, nested := opening.(json.Delim)
	if err != nil || !nested {
		return err
	}
	seen := map[string]bool{}
	for dec.More() {
		if kind == '{' {
			token, err := dec.Token()
			if err != nil {
				return err
			}
			name, _ := token.(string)
			folded := strings.ToLower(strings.ToUpper(name))
			if seen[folded] {
				return &repeated{name, dec.InputOffset()}
			}
			seen[folded] = true
		}
		if err := noRepeats(dec); err != nil {
			return err
		}
	}
	_, err = dec.Token()
	return err
}

// badJSON returns where a body cannot be read on and the message that says so,
// "" if it is no body or good JSON.
func badJSON(body any) (line, column int, key string) {
	text, ok := body.(string)
	if !ok {
		return 0, 0, ""
	}
	err := unmarshal([]byte(text), new(any))
	if err == nil {
		return 0, 0, ""
	}
	offset, key := int64(0), "api.bad_json"
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		offset = e.Offset
	} else if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		offset = e.Offset
	} else if e, ok := errors.AsType[*repeated](err); ok {
		offset, key = e.offset, "api.repeated_member"
	}
	line, column = place(text, int(offset))
	return line, column, key
}

// place returns line and column of the byte before an offset.
func place(text string, offset int) (line, column int) {
	before := text[:max(0, min(offset, len(text))-1)]
	line = 1 + strings.Count(before, "\n")
	return line, 1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
}
