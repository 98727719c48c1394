package strict

import (
	"io/fs"
	"reflect"
	"strconv"
	"strings"
	"unicode"

	"guanji/internal/day"
	"guanji/internal/message"
	"guanji/internal/problem"
)

// A String is a text with its place, for values that later steps may find
// fault with: references, conditions.
type String struct {
	Value string
	Pos   Pos
}

var (
	dayType    = reflect.TypeFor[day.Day]()
	textType   = reflect.TypeFor[message.Text]()
	stringType = reflect.TypeFor[String]()
	nodeType   = reflect.TypeFor[Node]()
	posType    = reflect.TypeFor[Pos]()
)

// Decode fills the struct, slice or map that v points to. A field is required
// unless its tag says `strict:"name,optional"`. Besides the usual kinds it
// knows [day.Day], [message.Text] (both languages, neither empty), [String],
// [Node] (kept as it is) and [Pos] (an untagged field that receives the place
// of its struct). Mistakes are added to the list; what could be read is set.
func Decode(n Node, v any, mistakes *problem.List) {
	d := decoder{mistakes}
	d.value(n, reflect.ValueOf(v).Elem())
}

// ParseInto parses one file and decodes it into v.
func ParseInto(file string, data []byte, v any, mistakes *problem.List) {
	n, bad := Parse(file, data)
	if len(bad) > 0 {
		*mistakes = append(*mistakes, bad...)
		return
	}
	Decode(n, v, mistakes)
}

type decoder struct{ mistakes *problem.List }

func (d decoder) fail(n Node, key string, args ...any) {
	*d.mistakes = append(*d.mistakes, n.Pos().Spot(key, args...))
}

func (d decoder) value(n Node, v reflect.Value) {
	switch v.Type() {
	case nodeType:
		v.Set(reflect.ValueOf(n))
		return
	case dayType:
		d.day(n, v)
		return
	case stringType:
		s, _ := d.text(n)
		v.Set(reflect.ValueOf(String{s, n.Pos()}))
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.value(n, v.Elem())
	case reflect.Struct:
		d.structure(n, v)
	case reflect.Slice:
		d.slice(n, v)
	case reflect.Map:
		d.mapping(n, v)
	case reflect.String:
		s, _ := d.text(n)
		v.SetString(s)
	case reflect.Bool:
		s, tag, _ := n.Scalar()
		if tag != "!!bool" {
			d.fail(n, "strict.want_bool", n.Show())
			return
		}
		v.SetBool(strings.EqualFold(s, "true"))
	case reflect.Int, reflect.Int64:
		i, ok := n.Int()
		if !ok {
			d.fail(n, "strict.want_int", n.Show())
			return
		}
		v.SetInt(i)
	case reflect.Float64:
		f, ok := n.Float()
		if !ok {
			d.fail(n, "strict.want_number", n.Show())
			return
		}
		v.SetFloat(f)
	default:
		panic("strict: cannot decode into " + v.Type().String())
	}
}

// Int returns n as a whole number in decimal digits, underscores allowed.
func (n Node) Int() (int64, bool) {
	s, tag, _ := n.Scalar()
	i, err := strconv.ParseInt(strings.ReplaceAll(s, "_", ""), 10, 64)
	return i, tag == "!!int" && err == nil
}

// Float returns n as a finite number.
func (n Node) Float() (float64, bool) {
	s, tag, _ := n.Scalar()
	f, err := strconv.ParseFloat(strings.ReplaceAll(s, "_", ""), 64)
	return f, (tag == "!!int" || tag == "!!float") && err == nil && f-f == 0
}

// Bool returns n as true or false.
func (n Node) Bool() (value, ok bool) {
	s, tag, _ := n.Scalar()
	return strings.EqualFold(s, "true"), tag == "!!bool"
}

func (d decoder) text(n Node) (string, bool) {
	s, tag, ok := n.Scalar()
	switch {
	case !ok, tag == "!!null", tag == "!!bool":
		d.fail(n, "strict.want_text", n.Show())
		return "", false
	case strings.TrimSpace(s) == "":
		d.fail(n, "strict.empty_text")
		return "", false
	case strings.ContainsFunc(s, isControl):
		d.fail(n, "strict.control")
		return "", false
	}
	return s, true
}

// isControl reports whether a character could steer a terminal or hide text.
func isControl(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r)
}

func (d decoder) day(n Node, v reflect.Value) {
	s, _, _ := n.Scalar()
	parsed, err := day.Parse(s)
	if err != nil {
		d.fail(n, "strict.want_day", n.Show())
		return
	}
	v.Set(reflect.ValueOf(parsed))
}

func (d decoder) slice(n Node, v reflect.Value) {
	items, ok := n.Items()
	if !ok {
		d.fail(n, "strict.want_list", n.Show())
		return
	}
	out := reflect.MakeSlice(v.Type(), len(items), len(items))
	for i, item := range items {
		if Full(d.mistakes, item.Pos()) {
			return
		}
		d.value(item, out.Index(i))
	}
	v.Set(out)
}

func (d decoder) mapping(n Node, v reflect.Value) {
	entries, ok := n.Entries()
	if !ok {
		d.fail(n, "strict.want_mapping", n.Show())
		return
	}
	out := reflect.MakeMapWithSize(v.Type(), len(entries))
	for _, e := range entries {
		if Full(d.mistakes, e.Key.Pos) {
			return
		}
		val := reflect.New(v.Type().Elem()).Elem()
		d.value(e.Value, val)
		out.SetMapIndex(reflect.ValueOf(e.Key.Value), val)
	}
	v.Set(out)
}

type field struct {
	name     string
	optional bool
	index    int
}

func fieldsOf(t reflect.Type) (fields []field, pos int) {
	pos = -1
	for i := range t.NumField() {
		f := t.Field(i)
		name, rest, _ := strings.Cut(f.Tag.Get("strict"), ",")
		switch {
		case name != "":
			fields = append(fields, field{name, rest == "optional", i})
		case f.Type == posType:
			pos = i
		}
	}
	if t == textType {
		fields = []field{{name: "en", index: 0}, {name: "zh", index: 1}}
	}
	return fields, pos
}

func (d decoder) structure(n Node, v reflect.Value) {
	entries, ok := n.Entries()
	if !ok {
		d.fail(n, "strict.want_mapping", n.Show())
		return
	}
	fields, pos := fieldsOf(v.Type())
	if pos >= 0 {
		v.Field(pos).Set(reflect.ValueOf(n.Pos()))
	}
	given := map[string]bool{}
	for _, e := range entries {
		if Full(d.mistakes, e.Key.Pos) {
			return
		}
		given[e.Key.Value] = true
		if f, ok := find(fields, e.Key.Value); ok {
			if !f.optional || !e.Value.IsNull() { // null is absence
				d.value(e.Value, v.Field(f.index))
			}
		} else {
			*d.mistakes = append(*d.mistakes, e.Key.Pos.Spot("strict.unknown_key", e.Key.Value, names(fields)))
		}
	}
	for _, f := range fields {
		if !f.optional && !given[f.name] {
			d.fail(n, "strict.missing_key", f.name)
		}
	}
}

func find(fields []field, name string) (field, bool) {
	for _, f := range fields {
		if f.name == name {
			return f, true
		}
	}
	return field{}, false
}

func names(fields []field) string {
	var all []string
	for _, f := range fields {
		all = append(all, f.name)
	}
	return strings.Join(all, ", ")
}

// Show describes a value in a message, cut to a length that fits a line.
func (n Node) Show() string {
	s, tag, ok := n.Scalar()
	if _, isList := n.Items(); isList {
		return "[…]"
	}
	if !ok {
		return "{…}"
	}
	if tag == "!!null" {
		return "null"
	}
	if tag != "!!str" && len(s) <= 40 {
		return s
	}
	return Shorten(s)
}

// Shorten quotes s for a message and cuts it to at most 40 characters.
func Shorten(s string) string {
	r := []rune(s)
	if len(r) > 40 {
		s = string(r[:39]) + "…"
	}
	return strconv.Quote(s)
}

// ReadInto reads one file of fsys and decodes it into v.
func ReadInto(fsys fs.FS, name string, v any, mistakes *problem.List) {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		*mistakes = append(*mistakes, Pos{File: name}.Spot("strict.unreadable", err.Error()))
		return
	}
	ParseInto(name, data, v, mistakes)
}
