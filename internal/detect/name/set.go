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
