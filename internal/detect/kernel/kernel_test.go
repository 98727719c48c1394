package kernel

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
)

// oracle describes blocks byte by byte, in the words of [Masks].
func oracle(dst []Masks, src []byte) {
	for b := range dst {
		m := Masks{}
		for i := range Block {
			at := b*Block + Lead + i
			c, c1, c2 := src[at], src[at-1], src[at-2]
			set := func(mask *uint64, ok bool) {
				if ok {
					*mask |= 1 << i
				}
			}
			isDigit := func(c byte) bool { return c >= '0' && c <= '9' }
			upper := c >= 'A' && c <= 'Z'
			set(&m.Digit, isDigit(c))
			set(&m.Upper, upper)
			set(&m.Word, isDigit(c) || upper || c >= 'a' && c <= 'z' || c == '_' || c == '-')
			set(&m.High, c >= 0x80)
			set(&m.At, c == '@')
			set(&m.Dot, c == '.')
			set(&m.Gap, c == ' ' || c == '-')
			set(&m.Colon, c == ':')
			set(&m.Assign, c == '=')
			set(&m.Wide, c2 == 0xef && c1 == 0xbc && c >= 0x90 && c <= 0x99)
			set(&m.Escape, c1 == '\\' && c == 'u' || c1 == '&' && c == '#')
			set(&m.Split, c == 0xe2 && isDigit(c1))
			set(&m.Pass, strings.ContainsRune("wW", rune(c)) && strings.ContainsRune("sSpP", rune(c1)))
			set(&m.Angle, c == '<' && c1 == '<')
		}
		dst[b] = m
	}
}

// implementations are all that can run here.
func implementations() map[string]func([]Masks, []byte) {
	return map[string]func([]Masks, []byte){"words": classifyWords, Name(): classify}
}

// checkSeparate compares tables with a look at each byte.
func checkSeparate(t *testing.T, src []byte, cell, row byte) {
	t.Helper()
	n := len(src) / Block
	got := make([]Ends, n)
	for name, do := range map[string]func([]Ends, []byte, byte, byte){"words": separateWords, "here": Separate} {
		do(got, src, cell, row)
		for i, c := range src[:n*Block] {
			bit := func(m uint64) bool { return m>>(i%Block)&1 != 0 }
			if m := got[i/Block]; bit(m.Cell) != (c == cell) || bit(m.Row) != (c == row) || bit(m.Quote) != (c == '"') {
				t.Fatalf("%s: byte %d of %q, cells end in %q and rows in %q: %+v", name, i, src, cell, row, m)
			}
		}
	}
}

func check(t *testing.T, src []byte) {
	t.Helper()
	if len(src) > 0 {
		checkSeparate(t, src, src[0], src[len(src)-1])
		checkSeparate(t, src, ',', '\n')
	}
	n := (len(src) - Lead) / Block
	if n <= 0 {
		return
	}
	want, got := make([]Masks, n), make([]Masks, n)
	oracle(want, src)
	for name, do := range implementations() {
		do(got, src)
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("%s: block %d of %q\n got %+v\nwant %+v", name, i, src[Lead+i*Block:][:Block], got[i], want[i])
			}
		}
	}
}

// TestEveryByte puts every pair of bytes everywhere in a block.
func TestEveryByte(t *testing.T) {
	for a := range 256 {
		for b := range 256 {
			src := bytes.Repeat([]byte{byte(a), byte(b), 0x91}, 1+(Lead+2*Block)/3)
			check(t, src[(a+b)%3:][:Lead+Block])
		}
	}
}

func TestEdges(t *testing.T) {
	for _, s := range []string{"１", "\\u0031", "&#49;", "1\u200b2", "Password", "PWD", "<<", "swsw", "p\xd7"} {
		for at := range 2*Block - 8 {
			src := bytes.Repeat([]byte{'\n'}, Lead+2*Block)
			copy(src[at:], s)
			check(t, src)
		}
	}
}

func TestShortSource(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a source that is too short did not panic")
		}
	}()
	Classify(make([]Masks, 2), make([]byte, Lead+2*Block-1))
}

func FuzzClassify(f *testing.F) {
	f.Add([]byte(strings.Repeat("手机１３８00138000，email a@b.cn, password=x, \\u0031&#49; <<1\u200b2", 3)), 0)
	f.Add(bytes.Repeat([]byte{0xef, 0xbc, 0x99, 0xe2, '9', 0xff, 0x7f}, 40), 3)
	f.Fuzz(func(t *testing.T, src []byte, from int) {
		if from >= 0 && from < len(src) {
			check(t, src[from:])
		}
	})
}

func BenchmarkClassify(b *testing.B) {
	const size = 256 << 10
	random := rand.New(rand.NewPCG(1, 2))
	src := make([]byte, Lead+size)
	for i := range src {
		src[i] = byte(random.UintN(256))
	}
	dst := make([]Masks, 64)
	for name, do := range implementations() {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(size)
			for b.Loop() {
				for at := 0; at < size; at += len(dst) * Block {
					do(dst, src[at:])
				}
			}
		})
	}
}
