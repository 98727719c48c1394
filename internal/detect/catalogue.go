package detect

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"slices"

	"guanji/internal/detect/secret"
	"guanji/internal/message"
	"guanji/internal/problem"
	"guanji/internal/strict"
)

// A Detector is what the content says of one: its form stands in
// docs/formats/detectors.md.
type Detector struct {
	ID   string       `strict:"id" json:"id"`
	Name message.Text `strict:"name" json:"name"`
	// Class is the class of personal information, such as "P2".
	Class     string `strict:"class" json:"class"`
	Sensitive string `strict:"sensitive" json:"sensitive"`
	// Person says that each value is one person's.
	Person bool `strict:"person,optional" json:"person,omitempty"`
	// Context says that nothing is reported without a word that names it.
	Context bool `strict:"context" json:"context"`
	// Words speak for it near a value; Columns are names of columns that do.
	Words   []string `strict:"words,optional" json:"words,omitempty"`
	Columns []string `strict:"columns,optional" json:"columns,omitempty"`
	// OtherColumns are names of columns that speak against it.
	OtherColumns []string `strict:"other_columns,optional" json:"other_columns,omitempty"`
	// Numbers says that the words of the catalogue that name other numbers
	// speak against it.
	Numbers bool `strict:"numbers,optional" json:"numbers,omitempty"`
	// Against are words of its own that do.
	Against    []string `strict:"against,optional" json:"against,omitempty"`
	Mask       Shown    `strict:"mask" json:"mask"`
	Source     string   `strict:"source" json:"source"`
	Confidence string   `strict:"confidence" json:"confidence"`
	// Yes are found by it, with one of its words before them if it needs one;
	// No are not.
	Yes []string `strict:"yes" json:"yes"`
	No  []string `strict:"no" json:"no"`
}

// Shown is how many characters a mask shows at each end.
type Shown struct {
	Head int `strict:"head" json:"head"`
	Tail int `strict:"tail" json:"tail"`
}

// A Catalogue is the detectors of the content.
type Catalogue struct {
	// Hostile are the words that name other numbers.
	Hostile   []string   `strict:"hostile"`
	Detectors []Detector `strict:"detectors"`
}

// catalogueFile is the catalogue within the folder of the content.
const catalogueFile = "detect/detectors.yaml"

// ReadCatalogue reads the catalogue. Every mistake is told at once.
func ReadCatalogue(content fs.FS) (*Catalogue, error) {
	var c Catalogue
	var mistakes problem.List
	strict.ReadInto(content, catalogueFile, &c, &mistakes)
	if len(mistakes) > 0 {
		return nil, mistakes
	}
	return &c, nil
}

// digestOf is the digest of the files in the folder of the detectors, by name
// and content, and of own files by content.
func digestOf(content fs.FS, own []secret.Own) (string, error) {
	names, err := fs.Glob(content, "detect/*")
	if err != nil {
		return "", err
	}
	slices.Sort(names)
	h := sha256.New()
	h.Write([]byte(programVersion))
	for _, name := range names {
		data, err := fs.ReadFile(content, name)
		if err != nil {
			return "", err
		}
		sum := sha256.Sum256(data)
		h.Write([]byte(name))
		h.Write(sum[:])
	}
	for _, o := range own {
		sum := sha256.Sum256(o.Data)
		h.Write(sum[:])
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil)[:16]), nil
}

// programVersion changes when the program finds other things in the same text
// by the same content.
const programVersion = "9"
