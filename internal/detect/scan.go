package detect

import (
	"context"
	"errors"
	"io"
	"math/bits"

	"guanji/internal/detect/kernel"
)

// blockSize is how much of a document is looked at before more is read. What
// lies [reach] bytes before and after is kept, so that nothing is cut.
const blockSize = 256 << 10

// lead is how much is kept before what is looked at: what a finding that is
// still held may lie on, and what may be looked at before it.
const lead = 2 * reach

// batch is how many blocks of the kernel are described at once: their masks
// stay in the first cache.
const batch = 64

// A Scanner reads documents one after the other. It keeps about 300 KiB,
// whatever it reads. It is for one goroutine.
type Scanner struct {
	e   *Engine
	buf []byte
	// raw is the text of the document in buf: from the byte that it begins
	// with, lead bytes before what is looked at.
	raw []byte
	// offset is where raw begins in the document: -lead at first.
	offset int64
	// text is what is being looked at: raw, or a number written out plainly,
	// for which places tells where each of its bytes is in raw.
	text   []byte
	places []int32
	plain  [plainRoom]byte
	where  [plainRoom]int32

	masks   [batch]kernel.Masks
	before  kernel.Masks // those of the block before the batch
	runs    runs
	layout  Layout
	table   table
	columns map[string]*column
	// suspected are the classes of sensitive information by names of columns and
	// words near people; looks is how often such words are still looked for.
	suspected uint64
	looks     int
	held      []claim
	hit       Hit // the one that is handed on
	emit      func(*Hit) error
	// nameFound is [Scanner.name], made once.
	nameFound func(begin, end, points int)
	line      int64
	lineAt    int // up to where lines were counted in raw

	// Up to where a token was looked at already, by its kind.
	tokenEnd, groupEnd, dottedEnd, colonEnd, coordinateEnd, plainEnd, wordEnd, zoneEnd int
}

// Scan reads a document to its end and hands on what is found in it, in order.
// It returns how many bytes it read, and the first error of the reader, of emit
// or of ctx.
func (s *Scanner) Scan(ctx context.Context, r io.Reader, layout Layout, emit func(*Hit) error) (int64, error) {
	s.begin(layout, emit)
	for end := false; !end; {
		if err := ctx.Err(); err != nil {
			return s.read(), err
		}
		readErr := s.fill(r)
		end = readErr != nil
		if err := s.look(end); err != nil {
			return s.read(), err
		}
		if end && !errors.Is(readErr, io.EOF) {
			return s.read(), readErr
		}
	}
	return s.read(), nil
}

// read is how many bytes of the document were read.
func (s *Scanner) read() int64 { return s.offset + int64(len(s.raw)) }

// begin forgets the document before.
func (s *Scanner) begin(layout Layout, emit func(*Hit) error) {
	s.raw = s.buf[:lead]
	for i := range s.raw {
		s.raw[i] = '\n'
	}
	s.offset = -lead
	s.layout, s.emit = layout, emit
	s.before, s.runs = kernel.Masks{}, runs{}
	s.line, s.lineAt = 1, lead
	s.held, s.suspected, s.looks = s.held[:0], 0, mostLooks
	clear(s.columns)
	s.moveMarks(len(s.buf))
	s.table.begin(layout)
}

// moveMarks moves what is remembered of places in raw to the left.
func (s *Scanner) moveMarks(by int) {
	for _, mark := range [...]*int{&s.tokenEnd, &s.groupEnd, &s.dottedEnd, &s.colonEnd, &s.coordinateEnd, &s.plainEnd, &s.wordEnd, &s.zoneEnd} {
		*mark = max(0, *mark-by)
	}
}

// fill reads until the buffer is full or the reader ends.
func (s *Scanner) fill(r io.Reader) error {
	full := len(s.buf) - padding
	n := len(s.raw)
	for empty := 0; n < full; {
		m, err := r.Read(s.buf[n:full])
		n += m
		if empty++; m > 0 {
			empty = 0
		}
		if err == nil && empty > 100 {
			err = io.ErrNoProgress
		}
		if err != nil {
			s.raw = s.buf[:n]
			return err
		}
	}
	s.raw = s.buf[:n]
	return nil
}

// padding is how many bytes behind the text may be read: those of the kernel's
// last block, and what a number may look at beyond its end.
const padding = kernel.Block + reach

// look looks at what was read, except for the last part if more may come.
func (s *Scanner) look(last bool) error {
	limit := len(s.raw) - reach
	if last {
		limit = len(s.raw)
		pad := s.buf[limit:]
		pad = pad[:min(len(pad), padding)]
		for i := range pad {
			pad[i] = '\n'
		}
	}
	blocks := (limit - lead) / kernel.Block
	if last {
		blocks = (limit - lead + kernel.Block - 1) / kernel.Block
	}
	end := lead + blocks*kernel.Block
	s.setText()
	if s.table.undecided() {
		s.table.head(s)
	}
	for at := lead; at < end; at += batch * kernel.Block {
		n := min(batch, (end-at)/kernel.Block)
		kernel.Classify(s.masks[:n], s.text[at-kernel.Lead:])
		if s.table.on {
			s.table.advance(s, min(at+n*kernel.Block, len(s.raw)))
		}
		s.anchors(at, n)
		s.prose(at, n)
		if err := s.settle(at + n*kernel.Block); err != nil {
			return err
		}
	}
	if last {
		if s.table.on {
			s.table.finish(s)
		}
		return s.flush(len(s.buf))
	}
	return s.shift(end)
}

// setText makes the document the text that is looked at, with the padding
// behind it.
func (s *Scanner) setText() {
	s.text = s.buf[:min(len(s.buf), len(s.raw)+padding)]
	s.places = nil
}

// shift keeps what lies lead before end, and all behind it, for the next look.
func (s *Scanner) shift(end int) error {
	if s.table.on {
		s.table.decide(s)
		s.table.forget(end - reach)
	}
	if err := s.flush(end - reach); err != nil {
		return err
	}
	by := end - lead
	s.countLines(by)
	n := copy(s.buf, s.raw[by:])
	s.raw = s.buf[:n]
	s.offset += int64(by)
	s.lineAt -= by
	s.table.move(by)
	s.moveMarks(by)
	for i := range s.held {
		s.held[i].start -= by
		s.held[i].end -= by
	}
	return nil
}

// runs remembers, for the block before, where runs of bytes had a length.
type runs struct {
	digit2, digit4, digit6, digit8 uint64
	word2, word4, word8, word16    uint64
	code2, code4, code9            uint64
	dot2                           uint64
}

// shl moves a mask to the left, and lets the end of the block before in.
func shl(m, before uint64, n uint) uint64 { return m<<n | before>>(64-n) }

// anchors looks at every place where something could be, in n blocks from at.
func (s *Scanner) anchors(at, n int) {
	r, p := s.runs, &s.before
	for i := range s.masks[:n] {
		m := &s.masks[i]
		// Runs of digits, and what is parted by dots.
		var numbers, gaps, decimals, quads, digit9, digit16 uint64
		if digit2 := m.Digit & shl(m.Digit, p.Digit, 1); digit2|r.digit4 != 0 {
			digit4 := digit2 & shl(digit2, r.digit2, 2)
			digit6 := digit4 & shl(digit2, r.digit2, 4)
			digit8 := digit4 & shl(digit4, r.digit4, 4)
			digit9, digit16 = digit8&shl(m.Digit, p.Digit, 8), digit8&shl(digit8, r.digit8, 8)
			numbers = digit6 &^ shl(digit6, r.digit6, 1)
			if m.Gap|p.Gap != 0 {
				gaps = m.Gap & shl(m.Gap, p.Gap, 5) & shl(digit4, r.digit4, 1)
			}
			if m.Dot|p.Dot != 0 {
				decimals = digit4 & shl(m.Dot, p.Dot, 4) & shl(m.Digit, p.Digit, 5)
			}
			r.digit2, r.digit4, r.digit6, r.digit8 = digit2, digit4, digit6, digit8
		} else {
			r.digit2, r.digit4, r.digit6, r.digit8 = 0, 0, 0, 0
		}
		// The third of three dots with one to three characters between each two:
		// once for each address, and for what is longer.
		if m.Dot|r.dot2 != 0 {
			dot2 := m.Dot & (shl(m.Dot, p.Dot, 2) | shl(m.Dot, p.Dot, 3) | shl(m.Dot, p.Dot, 4))
			quads = m.Dot & (shl(dot2, r.dot2, 2) | shl(dot2, r.dot2, 3) | shl(dot2, r.dot2, 4)) & shl(m.Digit, p.Digit, 1)
			r.dot2 = dot2
		}
		var words, dotPairs uint64
		if m.Word|p.Word != 0 {
			word2 := m.Word & shl(m.Word, p.Word, 1)
			word4 := word2 & shl(word2, r.word2, 2)
			word8 := word4 & shl(word4, r.word4, 4)
			word16 := word8 & shl(word8, r.word8, 8)
			words = word16 &^ shl(word16, r.word16, 1) &^ digit16
			if dotPairs = m.Dot & shl(m.Dot, p.Dot, 5); dotPairs != 0 {
				dotPairs &= shl(word4, r.word4, 1)
			}
			r.word2, r.word4, r.word8, r.word16 = word2, word4, word8, word16
		} else {
			r.word2, r.word4, r.word8, r.word16 = 0, 0, 0, 0
		}
		code, codeBefore := m.Digit|m.Upper, p.Digit|p.Upper
		code2 := code & shl(code, codeBefore, 1)
		code4 := code2 & shl(code2, r.code2, 2)
		var codes uint64
		if code4 != 0 {
			code9 := code4 & shl(code4, r.code4, 4) & shl(code, codeBefore, 8)
			codes = code9 &^ shl(code9, r.code9, 1) &^ digit9
			r.code9 = code9
		} else {
			r.code9 = 0
		}
		r.code2, r.code4 = code2, code4
		dashes := m.Upper & shl(m.Gap, p.Gap, 1) & shl(m.Gap, p.Gap, 2) & shl(m.Gap, p.Gap, 3)
		var pairs, colons, joints, tails, parts uint64
		if x := m.Gap | m.Colon; x != 0 {
			q := p.Gap | p.Colon
			if pairs = x & shl(x, q, 3); pairs != 0 {
				parts = pairs & shl(m.Digit, p.Digit, 1) & shl(m.Digit, p.Digit, 2)
				if pairs &= shl(x, q, 6); pairs != 0 {
					pairs &= shl(x, q, 9) & shl(x, q, 12)
				}
			}
		}
		if m.Colon != 0 {
			colons = m.Colon & (shl(m.Colon, p.Colon, 1) | shl(m.Colon, p.Colon, 2) | shl(m.Colon, p.Colon, 4) | shl(m.Colon, p.Colon, 5))
		}
		if m.High|p.High != 0 {
			joints = (m.Word | m.Colon | m.Assign) & shl(m.High, p.High, 1)
			tails = m.High & (shl(m.Digit, p.Digit, 1) | shl(m.Wide, p.Wide, 1))
		}
		strange := m.Wide | m.Escape | m.Split
		rare := words | codes | pairs | parts | colons | dotPairs | dashes | strange | m.Pass | m.Angle | decimals | gaps
		for any := numbers | quads | joints | tails | m.At | rare; any != 0; {
			bit := any & -any
			any ^= bit
			here := at + i*kernel.Block + bits.TrailingZeros64(bit)
			if numbers&bit != 0 {
				s.number(here - 5)
			}
			if quads&bit != 0 {
				s.dotted(here)
			}
			if joints&bit != 0 {
				s.joint(here)
			}
			if tails&bit != 0 {
				s.tail(here)
			}
			if m.At&bit != 0 {
				s.mail(here)
			}
			if rare&bit == 0 {
				continue
			}
			if gaps&bit != 0 {
				s.gapped(here)
			}
			if decimals&bit != 0 {
				s.coordinates(here)
			}
			if words&bit != 0 {
				s.word(here - 15)
			}
			if codes&bit != 0 {
				s.code(here - 8)
			}
			if dashes&bit != 0 {
				s.block(here)
			}
			if pairs&bit != 0 {
				s.hardware(here)
			}
			if parts&bit != 0 {
				s.socialSecurityUS(here)
			}
			if colons&bit != 0 {
				s.colons(here)
			}
			if dotPairs&bit != 0 {
				s.dottedHardware(here)
			}
			if strange&bit != 0 {
				s.strange(here)
			}
			if m.Pass&bit != 0 {
				s.password(here)
			}
			if m.Angle&bit != 0 {
				s.machineReadable(here)
			}
		}
		p = m
	}
	s.before, s.runs = *p, r
}
