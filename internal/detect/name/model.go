// Package name tells names of people in Chinese text from other words: by the
// surname, by how given names are made, and by what stands beside.
package name

import (
	"bytes"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The files within the folder of the content.
const (
	surnamesFile = "detect/surnames.tsv"
	givenFile    = "detect/given.tsv"
	wordsFile    = "detect/words.tsv"
	placesFile   = "detect/regions.tsv"
)

// A Model is what is known of names. It does not change.
type Model struct {
	// surname and given are weights by character: ten times a natural
	// logarithm of how much more often it is one than not.
	surname [block]int16 // by character; none is no surname
	starts  runeSet      // the characters that begin a surname
	doubles runeSet      // those that begin one of two characters
	seconds runeSet      // those that end one
	double  map[[2]rune]int16
	given   [block]givenWeight
	words   set
	beside  beside
	foreign foreign
	places  *runeSet // the last characters of places such as 李家沟
}

// givenWeight is a character alone, first and second in a given name.
type givenWeight struct{ alone, first, second int16 }

// first is the first Chinese character of the common block, and block how many
// there are.
const first, block = 0x4e00, 0xa000 - 0x4e00

// none is the weight of a character that is no surname.
const none = -1 << 15

// absent is the weight of a character that no given name is known to have.
const absent = -40

// uncommon is the weight of such a character if it stands in few words, at most
// fewWords: it is too rare for much to be known of it.
const (
	uncommon = -5
	fewWords = 6
)

// Read reads the model of the content.
func Read(content fs.FS) (*Model, error) {
	m := &Model{double: map[[2]rune]int16{}, words: newSet(), beside: newBeside(), foreign: newForeign(), places: runesOf("庄沟坡湾村屯坝坪营堡店寨集桥河坑洼岭塘坎院峪台铺滩路街站寺宫门")}
	for i := range m.surname {
		m.surname[i] = none
		m.given[i] = givenWeight{absent, absent, absent}
	}
	var words [block]int
	for _, part := range []struct {
		file string
		take func([]string) error
	}{{surnamesFile, m.takeSurname}, {givenFile, m.takeGiven}, {wordsFile, func(f []string) error { return m.takeWord(f, &words) }}, {placesFile, m.takePlace}} {
		data, err := fs.ReadFile(content, part.file)
		if err != nil {
			return nil, err
		}
		if bytes.Count(data, []byte("\n")) > 1<<(setBits-1) {
			return nil, fmt.Errorf("%s: more than %d lines", part.file, 1<<(setBits-1))
		}
		if err := lines(string(data), part.take); err != nil {
			return nil, fmt.Errorf("%s: %w", part.file, err)
		}
	}
	for i, n := range words {
		if m.given[i] == (givenWeight{absent, absent, absent}) && n > 0 && n <= fewWords {
			m.given[i] = givenWeight{uncommon, uncommon, uncommon}
		}
	}
	return m, nil
}

// lines hands the fields of each line to take, which keeps none of them, and
// leaves out comments.
func lines(text string, take func([]string) error) error {
	var fields []string
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimRight(line, "\r\n")
		if line == "" || line[0] == '#' {
			continue
		}
		fields = fields[:0]
		for f := range strings.SplitSeq(line, "\t") {
			fields = append(fields, f)
		}
		if err := take(fields); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	return nil
}

func (m *Model) takeSurname(f []string) error {
	w, err := weights(f, 1)
	if err != nil {
		return err
	}
	r := []rune(f[0])
	if len(r) == 0 || len(r) > 2 || !hanzi(r[0]) {
		return fmt.Errorf("%q is no surname of one or two characters", f[0])
	}
	m.starts.add(r[0])
	if len(r) == 2 {
		m.doubles.add(r[0])
		m.seconds.add(r[1])
		m.double[[2]rune{r[0], r[1]}] = w[0]
		return nil
	}
	m.surname[r[0]-first] = w[0]
	return nil
}

func (m *Model) takeGiven(f []string) error {
	w, err := weights(f, 3)
	if err != nil {
		return err
	}
	r, _ := utf8.DecodeRuneInString(f[0])
	if !hanzi(r) {
		return fmt.Errorf("%q is no Chinese character", f[0])
	}
	m.given[r-first] = givenWeight{w[0], w[1], w[2]}
	return nil
}

// takeWord takes a word, and counts it for each of its characters.
func (m *Model) takeWord(f []string, words *[block]int) error {
	key, ok := pack([]rune(f[0]))
	if len(f) != 1 || !ok {
		return fmt.Errorf("%q is no word of two to four characters", strings.Join(f, "\t"))
	}
	for _, r := range f[0] {
		if hanzi(r) {
			words[r-first]++
		}
	}
	m.words.add(key)
	return nil
}

// takePlace takes the name of a place as a word, without the 市 or 县 behind it.
func (m *Model) takePlace(f []string) error {
	if len(f) < 2 {
		return fmt.Errorf("want a code and a name, not %q", strings.Join(f, "\t"))
	}
	r := []rune(f[1])
	if n := len(r) - 1; n >= 2 && strings.ContainsRune("省市县区旗盟州", r[n]) {
		r = r[:n]
	}
	if key, ok := pack(r); ok {
		m.words.add(key)
	}
	return nil
}

func weights(f []string, n int) (w [3]int16, err error) {
	if len(f) != n+1 {
		return w, fmt.Errorf("want %d fields parted by tabs, not %d", n+1, len(f))
	}
	for i, s := range f[1:] {
		v, err := strconv.ParseInt(s, 10, 16)
		if err != nil {
			return w, err
		}
		w[i] = int16(v)
	}
	return w, nil
}

// pack makes one number of two to four characters.
func pack(r []rune) (uint64, bool) {
	if len(r) < 2 || len(r) > 4 {
		return 0, false
	}
	key := uint64(0)
	for _, c := range r {
		if c < 0 || c >= 1<<16 {
			return 0, false
		}
		key = key<<16 | uint64(c)
	}
	return key, true
}

// word says whether characters are a word that is no name.
func (m *Model) word(r []rune) bool {
	key, ok := pack(r)
	if !ok {
		return false
	}
	return m.words.has(key)
}

// compound is the weight of a surname of two characters. Most surnames begin
// none, which two looks tell.
func (m *Model) compound(first, second rune) (weight int16, ok bool) {
	if !m.doubles.has(first) || !m.seconds.has(second) {
		return 0, false
	}
	weight, ok = m.double[[2]rune{first, second}]
	return weight, ok
}

// score is how much likelier characters are a name than not, with how many of
// them are the surname. ok is false if they do not begin with one.
func (m *Model) score(r []rune) (score int, ok bool) {
	n, w := 1, m.surname[r[0]-first]
	single := w != none
	if len(r) >= 3 {
		if d, ok := m.compound(r[0], r[1]); ok {
			n, w, single = 2, d+40, true
		}
	}
	given := r[n:]
	if !single || len(given) == 0 || len(given) > 2 {
		return 0, false
	}
	if len(given) == 1 {
		return int(w) + int(m.weight(given[0]).alone), true
	}
	return int(w) + int(m.weight(given[0]).first) + int(m.weight(given[1]).second), true
}

func (m *Model) weight(r rune) givenWeight { return m.given[r-first] }

// hanzi says whether a character is of the common block.
func hanzi(r rune) bool { return r >= first && r < first+block }
