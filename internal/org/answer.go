package org

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"guanji/internal/message"
)

// FromJSON reads a value in the form that [Value.In] gives; null is unknown.
// It reports false for what is no value of the fact.
func (f *Fact) FromJSON(data []byte) (Value, bool) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var x any
	if dec.Decode(&x) != nil {
		return Value{}, false
	}
	if _, err := dec.Token(); err != io.EOF {
		return Value{}, false
	}
	val, ok := f.fromAny(x)
	if !ok || (f.Kind == Int || f.Kind == Number) && val.Known() && !f.inRange(val.Float()) {
		return Value{}, false
	}
	return val, true
}

func (f *Fact) fromAny(x any) (Value, bool) {
	switch x := x.(type) {
	case nil:
		return Value{}, true
	case bool:
		return BoolValue(x), f.Kind == Bool
	case json.Number:
		if i, err := x.Int64(); err == nil && f.Kind == Int {
			return IntValue(i), true
		}
		y, err := x.Float64()
		return Value{Kind: Number, F: y}, err == nil && f.Kind == Number
	case string:
		i, ok := f.Option(x)
		return Value{Kind: Enum, I: int64(i)}, ok && f.Kind == Enum
	case []any:
		return f.set(x)
	}
	return Value{}, false
}

func (f *Fact) set(items []any) (Value, bool) {
	val := Value{Kind: Set}
	for _, item := range items {
		s, _ := item.(string)
		i, ok := f.Option(s)
		if !ok || val.Bits&(1<<i) != 0 {
			return Value{}, false
		}
		val.Bits |= 1 << i
	}
	return val, f.Kind == Set
}

// Parse reads what a person typed or chose: yes or no in either language, a
// figure with or without separators and a final 万, 亿 or 万亿, the id of a choice,
// or the ids of several. Full-width characters count as their narrow forms.
// The message says what is wrong, nil if nothing is.
func (f *Fact) Parse(texts ...string) (Value, *message.M) {
	all := make([]any, 0, len(texts))
	for _, t := range texts {
		if t = strings.TrimSpace(norm.NFKC.String(t)); t != "" {
			all = append(all, t)
		}
	}
	wrong := func() (Value, *message.M) {
		m := message.New("answer." + f.Kind.String())
		return Value{}, &m
	}
	if f.Kind == Set {
		if val, ok := f.set(all); ok {
			return val, nil
		}
		return wrong()
	}
	if len(all) != 1 {
		return wrong()
	}
	val, ok := f.parseOne(all[0].(string))
	switch {
	case !ok:
		return wrong()
	case (f.Kind == Int || f.Kind == Number) && !f.inRange(val.Float()):
		m := message.New("answer.range", f.rangeText())
		return Value{}, &m
	}
	return val, nil
}

func (f *Fact) parseOne(s string) (Value, bool) {
	switch f.Kind {
	case Bool:
		b, ok := map[string]bool{"y": true, "yes": true, "true": true, "是": true, "n": false, "no": false, "false": false, "否": false}[strings.ToLower(s)]
		return BoolValue(b), ok
	case Enum:
		i, ok := f.Option(s)
		return Value{Kind: Enum, I: int64(i)}, ok
	}
	s, scale := cutScale(s)
	s = strings.NewReplacer(",", "", " ", "", "'", "", "_", "").Replace(s)
	if strings.ContainsAny(s, "xX") {
		return Value{}, false // no hexadecimal
	}
	if i, err := strconv.ParseInt(s, 10, 64); err == nil && scale == 1 && f.Kind == Int {
		return IntValue(i), true
	}
	x, err := strconv.ParseFloat(s, 64)
	x *= scale
	switch {
	case err != nil || math.IsNaN(x) || math.IsInf(x, 0):
		return Value{}, false
	case f.Kind == Number:
		return Value{Kind: Number, F: x}, true
	}
	whole := math.Round(x)
	return IntValue(int64(whole)), math.Abs(x-whole) < 1e-6 && whole < 1<<53 && whole > -(1<<53)
}

// cutScale cuts the unit by which a figure is multiplied.
func cutScale(s string) (rest string, scale float64) {
	for _, unit := range []struct {
		name  string
		scale float64
	}{{"万亿", 1e12}, {"亿", 1e8}, {"万", 1e4}} {
		if rest, ok := strings.CutSuffix(s, unit.name); ok {
			return rest, unit.scale
		}
	}
	return s, 1
}
