package source

import (
	"bytes"
	"io"
	"path"
	"strings"

	"guanji/internal/discover"
)

// decodeStream reads a form from its beginning to its end; decodePlaces reads
// one at any place. An error that is not the visitor's says what is damaged.
type (
	decodeStream func(o *opened, r io.Reader) error
	decodePlaces func(o *opened, at io.ReaderAt, size int64) error
)

// A form is how a file is read, or why not.
type form struct {
	kind   string
	stream decodeStream
	places decodePlaces
	why    discover.Why
}

// formOf tells the form of a file by how it begins, then by its name.
func formOf(name string, head []byte) form {
	text := textual(head)
	if m, ok := magicOf(head); ok && !(m.weak && text) {
		if m.form.kind == "zip" {
			return zipForm(name)
		}
		return m.form
	}
	ext := strings.ToLower(path.Ext(name))
	if mail(ext, head) {
		if ext == ".mbox" || bytes.HasPrefix(head, []byte("From ")) {
			return form{kind: "mbox", stream: decodeMBOX}
		}
		return form{kind: "eml", stream: decodeEML}
	}
	if !text {
		return form{kind: "", why: discover.Unknown}
	}
	return form{kind: "text", stream: decodeText}
}

// mail says whether a file is a message or a box of them.
func mail(ext string, head []byte) bool {
	switch ext {
	case ".eml", ".mht", ".mhtml":
		return true
	case ".mbox":
		return bytes.HasPrefix(head, []byte("From "))
	}
	return ext == "" && bytes.HasPrefix(head, []byte("From ")) && bytes.Contains(head, []byte("\nMessage-ID:"))
}

type magic struct {
	at    int
	magic string
	form  form
	weak  bool // letters, so that text can begin so
}

// magicOf tells a form by how a file begins. The longer stand before the shorter.
func magicOf(head []byte) (m magic, ok bool) {
	for _, m := range [...]magic{
		{0, "PK\x03\x04", form{kind: "zip"}, false},
		{0, "PK\x05\x06", form{kind: "zip"}, false},
		{0, "\x1f\x8b", form{kind: "gz", stream: decodeGzip}, false},
		{0, "BZh", form{kind: "bz2", stream: decodeBzip2}, true},
		{0, "\xfd7zXZ\x00", form{kind: "xz", stream: decodeXZ}, false},
		{0, "\x28\xb5\x2f\xfd", form{kind: "zst", stream: decodeZstd}, false},
		{0, "7z\xbc\xaf\x27\x1c", form{kind: "7z", places: decode7z}, false},
		{257, "ustar", form{kind: "tar", stream: decodeTar}, false},
		{0, "%PDF-", form{kind: "pdf", places: decodePDF}, false},
		{0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", form{kind: "ole", places: decodeOLE}, false},
		{0, "SQLite format 3\x00", form{kind: "sqlite", places: decodeSQLite}, false},
		{0, "PAR1", form{kind: "parquet", places: decodeParquet}, true},
		{0, "Obj\x01", form{kind: "avro", stream: decodeAvro}, false},
		{0, "ORC", form{kind: "orc", why: discover.Unknown}, true},
		{0, "Rar!\x1a\x07", form{kind: "rar", why: discover.Unknown}, false},
		{0, "\x89PNG\r\n\x1a\n", form{kind: "png", why: discover.Image}, false},
		{0, "\xff\xd8\xff", form{kind: "jpeg", why: discover.Image}, false},
		{0, "GIF87a", form{kind: "gif", why: discover.Image}, false},
		{0, "GIF89a", form{kind: "gif", why: discover.Image}, false},
		{0, "BM", form{kind: "bmp", why: discover.Image}, true},
		{0, "II*\x00", form{kind: "tiff", why: discover.Image}, false},
		{0, "MM\x00*", form{kind: "tiff", why: discover.Image}, false},
		{8, "WEBP", form{kind: "webp", why: discover.Image}, true},
		{8, "WAVE", form{kind: "wav", why: discover.Image}, true},
		{8, "AVI ", form{kind: "avi", why: discover.Image}, true},
		{4, "ftyp", form{kind: "mp4, heic", why: discover.Image}, true},
		{0, "ID3", form{kind: "mp3", why: discover.Image}, true},
		{0, "\xff\xfb", form{kind: "mp3", why: discover.Image}, false},
		{0, "OggS", form{kind: "ogg", why: discover.Image}, true},
		{0, "fLaC", form{kind: "flac", why: discover.Image}, true},
		{0, "\x1a\x45\xdf\xa3", form{kind: "mkv, webm", why: discover.Image}, false},
		{0, "\x00\x00\x01\x00", form{kind: "ico", why: discover.Image}, false},
		{0, "\x7fELF", form{kind: "elf", why: discover.Binary}, false},
		{0, "MZ", form{kind: "exe", why: discover.Binary}, true},
		{0, "\xca\xfe\xba\xbe", form{kind: "class, mach-o", why: discover.Binary}, false},
		{0, "\xfe\xed\xfa", form{kind: "mach-o", why: discover.Binary}, false},
		{0, "\xcf\xfa\xed\xfe", form{kind: "mach-o", why: discover.Binary}, false},
		{0, "!<arch>\n", form{kind: "ar, deb", why: discover.Unknown}, false},
		{0, "\x00asm", form{kind: "wasm", why: discover.Binary}, false},
		{0, "wOFF", form{kind: "font", why: discover.Binary}, true},
		{0, "wOF2", form{kind: "font", why: discover.Binary}, true},
		{0, "OTTO", form{kind: "font", why: discover.Binary}, true},
		{0, "\x00\x01\x00\x00\x00", form{kind: "font", why: discover.Binary}, false},
		{0, "ttcf", form{kind: "font", why: discover.Binary}, true},
		{0, "!BDN", form{kind: "pst", why: discover.Unknown}, true},
		{0, "age-encryption.org/", form{kind: "age", why: discover.Encrypted}, false},
		{0, "-----BEGIN PGP MESSAGE-----", form{kind: "pgp", why: discover.Encrypted}, false},
		{0, "Salted__", form{kind: "openssl", why: discover.Encrypted}, true},
		{0, "LUKS\xba\xbe", form{kind: "luks", why: discover.Encrypted}, false},
	} {
		if len(head) >= m.at+len(m.magic) && string(head[m.at:m.at+len(m.magic)]) == m.magic {
			return m, true
		}
	}
	return magic{}, false
}

// zipForm tells what is kept in a zip by its name.
func zipForm(name string) form {
	switch strings.ToLower(path.Ext(name)) {
	case ".xlsx", ".xlsm", ".xltx", ".xltm":
		return form{kind: "xlsx", places: decodeXLSX}
	case ".docx", ".docm", ".dotx":
		return form{kind: "docx", places: decodeDOCX}
	case ".pptx", ".pptm", ".ppsx":
		return form{kind: "pptx", places: decodePPTX}
	}
	return form{kind: "zip", places: decodeZip}
}
