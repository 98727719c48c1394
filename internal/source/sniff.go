package source

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// sampleSize is how much of a text is looked at for what its beginning tells.
const sampleSize = 8 << 10

// textual says whether a file begins as text does in any encoding: hardly a
// control character but those that part cells and the escape of colours, or NUL
// bytes where UTF-16 and UTF-32 have them. Text in UTF-8 may have NUL bytes among
// it, as a log has where it was cut while it was written.
func textual(head []byte) bool {
	head = head[:min(len(head), sampleSize)]
	if e := wide(head); e.name != "" {
		return true
	}
	const parting = 1<<'\n' | 1<<'\r' | 1<<'\t' | 1<<'\v' | 1<<'\f' | 1<<0x1b | 1<<0x1c | 1<<0x1d | 1<<0x1e | 1<<0x1f | 1<<1 | 1<<2 | 1<<3
	controls, nul := 0, 0
	for _, c := range head {
		if c < ' ' && parting>>c&1 == 0 {
			controls++
			if c == 0 {
				nul++
			}
		}
	}
	return (controls-nul)*50 <= len(head) && (nul == 0 || written(bytes.ReplaceAll(head, []byte{0}, nil)))
}

// enoughWritten is how many characters make a text that has NUL bytes in it.
const enoughWritten = 32

// written says whether bytes are text in UTF-8, without control characters, of
// which the last may be cut.
func written(s []byte) bool {
	if cut := len(s) - utf8.UTFMax; cut > 0 {
		for i := len(s) - 1; i > cut && !utf8.Valid(s); i-- {
			s = s[:i]
		}
	}
	return len(s) >= enoughWritten && utf8.Valid(s) && !bytes.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\n' && r != '\r' && r != '\t' && r != 0x1b })
}

// An encoded is an encoding by its name; nil is UTF-8.
type encoded struct {
	name string
	encoding.Encoding
}

// wide tells UTF-16 and UTF-32 by their mark, or by where their NUL bytes are.
func wide(head []byte) encoded {
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe\x00\x00")):
		return encoded{"utf-32le", utf32.UTF32(utf32.LittleEndian, utf32.UseBOM)}
	case bytes.HasPrefix(head, []byte("\x00\x00\xfe\xff")):
		return encoded{"utf-32be", utf32.UTF32(utf32.BigEndian, utf32.UseBOM)}
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return encoded{"utf-16le", unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)}
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return encoded{"utf-16be", unicode.UTF16(unicode.BigEndian, unicode.UseBOM)}
	}
	head = head[:min(len(head), sampleSize)]
	if bytes.IndexByte(head, 0) < 0 {
		return encoded{}
	}
	var nul [2]int
	n := len(head) &^ 1
	lineEnds := 0
	for i, c := range head[:n] {
		if c == 0 {
			nul[i%2]++
		}
		if c == '\n' || c == ' ' {
			lineEnds++
		}
	}
	// Text of Latin letters has a NUL in every other byte; Chinese text has it
	// for its digits, spaces and line ends only.
	switch {
	case n < 4 || lineEnds == 0 && nul[0]+nul[1] < n/4:
		return encoded{}
	case nul[1] > n/50 && nul[0] <= nul[1]/50:
		return encoded{"utf-16le", unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)}
	case nul[0] > n/50 && nul[1] <= nul[0]/50:
		return encoded{"utf-16be", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)}
	}
	return encoded{}
}

// encodingOf tells how text is encoded, by a part of it that has bytes beyond
// ASCII.
func encodingOf(sample []byte) encoded {
	if e := wide(sample); e.name != "" {
		return e
	}
	multi, broken := 0, 0
	for i := 0; ; {
		if i += asciiRun(sample[i:]); i == len(sample) {
			break
		}
		r, size := utf8.DecodeRune(sample[i:])
		if r == utf8.RuneError && size == 1 {
			if len(sample)-i >= utf8.UTFMax {
				broken++
			}
		} else {
			multi++
		}
		i += size
	}
	if broken*20 <= multi || multi+broken == 0 {
		return encoded{name: "utf-8"}
	}
	return legacy(sample)
}

// asciiRun is how many bytes of ASCII text begins with.
func asciiRun(s []byte) int {
	i := 0
	for i+8 <= len(s) && binary.LittleEndian.Uint64(s[i:])&0x8080808080808080 == 0 {
		i += 8
	}
	for i < len(s) && s[i] < utf8.RuneSelf {
		i++
	}
	return i
}

// enough is how many characters tell a language by those that it has most.
const enough = 60

// legacy tells the encodings of two bytes from each other and from those of
// one. Big5 has second bytes below 0x80, which the common characters of GBK
// have not; Shift-JIS and EUC-JP have kana in two rows each; Korean keeps
// to the first rows and has hardly any of the commonest Chinese characters; and in text of one byte a
// character beyond ASCII stands between others.
func legacy(sample []byte) encoded {
	pairs, low, kana, odd, euc, early, common := 0, 0, 0, 0, 0, 0, 0
	for i := 0; i < len(sample); i++ {
		c := sample[i]
		if c < 0x80 {
			continue
		}
		if i+1 == len(sample) {
			break
		}
		d := sample[i+1]
		switch {
		case c == 0x80 || c == 0xff || d < 0x30 || d == 0x7f || d == 0xff || d < 0x40 && d > 0x39:
			odd++
			continue
		case c == 0x82 && d >= 0x9f && d <= 0xf1 || c == 0x83 && d >= 0x40 && d <= 0x96:
			kana++
		case d < 0x80 && c >= 0xa1 && c <= 0xf9:
			low++
		case c == 0xa4 || c == 0xa5:
			euc++
		case c >= 0xb0 && c <= 0xc8:
			early++
		}
		switch uint16(c)<<8 | uint16(d) {
		case 0xb5c4, 0xd2bb, 0xcac7, 0xc1cb, 0xb2bb, 0xd4da, 0xd3d0, 0xc8cb, 0xd5e2, 0xd6d0, 0xceaa, 0xb9fa, 0xa3ac, 0xa1a3, 0xbacd, 0xcad0, 0xc7f8, 0xb5d8: // 的一是了不在有人这中为国，。和市区地
			common++
		}
		pairs++
		i++
	}
	switch {
	case odd*5 > pairs:
		return encoded{"windows-1252", charmap.Windows1252}
	case kana*5 > pairs:
		return encoded{"shift_jis", japanese.ShiftJIS}
	case low*8 > pairs:
		return encoded{"big5", traditionalchinese.Big5}
	case euc*5 > pairs:
		return encoded{"euc-jp", japanese.EUCJP}
	case pairs >= enough && common*100 < pairs && early*20 > pairs*19:
		return encoded{"euc-kr", korean.EUCKR}
	case pairs >= enough && common*100 < pairs:
		return encoded{"windows-1252", charmap.Windows1252}
	}
	return encoded{"gb18030", simplifiedchinese.GB18030}
}

// escaped says whether text writes characters beyond ASCII as \u4e2d or &#20013;
// so that it must be written out before names and words can be found in it.
func escaped(sample []byte) bool {
	const enough = 3
	found := func(mark string, is func(s []byte) bool) bool {
		rest := sample
		for n := 0; n < enough; {
			next := bytes.Index(rest, []byte(mark))
			if next < 0 || next+6 > len(rest) {
				return false
			}
			if rest = rest[next:]; is(rest) {
				n++
			}
			rest = rest[len(mark):]
		}
		return true
	}
	return found(`\u`, func(s []byte) bool { return strings.IndexByte("3456789", s[2]) >= 0 }) ||
		found("&#", func(s []byte) bool { return s[2] >= '2' && s[2] <= '6' && s[5]-'0' <= 9 || s[2] == 'x' })
}
