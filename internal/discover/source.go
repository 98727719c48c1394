package discover

import (
	"context"
	"io"

	"guanji/internal/detect"
)

// A Source is something that can be scanned: it lists units, and reads each
// into documents.
type Source interface {
	// Units lists what there is in a fixed order: the same content gives the
	// same order. What is there and cannot be a unit goes to skip. The listing
	// ends at the first error that visit returns.
	Units(ctx context.Context, visit func(Unit) error, skip func(Skip)) error
	// Read opens a unit and hands its documents to visit one after the other.
	// What cannot be read goes to skip with its reason, and the rest is read
	// all the same. An error is one that visit returned, or the end of ctx.
	// Read may be called from several goroutines.
	Read(ctx context.Context, u Unit, visit func(Document) error, skip func(Skip)) error
}

// A Unit is the piece that is read, counted and resumed as a whole: a file.
type Unit struct {
	// Name tells it from others of the source: a path with forward slashes,
	// relative to where the scan began.
	Name string
	// Size is its length in bytes as listed, -1 if unknown.
	Size int64
}

// A Document is text inside a unit. A plain file is one document; an archive
// holds many; a workbook has one for each sheet.
type Document struct {
	// Name is the path inside the store. What lies inside another file stands
	// after "!/": "backup.zip!/2024/customers.xlsx!/Sheet1".
	Name string
	// Kind is the format, such as "csv", "xlsx", "pdf".
	Kind string
	// Encoding is what the bytes were before they were decoded, such as
	// "utf-8", "gb18030", "utf-16le".
	Encoding string
	Layout   detect.Layout
	// Text is the decoded text in UTF-8. It is read once, inside visit. An
	// error of it other than io.EOF says why the rest cannot be read.
	Text io.Reader
}

// A Skip is something that was not read, or not to its end.
type Skip struct {
	Document string `json:"document"`
	Why      Why    `json:"why"`
	// Detail is what the system or a decoder said of it; "" if nothing.
	Detail string `json:"detail,omitempty"`
}

// Why is the reason for which something was not read.
type Why string

// The reasons.
const (
	Encrypted Why = "encrypted" // a password or key is needed
	Denied    Why = "denied"    // permissions
	Image     Why = "image"     // a picture, sound or film: no text is sought in it
	Binary    Why = "binary"    // a program or other binary form that holds no text to read
	Unknown   Why = "unknown"   // a format that is not known
	Damaged   Why = "damaged"   // truncated, or not what its form says
	TooDeep   Why = "too_deep"  // archives in archives, or folders, beyond the limit
	TooLarge  Why = "too_large" // expands beyond the limit: what a bomb does
	Special   Why = "special"   // device, socket, named pipe
	Link      Why = "link"      // a link that leads out of what is scanned, or round in a circle
	Mount     Why = "mount"     // another file system, which was not asked for
	Ignored   Why = "ignored"   // by a rule of the user
	Changed   Why = "changed"   // changed or vanished while it was read
	Failed    Why = "failed"    // the system could not read it
)
