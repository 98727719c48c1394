package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"guanji/internal/message"
	"guanji/internal/problem"
)

// placeFile tells where a home was when it was used last.
const placeFile = "place.json"

// A place is where a home is. A copy has another path, or lies where the
// original lay and has other files.
type place struct {
	Path string `json:"path"` // absolute, without links
	Key  string `json:"key"`  // what the file system knows the file of the key by, "" where it does not say
}

// checkPlace warns, in both languages, if a home is not where it was used last,
// and remembers where it is: it warns once. What cannot be remembered is told
// again. That is what can be seen of a home that was copied and is used twice.
func (p *program) checkPlace(home string) error {
	now, err := placeOf(home)
	if err != nil {
		return problem.New(problem.Refused, "serve.lock", home).Because(err)
	}
	was, known := readPlace(home)
	if known && was == now {
		return nil
	}
	if known {
		for _, l := range message.Languages() {
			fmt.Fprintln(p.errs, message.New("serve.moved", was.Path, now.Path).In(l))
		}
	}
	if data, err := json.Marshal(now); err == nil {
		_ = writeFile(filepath.Join(home, placeFile), data) // a full disk must not stop people from reading
	}
	return nil
}

func placeOf(home string) (place, error) {
	path, err := filepath.Abs(home)
	if err == nil {
		path, err = filepath.EvalSymlinks(path)
	}
	if err != nil {
		return place{}, err
	}
	info, err := os.Stat(filepath.Join(path, keysFolder, firstKey))
	if err != nil {
		return place{}, err
	}
	return place{path, fileNumber(info)}, nil
}

// readPlace returns where a home was. It is not known before the home was
// used once, or if the file cannot be read.
func readPlace(home string) (was place, known bool) {
	data, err := os.ReadFile(filepath.Join(home, placeFile))
	return was, err == nil && json.Unmarshal(data, &was) == nil && was.Path != ""
}
