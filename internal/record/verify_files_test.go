package record

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"guanji/internal/problem"
)

// TestVerifyFilesThatNoRecordNames plants files beside those that records name:
// what could have been uploaded is noted, and the rest is a fault.
func TestVerifyFilesThatNoRecordNames(t *testing.T) {
	tests := map[string]struct {
		plant  func(o *fakeObjects)
		faults []string
		files  int64
		bytes  int64
		listed int
	}{
		"nothing":            {func(*fakeObjects) {}, nil, 0, 0, 0},
		"one":                {func(o *fakeObjects) { o.keep("never filed") }, nil, 1, 11, 1},
		"more than is shown": {func(o *fakeObjects) { keepMany(o, MaxUnnamed+1) }, nil, MaxUnnamed + 1, MaxUnnamed + 1, MaxUnnamed},
		"strange": {func(o *fakeObjects) { o.files["sha256:notes.txt"], o.wrong["sha256:notes.txt"] = nil, problem.Conflict },
			[]string{"added file notes.txt"}, 0, 0, 0},
		"unreadable": {func(o *fakeObjects) { o.files["sha256:ab"], o.wrong["sha256:ab"] = nil, problem.Refused },
			[]string{"damaged file ab"}, 0, 0, 0},
		"in the place of one that a record names": {func(o *fakeObjects) { o.wrong[o.keep("seen").Digest] = problem.Conflict },
			[]string{"changed file " + newObjects().keep("seen").Digest}, 0, 0, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			h := signedHome(t)
			tt.plant(h.objects)
			r := h.verify(t)
			var got []string
			for _, f := range r.Faults {
				got = append(got, f.named())
			}
			if !slices.Equal(got, tt.faults) {
				t.Errorf("faults %q, want %q", got, tt.faults)
			}
			if u := r.Unnamed; u.Files != tt.files || u.Bytes != tt.bytes || len(u.First) != tt.listed || !slices.IsSorted(u.First) {
				t.Errorf("no record names %+v, want %d of %d bytes, %d of them listed", u, tt.files, tt.bytes, tt.listed)
			}
		})
	}
}

func keepMany(o *fakeObjects, n int) {
	for i := range n {
		o.keep(fmt.Sprintf("%c", 'a'+i))
	}
}

// TestSigningGoesOnWhileFilesAreRead looks at the lock while files are read
// again, and while everything else is.
func TestSigningGoesOnWhileFilesAreRead(t *testing.T) {
	h := signedHome(t)
	free := map[Stage]bool{}
	_, err := h.open(t).Verify(t.Context(), Verifying{Progress: func(stage Stage, _, _ int64) {
		if free[stage] = h.objects.lock.TryLock(); free[stage] {
			h.objects.lock.Unlock()
		}
	}})
	must(t, err)
	want := map[Stage]bool{OfTiles: false, OfLeaves: false, OfRecords: false, OfFiles: true}
	if !maps.Equal(free, want) {
		t.Errorf("signing was free to go on: %v, want %v", free, want)
	}
}
