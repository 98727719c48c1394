package org

import (
	"math/bits"
)

// A Kind is the type of a fact.
type Kind uint8

// The types of facts. A Record is a group of facts given together; only its
// fields have values.
const (
	Unknown Kind = iota
	Bool
	Int
	Number
	Enum
	Set
	Record
)

var kindNames = map[string]Kind{"bool": Bool, "int": Int, "number": Number, "enum": Enum, "set": Set, "record": Record}

// String returns the name of the type as content and help spell it.
func (k Kind) String() string {
	for name, kind := range kindNames {
		if kind == k {
			return name
		}
	}
	return "unknown"
}

// A Value is what is known of one fact. The zero Value is unknown: a missing
// fact is never false. Values are comparable with ==.
type Value struct {
	Kind Kind
	// AtLeast says that a whole number is known from below only: it is I or more.
	AtLeast bool
	I       int64   // Bool: 0 or 1; Int; Enum: index into the values of the fact
	F       float64 // Number
	Bits    uint64  // Set: bit i is value i of the fact
}

// BoolValue returns a known bool.
func BoolValue(b bool) Value {
	v := Value{Kind: Bool}
	if b {
		v.I = 1
	}
	return v
}

// IntValue returns a known whole number.
func IntValue(i int64) Value { return Value{Kind: Int, I: i} }

// Known reports whether anything is known.
func (v Value) Known() bool { return v.Kind != Unknown }

// Float returns the number in v, of type Int or Number.
func (v Value) Float() float64 {
	if v.Kind == Number {
		return v.F
	}
	return float64(v.I)
}

// In returns v in the form of JSON: bool, int64, float64, string, []string, or
// nil if unknown. The fact says what the values are called.
func (v Value) In(f *Fact) any {
	switch v.Kind {
	case Bool:
		return v.I == 1
	case Int:
		return v.I
	case Number:
		return v.F
	case Enum:
		return f.Values[v.I].ID
	case Set:
		list := make([]string, 0, bits.OnesCount64(v.Bits))
		for i := range f.Values {
			if v.Bits&(1<<i) != 0 {
				list = append(list, f.Values[i].ID)
			}
		}
		return list
	}
	return nil
}
