package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/gofrs/flock"

	"guanji/internal/detect"
	"guanji/internal/detect/grade"
	"guanji/internal/discover"
	"guanji/internal/problem"
	"guanji/internal/report"
)

// scanKeyFile keys the digests of what is found, within the folder of the keys.
const scanKeyFile = "scan.key"

// scanKey reads the key of the digests, and makes it at first use.
func scanKey(home string) ([]byte, error) {
	name := filepath.Join(home, keysFolder, scanKeyFile)
	key, err := os.ReadFile(name)
	if !errors.Is(err, fs.ErrNotExist) {
		if err == nil && len(key) < 32 {
			err = errors.New("it is too short")
		}
		return key, err
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return nil, err
	}
	key = make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return nil, err
	}
	if err := writeFile(name, key); err != nil {
		return nil, err
	}
	return key, nil
}

// scanning is one run of the command scan.
type scanning struct {
	*program
	flags     scanFlags
	engine    *detect.Engine
	rules     *grade.Rules
	secret    []byte
	targets   []string
	file      *os.File // of --output
	state     scanState
	summaries []discover.Summary
}

// scanState is what an interrupted scan leaves beside its output, to go on
// from.
type scanState struct {
	// What the scan was asked for: a scan goes on only with the same.
	Targets   []string          `json:"targets"`
	Ignore    []string          `json:"ignore"`
	Only      []string          `json:"only"`
	Standard  string            `json:"standard"`
	Kinds     []string          `json:"kinds"`
	Harm      map[string]string `json:"harm"`
	Detectors string            `json:"detectors"`
	Summary   bool              `json:"summary"`
	// Confidence is the least that was asked for, and Mounts whether other file
	// systems are gone into.
	Confidence float64 `json:"confidence"`
	Mounts     bool    `json:"mounts"`
	// Done are the targets that are read to their end.
	Done []discover.Summary `json:"done"`
	// Written is how much of the output belongs to them.
	Written  int64              `json:"written"`
	Progress *discover.Progress `json:"progress"`
}

func (s *scanning) run(ctx context.Context) error {
	s.state = scanState{
		Targets: s.targets, Ignore: s.flags.ignore, Only: s.flags.detectors, Detectors: s.engine.Version(),
		Standard: s.flags.standard, Kinds: s.flags.kinds, Harm: s.flags.harm, Summary: s.flags.summary,
		Confidence: s.flags.confidence, Mounts: s.flags.crossMounts,
	}
	if s.flags.output != "" {
		done, err := s.open()
		if err != nil {
			return err
		}
		defer done()
	}
	for i, target := range s.targets {
		if i < len(s.state.Done) {
			continue
		}
		if err := s.target(ctx, target); err != nil {
			return s.interrupted(err)
		}
	}
	s.summaries = s.state.Done
	if err := s.finish(); err != nil {
		return problem.New(problem.Refused, "cmd.write").Because(err)
	}
	return nil
}

// open opens the output, for nobody else until done is called, and goes on where
// a scan before was interrupted.
func (s *scanning) open() (done func(), err error) {
	refused := func(err error) error {
		return problem.New(problem.Refused, "cmd.scan.output", s.flags.output).Because(err)
	}
	if s.file, err = os.OpenFile(s.flags.output, os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return nil, refused(err)
	}
	lock := flock.New(s.flags.output, flock.SetFlag(os.O_RDWR))
	release := func() { s.file.Close(); lock.Close() }
	defer func() {
		if err != nil {
			release()
		}
	}()
	alone, err := lock.TryLock()
	if err != nil {
		return nil, refused(err)
	}
	if !alone {
		return nil, problem.New(problem.Refused, "cmd.scan.busy", s.flags.output)
	}
	there, err := s.file.Stat()
	if err != nil {
		return nil, refused(err)
	}
	was, unread := readState(s.statePath())
	switch {
	case s.flags.again, unread != nil && there.Size() == 0:
	case unread != nil:
		return nil, problem.New(problem.Refused, "cmd.scan.finished", s.flags.output)
	case !s.state.same(was):
		return nil, problem.New(problem.Refused, "cmd.scan.other", s.flags.output)
	default:
		s.state = was
	}
	written := s.state.Written
	if s.state.Progress != nil {
		written += s.state.Progress.Written
		fmt.Fprintln(s.errs, s.msg("cmd.scan.resumed", s.state.Progress.Last))
	}
	if err = s.file.Truncate(written); err == nil {
		_, err = s.file.Seek(written, io.SeekStart)
	}
	if err == nil {
		err = s.save() // a kill from now on finds where to go on
	}
	if err != nil {
		return nil, refused(err)
	}
	return release, nil
}

// same says whether two scans are asked for the same.
func (s scanState) same(o scanState) bool {
	return slices.Equal(s.Targets, o.Targets) && slices.Equal(s.Ignore, o.Ignore) && slices.Equal(s.Only, o.Only) &&
		s.Standard == o.Standard && slices.Equal(s.Kinds, o.Kinds) && maps.Equal(s.Harm, o.Harm) && s.Detectors == o.Detectors &&
		s.Summary == o.Summary && s.Confidence == o.Confidence && s.Mounts == o.Mounts
}

func (s *scanning) statePath() string { return s.flags.output + ".state" }

func readState(name string) (state scanState, err error) {
	data, err := os.ReadFile(name)
	if err == nil {
		err = json.Unmarshal(data, &state)
	}
	return state, err
}

// save writes how far the scan is. What was found until then is on the disk
// before.
func (s *scanning) save() error {
	if s.file == nil {
		return nil
	}
	if err := s.file.Sync(); err != nil {
		return err
	}
	data, err := json.Marshal(s.state)
	if err != nil {
		return err
	}
	return writeFile(s.statePath(), data)
}

// target scans one target.
func (s *scanning) target(ctx context.Context, target string) error {
	from, err := s.sourceOf(target)
	if err != nil {
		return err
	}
	job := discover.Job{
		Source: from, Store: target, Engine: s.engine, Rules: s.rules, Kinds: s.flags.kinds, Harm: s.flags.harm, Secret: s.secret, Workers: s.flags.workers, After: s.state.Progress,
		Out: s.sink(), Now: s.now,
		Save: func(p discover.Progress) error { s.state.Progress = &p; return s.save() },
	}
	bar := newScanBar(s.program, s.flags.quiet)
	if bar != nil {
		job.Tell = bar.tell
	}
	summary, err := discover.Run(ctx, job)
	bar.end()
	if err != nil {
		return err
	}
	s.state.Done = append(s.state.Done, summary)
	if s.state.Progress != nil {
		s.state.Written += s.state.Progress.Written
	}
	s.state.Progress = nil
	if err := s.summary(summary); err != nil {
		return err
	}
	return s.save()
}

// sink takes the findings: the file of --output, or standard output in the
// format asked for; nil where only the summary is.
func (s *scanning) sink() io.Writer {
	switch {
	case s.flags.summary:
		return nil
	case s.file != nil:
		return s.file
	case s.format == "jsonl":
		return s.out
	}
	return &findingText{program: s.program}
}

// summary writes the summary of a target, which is part of the output.
func (s *scanning) summary(sum discover.Summary) error {
	if s.file != nil || s.format == "jsonl" {
		line, err := json.Marshal(sum)
		if err != nil {
			return err
		}
		line = append(line, '\n')
		w := s.out
		if s.file != nil {
			w = s.file
			s.state.Written += int64(len(line))
		}
		if _, err := w.Write(line); err != nil {
			return err
		}
	}
	if s.format == "text" {
		return report.ScanSummary(s.out, s.lang, sum, s.engine.Detectors())
	}
	return nil
}

// finish removes the state of a scan that is done.
func (s *scanning) finish() error {
	if s.file == nil {
		return nil
	}
	if err := s.file.Sync(); err != nil {
		return err
	}
	return os.Remove(s.statePath())
}

// interrupted says how to go on.
func (s *scanning) interrupted(err error) error {
	switch {
	case errors.Is(err, discover.ErrGone):
		return problem.New(problem.Refused, "cmd.scan.gone", s.flags.output)
	case errors.Is(err, context.Canceled) && s.file != nil:
		return problem.New(problem.Refused, "cmd.scan.interrupted", s.flags.output)
	case errors.Is(err, context.Canceled):
		return problem.New(problem.Refused, "cmd.scan.stopped")
	}
	if _, ok := errors.AsType[*problem.Error](err); ok {
		return err
	}
	return problem.New(problem.Refused, "cmd.scan.failed").Because(err)
}

// findingText writes findings for people, as they come.
type findingText struct {
	*program
	last string // the document of the finding before
	rest []byte
}

func (f *findingText) Write(lines []byte) (int, error) {
	f.rest = append(f.rest, lines...)
	for {
		i := bytes.IndexByte(f.rest, '\n')
		if i < 0 {
			return len(lines), nil
		}
		var found discover.Finding
		if err := json.Unmarshal(f.rest[:i], &found); err != nil {
			return 0, err
		}
		f.rest = f.rest[i+1:]
		if err := report.FindingLine(f.out, f.lang, found, found.Document != f.last); err != nil {
			return 0, err
		}
		f.last = found.Document
	}
}
