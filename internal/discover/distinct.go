package discover

import (
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"slices"
)

// kept is how many digests a [distinct] keeps. The standard error of what it
// estimates is 1/sqrt(kept-2), about 0.8 percent.
const kept = Exact

// Exact is below how many distinct values are counted one by one.
const Exact = 16384

// A distinct counts distinct digests: exactly while there are fewer than kept,
// and beyond by how close together the least of them lie (Bar-Yossef et al.,
// "Counting Distinct Elements in a Data Stream", 2002, the k minimum values).
// The order in which digests come does not matter. The zero value is empty.
type distinct struct {
	// least are the least digests, in no order between two calls of tidy; all
	// that are not among them are above limit, once it is set.
	least []uint64
	limit uint64
}

// add counts a digest: any eight bytes of a keyed hash.
func (d *distinct) add(digest uint64) {
	if d.limit != 0 && digest >= d.limit {
		return
	}
	if d.least = append(d.least, digest); len(d.least) >= 2*kept {
		d.tidy()
	}
}

// tidy leaves the least, sorted and each once.
func (d *distinct) tidy() {
	slices.Sort(d.least)
	if d.least = slices.Compact(d.least); len(d.least) > kept {
		d.least = d.least[:kept]
		d.limit = d.least[kept-1]
	}
}

// merge counts what another one counted.
func (d *distinct) merge(o *distinct) {
	for _, digest := range o.least {
		d.add(digest)
	}
}

// count estimates how many different digests were added.
func (d *distinct) count() int64 {
	d.tidy()
	if len(d.least) < kept {
		return int64(len(d.least))
	}
	return int64((kept - 1) / (float64(d.least[kept-1]) / (1 << 64)))
}

// MarshalText writes the digests as base64 of eight bytes each.
func (d *distinct) MarshalText() ([]byte, error) {
	d.tidy()
	data := make([]byte, 0, 8*len(d.least))
	for _, digest := range d.least {
		data = binary.BigEndian.AppendUint64(data, digest)
	}
	return base64.StdEncoding.AppendEncode(nil, data), nil
}

// UnmarshalText reads what MarshalText wrote.
func (d *distinct) UnmarshalText(text []byte) error {
	data, err := base64.StdEncoding.AppendDecode(nil, text)
	if err != nil || len(data)%8 != 0 || len(data) > 8*kept {
		return cmp.Or(err, errors.New("not a list of digests"))
	}
	*d = distinct{}
	for ; len(data) > 0; data = data[8:] {
		d.add(binary.BigEndian.Uint64(data))
	}
	d.tidy()
	return nil
}
