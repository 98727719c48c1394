package detect

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// issuers are the ranges of payment cards: six digits and a length.
type issuers struct{ ranges []uint32 } // digits*32 + length, sorted

// An issued says how much is known of who issued a card.
type issued uint8

const (
	unissued issued = iota
	rare            // a length that hardly any card of the network has
	network         // the digits and the length are those of a network
	known           // the issuer's range is in the table
)

// readIssuers reads lines of prefix, length and issuer, parted by tabs.
func readIssuers(r io.Reader) (*issuers, error) {
	t := &issuers{}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		if line == "" || line[0] == '#' {
			continue
		}
		fields := strings.Split(line, "\t")
		if len(fields) != 3 || len(fields[0]) != 6 {
			return nil, fmt.Errorf("line %d: want six digits, a length and an issuer, parted by tabs, not %q", n, line)
		}
		prefix, err := strconv.ParseUint(fields[0], 10, 20)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		length, err := strconv.ParseUint(fields[1], 10, 5)
		if err != nil || length < 15 || length > 19 {
			return nil, fmt.Errorf("line %d: a card has 15 to 19 digits, not %s", n, fields[1])
		}
		t.ranges = append(t.ranges, uint32(prefix)<<5|uint32(length))
	}
	slices.Sort(t.ranges)
	return t, lines.Err()
}

// find looks up the digits of a card. The networks are those of
// regime identifiers, with the lengths that they use.
func (t *issuers) find(d []byte) issued {
	prefix := uint32(0)
	for _, c := range d[:6] {
		prefix = prefix*10 + uint32(c-'0')
	}
	if _, ok := slices.BinarySearch(t.ranges, prefix<<5|uint32(len(d))); ok {
		return known
	}
	n := len(d)
	switch {
	case d[0] == '6' && d[1] == '2' || d[0] == '8' && d[1] == '1':
		return networkIf(n >= 16)
	case n == 19 && (d[0] == '4' || d[0] == '6'):
		return rare
	case d[0] == '4', d[0] == '5' && d[1] >= '1' && d[1] <= '5', d[0] == '3' && d[1] == '5':
		return networkIf(n == 16)
	case d[0] == '3' && (d[1] == '4' || d[1] == '7'):
		return networkIf(n == 15)
	case n == 19 && has(d, "9558"):
		return network
	}
	return unissued
}

func networkIf(ok bool) issued {
	if ok {
		return network
	}
	return unissued
}
