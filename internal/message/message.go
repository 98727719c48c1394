// Package message holds what the program says, in English and in Chinese.
//
// A message is a key with arguments ([M]); it is put into words at the edge,
// in the reader's language, from the catalogue of that language: the files
// catalogue/LANG*.yaml. Texts that
// belong to the law and not to the program ([Text]) carry both languages
// themselves.
package message

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

// A Lang is a language of the reader.
type Lang string

// The languages of the program.
const (
	English Lang = "en"
	Chinese Lang = "zh"
)

// Languages lists every language, the default first.
func Languages() []Lang { return []Lang{English, Chinese} }

// FromLocale returns the language of a locale name such as the value of LANG:
// "zh_CN.UTF-8" is Chinese, everything else English.
func FromLocale(locale string) Lang {
	if strings.HasPrefix(strings.ToLower(locale), "zh") {
		return Chinese
	}
	return English
}

// A Text says one thing in both languages.
type Text struct {
	En string `json:"en"`
	Zh string `json:"zh"`
}

// In returns the text in a language.
func (t Text) In(l Lang) string {
	if l == Chinese {
		return t.Zh
	}
	return t.En
}

// IsZero reports whether t says nothing in either language.
func (t Text) IsZero() bool { return t == Text{} }

// An M is a message of the program: a key of the catalogue and its arguments.
// An argument that is itself an M or a Text is put into the same language.
type M struct {
	Key  string
	Args []any
}

// New returns the message with the given key and arguments.
func New(key string, args ...any) M { return M{Key: key, Args: args} }

// Days returns the message with the given key for a number of days. That for
// one day stands under the key and ".one", without the number.
func Days(key string, n int) M {
	if n == 1 {
		return New(key + ".one")
	}
	return New(key, n)
}

// In puts m into words. A key that the catalogue lacks is shown as itself.
func (m M) In(l Lang) string {
	format, ok := Catalogue(l)[m.Key]
	if !ok {
		format = m.Key + strings.Repeat(" %v", len(m.Args))
	}
	if len(m.Args) == 0 {
		return format
	}
	args := make([]any, len(m.Args))
	for i, a := range m.Args {
		if t, ok := a.(interface{ In(Lang) string }); ok {
			a = t.In(l)
		}
		args[i] = a
	}
	return fmt.Sprintf(format, args...)
}

// Text returns m in both languages.
func (m M) Text() Text { return Text{En: m.In(English), Zh: m.In(Chinese)} }

//go:embed catalogue
var files embed.FS

// The messages of each language, read when the first of them is asked for.
var (
	english = sync.OnceValue(func() map[string]string { return read(English) })
	chinese = sync.OnceValue(func() map[string]string { return read(Chinese) })
)

// read reads the messages of a language by their keys.
func read(l Lang) map[string]string {
	all := map[string]string{}
	names, _ := fs.Glob(files, "catalogue/"+string(l)+"*.yaml") // the pattern is good
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			panic(err) // embedded at build time
		}
		var c map[string]string
		if err := yaml.Unmarshal(data, &c); err != nil {
			panic(fmt.Errorf("%s: %w", name, err))
		}
		for key, words := range c {
			if _, twice := all[key]; twice {
				panic(fmt.Errorf("%s: %q stands in two files", name, key))
			}
			all[key] = words
		}
	}
	return all
}

// Catalogue returns every message of a language by its key.
func Catalogue(l Lang) map[string]string {
	if l == Chinese {
		return chinese()
	}
	return english()
}

// Known reports whether the catalogue has a key.
func Known(key string) bool {
	_, ok := Catalogue(English)[key]
	return ok
}
