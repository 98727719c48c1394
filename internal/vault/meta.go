package vault

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"guanji/internal/problem"
)

// The most bytes of the texts of an upload, and of the file that holds them.
const (
	maxText = 255
	maxMeta = 8 << 10
)

// meta is what is written down of an upload when it begins.
type meta struct {
	Name         string    `json:"name"`
	Size         int64     `json:"size"`
	Owner        string    `json:"owner"`
	Organization string    `json:"organization"`
	Created      time.Time `json:"created"`
}

// check fails with [problem.Input] for what nobody can upload.
func (m meta) check(most int64) error {
	switch {
	case !plain(m.Name) || strings.ContainsAny(m.Name, `/\`):
		return problem.New(problem.Input, "vault.upload.bad_name", shown(m.Name), maxText)
	case !plain(m.Owner):
		return problem.New(problem.Input, "vault.upload.bad_owner", shown(m.Owner), maxText)
	case !plain(m.Organization):
		return problem.New(problem.Input, "vault.upload.bad_organization", shown(m.Organization), maxText)
	case m.Size < 0 || m.Size > most:
		return problem.New(problem.Input, "vault.upload.bad_size", m.Size, most, inBytes(most))
	case m.Created.Year() < 1 || m.Created.Year() > 9999:
		return problem.New(problem.Input, "vault.upload.bad_time", m.Created.Year())
	}
	return nil
}

// plain reports whether a text can stand in a list or on a terminal: some
// UTF-8, no control characters, none that change the direction of reading.
func plain(s string) bool {
	return s != "" && len(s) <= maxText && utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
	})
}

// errNotOurs is what [decode] returns for a file that the vault did not write.
var errNotOurs = errors.New("not as the vault wrote it")

func encode(value any) ([]byte, error) {
	data, err := json.Marshal(value)
	return append(data, '\n'), err
}

// decode reads what [encode] wrote, to the byte: any other file was changed.
func decode[T any](data []byte) (T, error) {
	var value, none T
	if err := json.Unmarshal(data, &value); err != nil {
		return none, errNotOurs
	}
	if again, err := encode(value); err != nil || !bytes.Equal(again, data) {
		return none, errNotOurs
	}
	return value, nil
}

// decodeMeta reads the description of an upload, and checks it again.
func decodeMeta(data []byte) (meta, error) {
	m, err := decode[meta](data)
	if err == nil && m.check(m.Size) != nil {
		err = errNotOurs
	}
	if err != nil {
		return meta{}, err
	}
	return m, nil
}

// decodeReceipt reads which file an upload became.
func decodeReceipt(data []byte) (File, error) {
	f, err := decode[File](data)
	if err != nil {
		return File{}, err
	}
	if _, err := fileName(f.Digest); err != nil || f.Size < 0 {
		return File{}, errNotOurs
	}
	return f, nil
}
