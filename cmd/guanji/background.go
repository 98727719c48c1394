package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"

	"guanji/internal/job"
	"guanji/internal/notify"
	"guanji/internal/report"
	"guanji/internal/respond"
	"guanji/internal/work"
)

// worker does the background work of an installation. The owner is the home:
// a server that starts on it lets go of what the one before had.
func (p *program) worker(in *installation, home string, log *slog.Logger) *work.Runner {
	host, _ := os.Hostname() // without a name, homes tell servers apart
	return work.New(work.Config{Queue: in.store, Owner: host + ":" + home, Log: log, Now: p.now,
		Handlers: map[job.Kind]work.Handler{job.Wake: in.respond.Wake, job.Send: in.respond.Deliver, job.Card: in.respond.PrintCard}})
}

// printer puts documents into folders: as a page that every machine opens, and
// as a text that can be filled in.
type printer struct{ folders notify.Folders }

func (p *printer) Print(ctx context.Context, c respond.Channel, name string, d respond.Document) error {
	var failed []error
	for ending, write := range map[string]func(io.Writer, respond.Document) error{".html": report.DocumentHTML, ".docx": report.Docx} {
		var b bytes.Buffer
		err := write(&b, d)
		if err == nil {
			err = p.folders.Put(ctx, c.Address, name+ending, b.Bytes())
		}
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}
