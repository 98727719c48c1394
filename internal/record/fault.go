package record

import (
	"guanji/internal/ledger"
	"guanji/internal/message"
)

// A Wrong says in which way something is not as the ledger has it.
type Wrong string

// The ways.
const (
	Changed  Wrong = "changed"  // other bytes than were told of
	Missing  Wrong = "missing"  // told of, and not there
	Added    Wrong = "added"    // there, and never told of
	Unsigned Wrong = "unsigned" // not signed by the key of the installation, or the signature does not hold
	Forked   Wrong = "forked"   // signed, and of another history
	Damaged  Wrong = "damaged"  // not readable as what it should be
)

// A Place is where something is wrong.
type Place string

// The places.
const (
	InLeaf       Place = "leaf"
	InRecord     Place = "record"
	InTile       Place = "tile"
	InCheckpoint Place = "checkpoint"
	InFile       Place = "file"
	InDatabase   Place = "database"
)

// A Fault is one thing that is not as the ledger has it.
type Fault struct {
	Wrong        Wrong        `json:"wrong"`
	Place        Place        `json:"place"`
	Name         string       `json:"name"` // number of a leaf, path of a tile or checkpoint, digest of a file, id of a record
	What         ledger.What  `json:"what,omitempty"`
	Organization string       `json:"organization,omitempty"`
	About        string       `json:"about,omitempty"`
	Leaf         *int64       `json:"leaf,omitempty"` // the newest about it
	By           string       `json:"by,omitempty"`   // who changed it last, by that leaf
	Text         message.Text `json:"text"`
}

// kindOf names a kind of record, as it stands where somebody made one up.
func kindOf(what ledger.What) any {
	if key := "record.kind." + string(what); message.Known(key) {
		return message.New(key)
	}
	return string(what)
}

// named names a record.
func named(what ledger.What, id, organization string) message.M {
	if organization == "" {
		return message.New("record.name", kindOf(what), id)
	}
	return message.New("record.name.of", kindOf(what), id, organization)
}

// words puts a fault into words.
func (f Fault) words(key string, args ...any) Fault {
	m := message.New("record.fault."+key, args...)
	f.Text = message.Text{En: m.In(message.English), Zh: m.In(message.Chinese)}
	return f
}

// A Report says what was examined and what is wrong.
type Report struct {
	Size        int64                 `json:"leaves"`
	Under       int64                 `json:"under_checkpoint"` // leaves that the newest good checkpoint covers
	Root        string                `json:"root"`             // of the tree of the newest good checkpoint
	Checkpoints int                   `json:"checkpoints"`      // that are good: signed, and of this history
	Given       int                   `json:"given"`            // of them, brought from elsewhere
	Compared    int                   `json:"compared"`         // brought from elsewhere, good or not, and time stamps
	Records     map[ledger.What]int64 `json:"records"`
	Files       int64                 `json:"files"`
	Bytes       int64                 `json:"bytes"` // of the files
	Unnamed     Unnamed               `json:"unnamed"`
	Keys        []string              `json:"keys"`
	Faults      []Fault               `json:"faults"`
	More        int64                 `json:"more"` // faults that are not listed
}

// MaxFaults is how many faults are listed; the others are counted.
const MaxFaults = 10_000

func (r *Report) add(f Fault) {
	if len(r.Faults) == MaxFaults {
		r.More++
		return
	}
	r.Faults = append(r.Faults, f)
}

// Whole reports whether nothing is wrong.
func (r *Report) Whole() bool { return len(r.Faults) == 0 }
