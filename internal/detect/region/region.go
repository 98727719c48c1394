// Package region knows the codes of places of the mainland (GB/T 2260), those
// that were abolished among them: an identity number keeps the code of the
// place where its holder was first registered.
package region

import (
	"bufio"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"
)

// File is the table within the folder of the content.
const File = "detect/regions.tsv"

// A Status is what is known of a code.
type Status uint8

// The statuses. The table is incomplete before December 2002: a code that is
// not in it may have been one.
const (
	Unknown Status = iota
	Abolished
	Current
)

// A Place is what a code meant for some time.
type Place struct {
	Code int
	Name string // of its own level: 朝阳区
	// From and To are revisions of the table, "" where it has no end.
	From, To string
}

// A Table is the codes. It does not change.
type Table struct {
	places []Place // by code, then as the file has them
	first  map[int]int
	known  [1_000_000 / 4]uint8 // two bits for each code
}

// Read reads the table of the content.
func Read(content fs.FS) (*Table, error) {
	f, err := content.Open(File)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	t, err := parse(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", File, err)
	}
	return t, nil
}

// parse reads lines of code, name, from and to, parted by tabs.
func parse(r io.Reader) (*Table, error) {
	t := &Table{first: map[int]int{}}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		if line == "" || line[0] == '#' {
			continue
		}
		fields := strings.Split(line, "\t")
		if len(fields) != 4 || len(fields[0]) != 6 || fields[1] == "" {
			return nil, fmt.Errorf("line %d: want six digits, a name, from and to, parted by tabs, not %.80q", n, line)
		}
		code, err := strconv.ParseUint(fields[0], 10, 32)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		t.add(Place{int(code), fields[1], fields[2], fields[3]})
	}
	return t, lines.Err()
}

func (t *Table) add(p Place) {
	if _, ok := t.first[p.Code]; !ok {
		t.first[p.Code] = len(t.places)
	}
	t.places = append(t.places, p)
	status := Abolished
	if p.To == "" {
		status = Current
	}
	if status > t.Status(p.Code) {
		shift := p.Code % 4 * 2
		t.known[p.Code/4] = t.known[p.Code/4]&^(3<<shift) | uint8(status)<<shift
	}
}

// Status says what is known of a code of six digits.
func (t *Table) Status(code int) Status {
	if code < 0 || code >= len(t.known)*4 {
		return Unknown
	}
	return Status(t.known[code/4] >> (code % 4 * 2) & 3)
}

// Province says whether two digits are the code of a province, or what ranks
// with one.
func (t *Table) Province(two int) bool { return t.Status(two*10_000) != Unknown }

// Name returns the names of a code and of what it lies in, as in 北京市朝阳区: the
// oldest of each. It is "" for a code that is not known.
func (t *Table) Name(code int) string {
	if t.Status(code) == Unknown {
		return ""
	}
	var b strings.Builder
	for _, c := range [...]int{code / 10_000 * 10_000, code / 100 * 100, code} {
		if i, ok := t.first[c]; ok && (c == code || c%100 == 0) && !group(t.places[i].Name) {
			if p := t.places[i].Name; !strings.HasSuffix(b.String(), p) {
				b.WriteString(p)
			}
		}
	}
	return b.String()
}

// group says whether a name stands for districts or counties together.
func group(name string) bool {
	switch name {
	case "市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划", "省直辖县级行政单位":
		return true
	}
	return false
}

// Places returns all entries in the order of the file.
func (t *Table) Places() []Place { return t.places }
