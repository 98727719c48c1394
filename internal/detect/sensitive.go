package detect

import (
	"io/fs"

	"guanji/internal/message"
	"guanji/internal/problem"
	"guanji/internal/strict"
)

// A Class is a class of sensitive personal information that the name of a
// column can make suspect.
type Class struct {
	ID   string       `strict:"id"`
	Name message.Text `strict:"name"`
	// Columns are words in the names of columns.
	Columns    []string `strict:"columns"`
	Source     string   `strict:"source"`
	Confidence string   `strict:"confidence"`
}

// sensitiveFile is the file of the classes within the folder of the content.
const sensitiveFile = "detect/sensitive.yaml"

// readClasses reads the classes. There are fewer than bits in a set.
func readClasses(content fs.FS) ([]Class, error) {
	var file struct {
		Classes []Class `strict:"classes"`
	}
	var mistakes problem.List
	strict.ReadInto(content, sensitiveFile, &file, &mistakes)
	if len(mistakes) > 0 {
		return nil, mistakes
	}
	return file.Classes[:min(len(file.Classes), 64)], nil
}

// Suspected returns the classes of sensitive personal information that the
// columns of the document scanned last are named for, if any cell of them is
// filled. A name proves nothing.
func (s *Scanner) Suspected() []Class {
	var list []Class
	for i, c := range s.e.classes {
		if s.suspected.has(kind(i)) {
			list = append(list, c)
		}
	}
	return list
}
