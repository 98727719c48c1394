package discover

import (
	"encoding/json"
	"hash/maphash"
	"math"
	"testing"
)

func TestDistinct(t *testing.T) {
	seed := maphash.MakeSeed()
	for _, n := range []int{0, 1, kept - 1, kept, 100_000, 1_000_000} {
		var whole, a, b distinct
		for i := range 2 * n {
			digest := maphash.Comparable(seed, i%max(n, 1))
			whole.add(digest)
			if i%3 == 0 {
				a.add(digest)
			} else {
				b.add(digest)
			}
		}
		a.merge(&b)
		if a.count() != whole.count() {
			t.Errorf("%d: in two parts %d, in one %d", n, a.count(), whole.count())
		}
		text, err := json.Marshal(&a)
		if err != nil {
			t.Fatal(err)
		}
		var c distinct
		if err := json.Unmarshal(text, &c); err != nil {
			t.Fatal(err)
		}
		c.add(maphash.Comparable(seed, 0))
		if got := c.count(); got != a.count() && n > 0 {
			t.Errorf("%d: read again %d, and was %d", n, got, a.count())
		}
		// Six standard errors: this fails once in a thousand million runs.
		if wrong := math.Abs(float64(whole.count())/float64(max(n, 1)) - 1); n < kept && int(whole.count()) != n || n >= kept && wrong > 6/math.Sqrt(kept-2) {
			t.Errorf("%d distinct are counted as %d", n, whole.count())
		}
	}
	for _, bad := range []string{`"!"`, `"AAAA"`} {
		var d distinct
		if json.Unmarshal([]byte(bad), &d) == nil {
			t.Errorf("%s is read", bad)
		}
	}
}
