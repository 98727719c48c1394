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
	for _, m := range magics() {
		if len(head) >= m.at+len(m.magic) && string(head[m.at:m.at+len(m.magic)]) == m.magic {
			switch f := m.form; {
			case f.kind == "zip":
				return zipForm(name)
			case !m.weak || !textual(head):
				return f
			}
		}
	}
	ext := strings.ToLower(path.Ext(name))
	if mail(ext, head) {
		if ext == ".mbox" || bytes.HasPrefix(head, []byte("From ")) {
			return form{kind: "mbox", stream: decodeMBOX}
		}
		return form{kind: "eml", stream: decodeEML}
	}
	if !textual(head) {
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
	weak  bool // so short that text can begin so
}

// magics are what files begin with, the longer before the shorter.
func magics() []magic {
	no := func(kind string, why discover.Why) form { return form{kind: kind, why: why} }
	stream := func(kind string, d decodeStream) form { return form{kind: kind, stream: d} }
	places := func(kind string, d decodePlaces) form { return form{kind: kind, places: d} }
	return []magic{
		{0, "PK\x03\x04", form{kind: "zip"}, false},
		{0, "PK\x05\x06", form{kind: "zip"}, false},
		{0, "\x1f\x8b", stream("gz", decodeGzip), false},
		{0, "BZh", stream("bz2", decodeBzip2), false},
		{0, "\xfd7zXZ\x00", stream("xz", decodeXZ), false},
		{0, "\x28\xb5\x2f\xfd", stream("zst", decodeZstd), false},
		{0, "7z\xbc\xaf\x27\x1c", places("7z", decode7z), false},
		{257, "ustar", stream("tar", decodeTar), false},
		{0, "%PDF-", places("pdf", decodePDF), false},
		{0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", places("ole", decodeOLE), false},
		{0, "SQLite format 3\x00", places("sqlite", decodeSQLite), false},
		{0, "PAR1", places("parquet", decodeParquet), false},
		{0, "Obj\x01", stream("avro", decodeAvro), false},
		{0, "ORC", no("orc", discover.Unknown), false},
		{0, "Rar!\x1a\x07", no("rar", discover.Unknown), false},
		{0, "\x89PNG\r\n\x1a\n", no("png", discover.Image), false},
		{0, "\xff\xd8\xff", no("jpeg", discover.Image), false},
		{0, "GIF87a", no("gif", discover.Image), false},
		{0, "GIF89a", no("gif", discover.Image), false},
		{0, "BM", no("bmp", discover.Image), true},
		{0, "II*\x00", no("tiff", discover.Image), false},
		{0, "MM\x00*", no("tiff", discover.Image), false},
		{8, "WEBP", no("webp", discover.Image), false},
		{8, "WAVE", no("wav", discover.Image), false},
		{8, "AVI ", no("avi", discover.Image), false},
		{4, "ftyp", no("mp4, heic", discover.Image), false},
		{0, "ID3", no("mp3", discover.Image), false},
		{0, "\xff\xfb", no("mp3", discover.Image), false},
		{0, "OggS", no("ogg", discover.Image), false},
		{0, "fLaC", no("flac", discover.Image), false},
		{0, "\x1a\x45\xdf\xa3", no("mkv, webm", discover.Image), false},
		{0, "\x00\x00\x01\x00", no("ico", discover.Image), false},
		{0, "\x7fELF", no("elf", discover.Binary), false},
		{0, "MZ", no("exe", discover.Binary), true},
		{0, "\xca\xfe\xba\xbe", no("class, mach-o", discover.Binary), false},
		{0, "\xfe\xed\xfa", no("mach-o", discover.Binary), false},
		{0, "\xcf\xfa\xed\xfe", no("mach-o", discover.Binary), false},
		{0, "!<arch>\n", no("ar, deb", discover.Unknown), false},
		{0, "\x00asm", no("wasm", discover.Binary), false},
		{0, "wOFF", no("font", discover.Binary), false},
		{0, "wOF2", no("font", discover.Binary), false},
		{0, "OTTO", no("font", discover.Binary), false},
		{0, "\x00\x01\x00\x00\x00", no("font", discover.Binary), false},
		{0, "ttcf", no("font", discover.Binary), false},
		{0, "!BDN", no("pst", discover.Unknown), false},
		{0, "age-encryption.org/", no("age", discover.Encrypted), false},
		{0, "-----BEGIN PGP MESSAGE-----", no("pgp", discover.Encrypted), false},
		{0, "Salted__", no("openssl", discover.Encrypted), false},
		{0, "LUKS\xba\xbe", no("luks", discover.Encrypted), false},
	}
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
