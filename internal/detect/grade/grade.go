// Package grade tells the level of data after GB/T 43697-2024: general, or a
// candidate for important or core data. A candidate is neither notified nor
// published as such.
package grade

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"guanji/internal/detect/keyword"
	"guanji/internal/message"
	"guanji/internal/problem"
	"guanji/internal/strict"
)

// A Level is how much harm data can do: the levels of GB/T 43697-2024, and Note
// for what is said and raises nothing.
type Level string

const (
	Note      Level = "note"
	General   Level = "general"
	Important Level = "important"
	Core      Level = "core"
)

var levels = []Level{Note, General, Important, Core}

// higher says whether a level is above another.
func (l Level) higher(than Level) bool { return slices.Index(levels, l) > slices.Index(levels, than) }

// A Rule raises the level of data. All that it names must hold.
type Rule struct {
	ID    string       `strict:"id"`
	Level Level        `strict:"level"`
	Name  message.Text `strict:"name"`
	// Kinds are kinds of data of which the organization declares one.
	Kinds []string `strict:"kinds,optional"`
	// People is of how many distinct people the data is at least.
	People int64 `strict:"people,optional"`
	// Findings are detectors of which one found something, Sensitive classes of
	// which one is found or suspected.
	Findings  []string `strict:"findings,optional"`
	Sensitive []string `strict:"sensitive,optional"`
	// Words are words of which one is in the name of a document or a column.
	Words      []string `strict:"words,optional"`
	Source     string   `strict:"source"`
	Confidence string   `strict:"confidence"`
	// Yes are holdings that it raises, No such that it does not.
	Yes []Example `strict:"yes"`
	No  []Example `strict:"no"`
}

// An Example is a holding for a rule to be tried on.
type Example struct {
	Kinds     []string         `strict:"kinds,optional"`
	People    int64            `strict:"people,optional"`
	Findings  map[string]int64 `strict:"findings,optional"`
	Sensitive map[string]int64 `strict:"sensitive,optional"`
	// Name is the name of a document.
	Name string `strict:"name,optional"`
}

// An Object is what harm is done to, and the level that each degree of harm
// makes.
type Object struct {
	ID                  string       `strict:"id"`
	Name                message.Text `strict:"name"`
	ParticularlySerious Level        `strict:"particularly_serious"`
	Serious             Level        `strict:"serious"`
	General             Level        `strict:"general"`
}

// degrees are the degrees of harm, the worst first.
var degrees = [...]string{"particularly_serious", "serious", "general"}

// Rules are the rules of the content.
type Rules struct {
	Matrix struct {
		Source     string   `strict:"source"`
		Confidence string   `strict:"confidence"`
		Objects    []Object `strict:"objects"`
	} `strict:"matrix"`
	Rules []Rule `strict:"rules"`

	words keyword.Set
}

// rulesFile is the file of the rules within the folder of the content.
const rulesFile = "detect/grading.yaml"

// Read reads the rules. Every mistake is told at once.
func Read(content fs.FS) (*Rules, error) {
	r := &Rules{}
	var mistakes problem.List
	strict.ReadInto(content, rulesFile, r, &mistakes)
	if len(mistakes) > 0 {
		return nil, mistakes
	}
	if len(r.Rules) > 64 {
		return nil, fmt.Errorf("%s: %d rules, and no more than 64 can be told apart", rulesFile, len(r.Rules))
	}
	for i, rule := range r.Rules {
		if !slices.Contains(levels, rule.Level) {
			return nil, fmt.Errorf("%s: rule %s: no level %q", rulesFile, rule.ID, rule.Level)
		}
		r.words.Add(rule.Words, 1<<i, 0)
	}
	return r, nil
}

// Named returns the ids of the rules of which a word is in a name, whether its
// parts are joined by '_', '-' or a space.
func (r *Rules) Named(name string) []string {
	bits, _ := r.words.In(bytes.Map(joined, []byte(name)))
	var ids []string
	for i := 0; bits != 0; i, bits = i+1, bits>>1 {
		if bits&1 != 0 {
			ids = append(ids, r.Rules[i].ID)
		}
	}
	return ids
}

func joined(r rune) rune {
	if r == '-' || r == ' ' {
		return '_'
	}
	return r
}

// Kinds are the kinds of data that rules name, sorted.
func (r *Rules) Kinds() []string {
	var kinds []string
	for _, rule := range r.Rules {
		kinds = append(kinds, rule.Kinds...)
	}
	slices.Sort(kinds)
	return slices.Compact(kinds)
}

// A Holding is what is known of the data of a store.
type Holding struct {
	// Kinds are the kinds of data that the organization declares.
	Kinds []string
	// People is of how many distinct people the data is at least.
	People int64
	// Findings counts by detector, Sensitive by class, found or suspected.
	Findings, Sensitive map[string]int64
	// Named counts names by the rule of which a word is in them.
	Named map[string]*Names
	// Harm is the degree of harm by what it is done to, as a person judged it.
	Harm map[string]string
}

// Names are names of documents and columns with a word of a rule.
type Names struct {
	Count    int64    `json:"count"`
	Examples []string `json:"examples"`
}

// examples is how many names are kept.
const examples = 3

// Add adds names.
func (n *Names) Add(o Names) {
	n.Count += o.Count
	n.Examples = append(n.Examples, o.Examples[:min(len(o.Examples), examples-len(n.Examples))]...)
}

// A Grade is the level of data, and why.
type Grade struct {
	Level Level `json:"level"`
	// Candidate says that the level is one that the authorities or a published
	// catalogue would have to confirm.
	Candidate bool     `json:"candidate"`
	Because   []Reason `json:"because"`
}

// A Reason is a rule that holds, or an impact that a person judged.
type Reason struct {
	Rule  string       `json:"rule"`
	Level Level        `json:"level"`
	Name  message.Text `json:"name"`
	// Degree is the degree of harm to what Name names, if a person judged it.
	Degree     string `json:"degree,omitempty"`
	Names      *Names `json:"names,omitempty"`
	Source     string `json:"source"`
	Confidence string `json:"confidence"`
}

// Grade tells the level: the highest of the rules that hold, and of the harm
// that was judged. Nothing lowers it.
func (r *Rules) Grade(h Holding) Grade {
	g := Grade{Level: General, Because: []Reason{}}
	for i := range r.Rules {
		if rule := &r.Rules[i]; rule.holds(h) {
			g.raise(Reason{Rule: rule.ID, Level: rule.Level, Name: rule.Name, Names: h.Named[rule.ID], Source: rule.Source, Confidence: rule.Confidence})
		}
	}
	for _, object := range slices.Sorted(maps.Keys(h.Harm)) {
		if o, level, ok := r.harm(object, h.Harm[object]); ok {
			g.raise(Reason{Rule: "matrix." + object, Level: level, Name: o.Name, Degree: h.Harm[object], Source: r.Matrix.Source, Confidence: r.Matrix.Confidence})
		}
	}
	return g
}

func (g *Grade) raise(r Reason) {
	g.Because = append(g.Because, r)
	if r.Level.higher(g.Level) {
		g.Level, g.Candidate = r.Level, true
	}
}

// harm looks in the matrix.
func (r *Rules) harm(object, degree string) (*Object, Level, bool) {
	for i := range r.Matrix.Objects {
		if o := &r.Matrix.Objects[i]; o.ID == object {
			level, ok := map[string]Level{degrees[0]: o.ParticularlySerious, degrees[1]: o.Serious, degrees[2]: o.General}[degree]
			return o, level, ok
		}
	}
	return nil, "", false
}

// CheckHarm says what is wrong with a judgement of harm, "" if nothing is: what
// can be named instead.
func (r *Rules) CheckHarm(object, degree string) string {
	if _, _, ok := r.harm(object, degree); ok {
		return ""
	}
	var objects []string
	for _, o := range r.Matrix.Objects {
		objects = append(objects, o.ID)
	}
	return strings.Join(objects, ", ") + " = " + strings.Join(degrees[:], ", ")
}

// holds says whether all that a rule names holds.
func (r *Rule) holds(h Holding) bool {
	found := func(ids []string, counts map[string]int64) bool {
		return len(ids) == 0 || slices.ContainsFunc(ids, func(id string) bool { return counts[id] > 0 })
	}
	declared := func(kind string) bool { return slices.Contains(h.Kinds, kind) }
	return (len(r.Kinds) == 0 || slices.ContainsFunc(r.Kinds, declared)) &&
		h.People >= r.People &&
		found(r.Findings, h.Findings) && found(r.Sensitive, h.Sensitive) &&
		(len(r.Words) == 0 || h.Named[r.ID] != nil)
}
