package detect

import (
	"fmt"
	"io/fs"
	"slices"

	"guanji/internal/day"
	"guanji/internal/detect/keyword"
	"guanji/internal/message"
	"guanji/internal/problem"
	"guanji/internal/strict"
)

// A Standard says what counts as sensitive personal information.
type Standard string

// The standards. GB/T 45574-2025 no longer lists the number of an identity
// document, GB/T 35273-2020 does. Conservative is all that either lists: PIPL
// article 28 is open, and one wrong "no" changes what an export needs.
const (
	GBT45574     Standard = "gbt45574-2025"
	GBT35273     Standard = "gbt35273-2020"
	Conservative Standard = "conservative"
)

// standards are all of them.
var standards = [...]Standard{Conservative, GBT45574, GBT35273}

// A Class is a class of sensitive personal information.
type Class struct {
	ID   string       `strict:"id"`
	Name message.Text `strict:"name"`
	// Detectors find information of the class. Columns are words in the names
	// of columns, and Words such as stand near people: both make it suspected.
	Detectors []string `strict:"detectors,optional"`
	Columns   []string `strict:"columns,optional"`
	Words     []string `strict:"words,optional"`
	// Standards are those that list it.
	Standards  []Standard `strict:"standards"`
	Source     string     `strict:"source"`
	Confidence string     `strict:"confidence"`
}

// sensitiveFile is the file of the classes within the folder of the content.
const sensitiveFile = "detect/sensitive.yaml"

// underFourteen is the class that the day of birth in an identity number tells
// (PIPL 28, 31).
const underFourteen = "S7"

// sensitive is the classes of a standard. The bit of a class is its place in
// the list.
type sensitive struct {
	standard       Standard
	classes        []Class
	columns, words keyword.Set
	persons        kindSet
	// bornAfter and today, as YYYYMMDD, bound the days of birth of those under
	// fourteen.
	bornAfter, today string
}

// readSensitive reads the classes. There are no more than bits in a set.
func readSensitive(content fs.FS, detectors []*Detector, o Options) (sensitive, error) {
	var file struct {
		Classes []Class `strict:"classes"`
	}
	var mistakes problem.List
	strict.ReadInto(content, sensitiveFile, &file, &mistakes)
	if len(mistakes) > 0 {
		return sensitive{}, mistakes
	}
	s := sensitive{standard: Conservative, persons: setOf(personName)}
	if o.Standard != "" {
		s.standard = o.Standard
	}
	if !slices.Contains(standards[:], s.standard) {
		return s, problem.New(problem.Usage, "scan.no_standard", string(s.standard), fmt.Sprintf("%s, %s, %s", Conservative, GBT45574, GBT35273))
	}
	if len(file.Classes) > 64 {
		return s, fmt.Errorf("%s: %d classes, and no more than 64 can be told apart", sensitiveFile, len(file.Classes))
	}
	for _, class := range file.Classes {
		for _, id := range class.Detectors {
			if !slices.Contains(kindIDs[:], id) {
				return s, fmt.Errorf("%s: class %s: there is no detector %q", sensitiveFile, class.ID, id)
			}
		}
		if s.standard != Conservative && !slices.Contains(class.Standards, s.standard) {
			continue
		}
		bit := uint64(1) << len(s.classes)
		s.classes = append(s.classes, class)
		s.columns.Add(class.Columns, bit, 0)
		s.words.Add(class.Words, bit, 0)
	}
	for k, d := range detectors {
		if d.Person {
			s.persons = s.persons.with(kind(k))
		}
	}
	if !o.Today.IsZero() {
		s.today = compact(o.Today)
		s.bornAfter = compact(day.Of(o.Today.Year()-14, o.Today.Start().Month(), o.Today.Start().Day()))
	}
	return s, nil
}

// compact writes a day as YYYYMMDD.
func compact(d day.Day) string { return d.Start().Format("20060102") }

// Standard is what counts as sensitive.
func (e *Engine) Standard() Standard { return e.sensitive.standard }

// Sensitive counts findings by class of sensitive information: by detector, and
// those of people under fourteen.
func (e *Engine) Sensitive(findings map[string]int64, minors int64) map[string]int64 {
	counts := map[string]int64{}
	for _, c := range e.sensitive.classes {
		n := int64(0)
		for _, id := range c.Detectors {
			n += findings[id]
		}
		if c.ID == underFourteen {
			n += minors
		}
		if n > 0 {
			counts[c.ID] = n
		}
	}
	return counts
}

// People are the detectors each value of which is one person's.
func (e *Engine) People() []string {
	var ids []string
	for _, d := range e.detectors {
		if d.Person {
			ids = append(ids, d.ID)
		}
	}
	return ids
}

// Suspected returns the ids of the classes that the document scanned last is
// suspected of: a filled column is named for it, or a word of it stands near
// people. Neither proves anything.
func (s *Scanner) Suspected() []string {
	var ids []string
	for i, c := range s.e.sensitive.classes {
		if s.suspected>>i&1 != 0 {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

// Columns returns the names of the columns of the document scanned last that
// have a filled cell.
func (s *Scanner) Columns() []string {
	var names []string
	for _, c := range s.table.columns {
		if c.filled > 0 && c.name != "" {
			names = append(names, c.name)
		}
	}
	return names
}

// mostLooks is near how many people of a document words of sensitive classes
// are looked for, and lookReach how many bytes around each.
const (
	mostLooks = 4096
	lookReach = 120
)

// about looks for words of sensitive classes near a person. In cells the names
// of the columns tell more.
func (s *Scanner) about(h *Hit) {
	if s.looks == 0 || s.table.on && h.column != nil || !s.e.sensitive.persons.has(h.kind) {
		return
	}
	s.looks--
	before, _ := s.e.sensitive.words.In(s.raw[max(0, h.start-lookReach):h.start])
	after, _ := s.e.sensitive.words.In(s.raw[h.end:min(len(s.raw), h.end+lookReach)])
	s.suspected |= before | after
}

// UnderFourteen says whether a finding is an identity number whose day of birth
// is that of somebody under fourteen.
func (e *Engine) UnderFourteen(h *Hit) bool {
	if h.kind != rid18 && h.kind != residence && h.kind != permanent2023 {
		return false
	}
	var room [64]byte
	plain := appendPlain(room[:0], h.value)
	if len(plain) != 18 {
		return false
	}
	birth := string(plain[6:14])
	return birth > e.sensitive.bornAfter && birth <= e.sensitive.today
}
