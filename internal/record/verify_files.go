package record

import (
	"strings"

	"guanji/internal/ledger"
	"guanji/internal/problem"
)

// Unnamed are files of the vault that no record names, such as uploads that
// were never filed. They are no fault: nobody was told of them.
type Unnamed struct {
	Files int64    `json:"files"`
	Bytes int64    `json:"bytes"`
	First []string `json:"first"` // digests of the first of them, at most [MaxUnnamed]
}

// MaxUnnamed is how many of the files that no record names are listed.
const MaxUnnamed = 10

// keptFiles is what lies among the files of the vault.
type keptFiles struct {
	files   []ledger.File
	strange []string // paths of what is no file
}

// listFiles lists the files of the vault. It comes before the database is
// read, so that a file whose record is filed meanwhile has its name.
func (e *examination) listFiles() error {
	for f, err := range e.objects.Files(e.ctx) {
		switch problem.KindOf(err) {
		case "":
			e.kept.files = append(e.kept.files, f)
		case problem.Conflict:
			e.kept.strange = append(e.kept.strange, f.Digest)
		case problem.Refused:
			e.damaged(InFile, f.Digest)
		default:
			return err
		}
	}
	return nil
}

// compareFiles tells of what lies among the files of the vault and belongs to
// no record. What lies in the place of a file that a record names is told with
// that file.
func (e *examination) compareFiles() {
	for _, path := range e.kept.strange {
		if _, named := e.files["sha256:"+strings.ReplaceAll(path, "/", "")]; !named {
			e.report.add(Fault{Wrong: Added, Place: InFile, Name: path}.words("file_added", path))
		}
	}
	for _, f := range e.kept.files {
		if _, named := e.files[f.Digest]; !named {
			e.report.Unnamed.add(f)
		}
	}
}

func (u *Unnamed) add(f ledger.File) {
	u.Files++
	u.Bytes += f.Size
	if len(u.First) < MaxUnnamed {
		u.First = append(u.First, f.Digest)
	}
}
