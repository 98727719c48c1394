package name

// A set holds words of up to four characters, packed into one number each. It
// is asked at almost every surname, and faster than a map.
type set struct{ slots []uint64 }

// setBits is how many slots there are, as a power of two: twice as many as
// words, or more.
const setBits = 17

func newSet() set { return set{make([]uint64, 1<<setBits)} }

// slot is where a word is looked for first.
func slot(key uint64) uint64 { return key * 0x9e3779b97f4a7c15 >> (64 - setBits) }

// add adds a word, as long as half of the slots are free.
func (s *set) add(key uint64) {
	for i := slot(key); ; i = (i + 1) % (1 << setBits) {
		if s.slots[i] == key {
			return
		}
		if s.slots[i] == 0 {
			s.slots[i] = key
			return
		}
	}
}

func (s *set) has(key uint64) bool {
	for i := slot(key); s.slots[i] != 0; i = (i + 1) % (1 << setBits) {
		if s.slots[i] == key {
			return true
		}
	}
	return false
}

// A runeSet is a set of characters below 1<<16.
type runeSet [1 << 16 / 64]uint64

func (s *runeSet) add(r rune) { s[r/64] |= 1 << (r % 64) }

func (s *runeSet) has(r rune) bool { return r >= 0 && r < 1<<16 && s[r/64]>>(r%64)&1 != 0 }

func (s *runeSet) addAll(o *runeSet) {
	for i := range s {
		s[i] |= o[i]
	}
}

// runesOf is the set of the characters of a text.
func runesOf(text string) *runeSet {
	s := &runeSet{}
	for _, r := range text {
		s.add(r)
	}
	return s
}
