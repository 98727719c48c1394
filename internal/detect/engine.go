package detect

import (
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"math"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"guanji/internal/day"
	"guanji/internal/detect/address"
	"guanji/internal/detect/keyword"
	"guanji/internal/detect/name"
	"guanji/internal/detect/region"
	"guanji/internal/detect/secret"
	"guanji/internal/problem"
)

// An Engine is the detectors, read once. It does not change, and is shared by
// any number of scanners.
type Engine struct {
	detectors [kinds]*Detector
	on        kindSet
	floor     int     // the points from which a finding is handed on
	numbers   kindSet // those that other numbers can look like
	words     keyword.Set
	columns   map[string]*column // by the plain name
	regions   *region.Table
	issuers   *issuers
	provinces *provinceSet
	secrets   *secret.Set
	// secretNames are the names to which secrets are given.
	secretNames keyword.Set
	names       *name.Model
	addresses   *address.Model
	version     string
	sensitive   sensitive
}

// Options choose what is looked for.
type Options struct {
	// Only are the ids of the detectors that are asked for; none asks for all.
	Only []string
	// Confidence is the least at which a finding is handed on, from 0 to 1.
	Confidence float64
	// Standard says what counts as sensitive; "" is [Conservative].
	Standard Standard
	// Today tells who is under fourteen; on the zero day nobody is.
	Today day.Day
	// Secrets are files of own formats of keys.
	Secrets []secret.Own
}

// New reads the detectors from the folder of the content.
func New(content fs.FS, o Options) (*Engine, error) {
	c, err := ReadCatalogue(content)
	if err != nil {
		return nil, err
	}
	e := &Engine{provinces: newProvinceSet(), floor: max(1, int(math.Ceil(o.Confidence*10-1e-9))), columns: map[string]*column{}}
	if err := e.read(content, o.Secrets); err != nil {
		return nil, err
	}
	if err := e.choose(c, o.Only); err != nil {
		return nil, err
	}
	if e.sensitive, err = readSensitive(content, e.detectors[:], o); err != nil {
		return nil, err
	}
	e.learn(c)
	e.version, err = digestOf(content, o.Secrets)
	return e, err
}

// Version is the digest of all that decides what is found.
func (e *Engine) Version() string { return e.version }

// read reads the tables: names, which take as long as the others, beside them.
func (e *Engine) read(content fs.FS, own []secret.Own) (err error) {
	var names sync.WaitGroup
	var failed error
	names.Go(func() { e.names, failed = name.Read(content) })
	err = e.readOthers(content, own)
	names.Wait()
	return cmp.Or(err, failed)
}

func (e *Engine) readOthers(content fs.FS, own []secret.Own) (err error) {
	if e.regions, err = region.Read(content); err != nil {
		return err
	}
	if e.addresses, err = address.Read(e.regions); err != nil {
		return err
	}
	if e.secrets, err = secret.Read(content, own...); err != nil {
		return err
	}
	const file = "detect/issuers.tsv"
	data, err := fs.ReadFile(content, file)
	if err != nil {
		return err
	}
	if e.issuers, err = readIssuers(bytes.NewReader(data)); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

// choose finds the detectors of the kinds, and which of them are asked for.
func (e *Engine) choose(c *Catalogue, only []string) error {
	for k, id := range kindIDs {
		i := slices.IndexFunc(c.Detectors, func(d Detector) bool { return d.ID == id })
		if i < 0 {
			return fmt.Errorf("detect/detectors.yaml: %s is missing", id)
		}
		e.detectors[k] = &c.Detectors[i]
		if len(only) == 0 || slices.Contains(only, id) {
			e.on = e.on.with(kind(k))
		}
	}
	for _, id := range only {
		if !slices.Contains(kindIDs[:], id) {
			return problem.New(problem.Usage, "scan.no_detector", id, strings.Join(kindIDs[:], ", "))
		}
	}
	return nil
}

// learn takes up the words and the names of columns of the detectors.
func (e *Engine) learn(c *Catalogue) {
	for k, d := range e.detectors {
		this := setOf(kind(k))
		e.words.Add(d.Words, uint64(this), 0)
		e.words.Add(d.Against, 0, uint64(this))
		if d.Numbers {
			e.numbers |= this
			e.words.Add(c.Hostile, 0, uint64(this))
		}
		for _, name := range d.Columns {
			e.column(name).pro |= this
		}
		for _, name := range d.OtherColumns {
			e.column(name).contra |= this
		}
	}
	e.secretNames.Add(secretWords[:], 1, 0)
}

// wordsIn says what the words of a text speak for and against.
func (e *Engine) wordsIn(text []byte) (pro, contra kindSet) {
	p, c := e.words.In(text)
	return kindSet(p), kindSet(c)
}

func (e *Engine) column(name string) *column {
	name = plainName(name)
	if e.columns[name] == nil {
		e.columns[name] = &column{name: name}
	}
	return e.columns[name]
}

// secretWords are in the names to which secrets are given.
var secretWords = [...]string{"secret", "token", "passwd", "password", "apikey", "api_key", "api-key", "access_key", "accesskey",
	"access-key", "auth", "credential", "private_key", "privatekey", "signing_key", "encryption_key"}

// describe says what the name of a column, key or tag speaks for.
func (e *Engine) describe(name string) *column {
	c := &column{name: maskedName(name)}
	c.sensitive, _ = e.sensitive.columns.In([]byte(name))
	if known := e.columns[plainName(name)]; known != nil {
		c.pro, c.contra = known.pro, known.contra
		return c
	}
	c.pro, c.contra = e.wordsIn([]byte(name))
	if !c.speaks() && e.personal(name) {
		_, first := utf8.DecodeRuneInString(name)
		c.name = name[:first] + "**"
	}
	return c
}

// personal says whether a name of a column or key is itself that of somebody,
// its characters being those of names.
func (e *Engine) personal(name string) bool {
	const least = 3
	points, word, ok := e.names.Cell([]byte(name), false)
	return ok && !word && points >= least
}

// maskedName is a name with stars for what can be a number of somebody: keys and
// columns are shown with what is found.
func maskedName(name string) string {
	var b []byte
	for i := 0; i < len(name); {
		n := 0
		for i+n < len(name) && digit(name[i+n]) {
			n++
		}
		if n >= 6 {
			b = append(append(b, name[:i]...), strings.Repeat("*", n)...)
			name, i = name[i+n:], 0
			continue
		}
		i += max(n, 1)
	}
	return string(b) + name
}

// remark adds what a comment on a column speaks for. It says more than the name.
func (e *Engine) remark(c *column, comment []byte) {
	said := e.describe(string(comment))
	c.pro, c.contra = c.pro&^said.contra|said.pro, c.contra&^said.pro|said.contra
	c.sensitive |= said.sensitive
}

// plainName is the name of a column in lower case, without what parts words.
func plainName(name string) string { return strings.ToLower(parting.Replace(name)) }

// parting leaves out what parts words.
var parting = strings.NewReplacer("_", "", "-", "", " ", "", ".", "")

// region says whether six digits are, or were, the code of a county, or a
// place above it.
func (e *Engine) region(d []byte) bool {
	code := 0
	for _, c := range d {
		code = code*10 + int(c-'0')
	}
	return e.regions.Status(code) != region.Unknown
}

// nameCell looks at a cell of a column that is named for names of people, or is
// not.
func (e *Engine) nameCell(cell []byte, named bool) (points int, word, ok bool) {
	if !e.on.has(personName) {
		return 0, false, false
	}
	return e.names.Cell(cell, named)
}

// addressCell looks at a cell of a column that is named for addresses, or is
// not.
func (e *Engine) addressCell(cell []byte, named bool) (points int, ok bool) {
	if !e.on.has(postalAddress) {
		return 0, false
	}
	return e.addresses.Cell(cell, named)
}

// secretKind is the kind of a rule of secrets.
func (e *Engine) secretKind(r *secret.Rule) kind {
	switch {
	case r.Own:
		return secretKey
	case strings.HasPrefix(r.ID, "aliyun"):
		return secretAliyun
	case strings.HasPrefix(r.ID, "tencent"):
		return secretTencent
	case r.China:
		return secretOther
	}
	return secretKey
}

// Scanner returns a scanner. It keeps about 300 KiB.
func (e *Engine) Scanner() *Scanner {
	s := &Scanner{e: e, buf: make([]byte, lead+blockSize+reach+padding), columns: map[string]*column{}}
	s.nameFound = s.name
	return s
}
