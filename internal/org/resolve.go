package org

import (
	"slices"

	"guanji/internal/day"
	"guanji/internal/message"
	"guanji/internal/problem"
	"guanji/internal/strict"
)

// The facts that the program itself reads or derives; all others are known to
// content alone.
const (
	Notified         = "org.designation.notified"
	CII              = "sys.cii"
	ExportsPI        = "org.exports_pi"
	ExportsImportant = "org.exports_important_data"
	TransmittedOut   = "transfer.transmitted_abroad"
	AccessibleOut    = "transfer.accessible_abroad"
	HasPI            = "transfer.has_pi"
	HasImportant     = "transfer.important_data"
	YearPI           = "transfer.ytd_pi_individuals"
	YearSensitive    = "transfer.ytd_sensitive_individuals"
	PlannedPI        = "transfer.planned_pi_individuals"
	PlannedSensitive = "transfer.planned_sensitive_individuals"
	DataKinds        = "transfer.data_kinds"
	Sectors          = "org.sectors"
)

var core = map[string]Kind{
	Notified: Bool, CII: Bool, ExportsPI: Bool, ExportsImportant: Bool, TransmittedOut: Bool, AccessibleOut: Bool,
	HasPI: Bool, HasImportant: Bool, YearPI: Int, YearSensitive: Int, PlannedPI: Int, PlannedSensitive: Int,
	DataKinds: Set, Sectors: Set,
}

// CheckCore adds a mistake for each fact that the program relies on and the
// vocabulary lacks or types otherwise.
func (v *Vocabulary) CheckCore(mistakes *problem.List) {
	for id, kind := range core {
		if f := v.byID[id]; f == nil || f.Kind != kind {
			*mistakes = append(*mistakes, strict.Pos{File: "facts.yaml"}.Spot("facts.core", id, kind.String()))
		}
	}
}

// A Warning is something about the answer that its reader must know.
type Warning struct {
	ID   string       `json:"id"`
	Text message.Text `json:"text"`
}

// Warn makes a warning from the message with the key "warning." + id.
func Warn(id string, args ...any) Warning {
	return Warning{ID: id, Text: message.New("warning."+id, args...).Text()}
}

// An Organization is what is known of an organization on one day: the facts
// of its file with those that follow from notices and transfers.
type Organization struct {
	*File
	On       day.Day
	Facts    Facts // about the organization
	Systems  []Unit
	Notice   *Designation // one that stands that day, or nil
	Warnings []Warning
}

// On works out what is known of the organization of a file on a day.
//
// A notice that stands makes [Notified] true, whatever the file states; where
// there are notices and none stands, it is false. A notice that names systems
// decides [CII] for every system. A transfer that takes personal information
// or important data abroad makes [ExportsPI] or [ExportsImportant] true.
func (v *Vocabulary) On(f *File, on day.Day) *Organization {
	o := &Organization{File: f, On: on, Facts: slices.Clone(f.Facts)}
	v.notices(o)
	v.exports(o)
	return o
}

func (v *Vocabulary) notices(o *Organization) {
	stated := v.Get(o.Facts, Notified)
	named := map[string]bool{}
	for i, d := range o.Designations {
		if d.StandsOn(o.On) {
			o.Notice = &o.Designations[i]
			for _, s := range d.Systems {
				named[s] = true
			}
		}
	}
	switch {
	case len(o.Designations) > 0:
		if stated.Known() && (stated.I == 1) != (o.Notice != nil) {
			o.Warnings = append(o.Warnings, Warn("notice_contradicts", o.On.String()))
		}
		v.Set(o.Facts, Notified, BoolValue(o.Notice != nil))
	case stated == BoolValue(true):
		o.Warnings = append(o.Warnings, Warn("notice_undated"))
	}
	o.Systems = slices.Clone(o.File.Systems)
	if len(named) == 0 {
		return
	}
	for i := range o.Systems {
		s := &o.Systems[i]
		if stated := v.Get(s.Facts, CII); stated.Known() && (stated.I == 1) != named[s.ID] {
			o.Warnings = append(o.Warnings, Warn("cii_contradicts", s.ID))
		}
		s.Facts = slices.Clone(s.Facts)
		v.Set(s.Facts, CII, BoolValue(named[s.ID]))
	}
}

func (v *Vocabulary) exports(o *Organization) {
	yes := BoolValue(true)
	for _, derived := range []struct{ fact, content string }{{ExportsPI, HasPI}, {ExportsImportant, HasImportant}} {
		found := slices.ContainsFunc(o.Transfers, func(t Unit) bool {
			abroad := v.Get(t.Facts, TransmittedOut) == yes || v.Get(t.Facts, AccessibleOut) == yes
			return abroad && v.Get(t.Facts, derived.content) == yes
		})
		if !found {
			continue
		}
		if v.Get(o.Facts, derived.fact) == BoolValue(false) {
			o.Warnings = append(o.Warnings, Warn("transfer_contradicts", v.Fact(derived.fact).Label))
		}
		v.Set(o.Facts, derived.fact, yes)
	}
}

// Combine returns the facts of a unit together with those of its organization.
func (o *Organization) Combine(unit Facts) Facts {
	all := slices.Clone(o.Facts)
	for i, val := range unit {
		if val.Known() {
			all[i] = val
		}
	}
	return all
}
