package web

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"guanji/internal/account"
	"guanji/internal/filing"
	"guanji/internal/problem"
)

// Uploads speak tus 1.0.0 (https://tus.io/protocols/resumable-upload), core,
// creation and termination: a file arrives in as many requests as it takes, and
// after each break the program tells how far it is. What is ours is finish,
// which keeps the file and names its digest.
const (
	tusVersion   = "1.0.0"
	tusExtension = "creation,termination"
	tusChunk     = "application/offset+octet-stream"
)

// maxChunk is the most that one request adds to an upload, in bytes.
const maxChunk = 64 << 20

// finishTime is how long a file of [filing.MaxFile] may take to be read again
// for its digest, on a slow disk.
const finishTime = 30 * time.Minute

// refusal is a failure with the status that tus has for it.
type refusal struct {
	code int
	error
}

func (r refusal) Unwrap() error { return r.error }

func refuse(code int, key string, args ...any) error {
	return refusal{code, problem.New(problem.Input, key, args...)}
}

// uploading serves a step of an upload. Nothing of it is read but what h reads.
func (s *server) uploading(p account.Permission, h func(q *orgRequest) error) http.HandlerFunc {
	step := s.holding(p, s.organization(h))
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Tus-Resumable", tusVersion)
		q := &request{Request: r, w: w, words: words{language(r)}}
		if err := step(q); err != nil {
			s.failUpload(q, err)
		}
	}
}

// failUpload tells a failure in one line, in the reader's language, for a
// program to show.
func (s *server) failUpload(q *request, err error) {
	if errors.Is(err, context.Canceled) {
		return // the reader has gone
	}
	code := 0
	if r, ok := errors.AsType[refusal](err); ok {
		code, err = r.code, r.error
	} else {
		err = s.told(q, err)
	}
	q.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	q.w.WriteHeader(cmp.Or(code, status(problem.KindOf(err))))
	_, _ = q.w.Write([]byte(problem.In(err, q.lang))) // the reader has gone
}

// resumable refuses a request of another version of the protocol.
func (s *server) resumable(h func(q *orgRequest) error) func(q *orgRequest) error {
	return func(q *orgRequest) error {
		if q.Header.Get("Tus-Resumable") != tusVersion {
			q.w.Header().Set("Tus-Version", tusVersion)
			return refuse(http.StatusPreconditionFailed, "upload.version", tusVersion)
		}
		return h(q)
	}
}

// uploadOptions tells what the program takes.
func (s *server) uploadOptions(q *orgRequest) error {
	h := q.w.Header()
	h.Set("Tus-Version", tusVersion)
	h.Set("Tus-Extension", tusExtension)
	h.Set("Tus-Max-Size", strconv.FormatInt(filing.MaxFile, 10))
	q.w.WriteHeader(http.StatusNoContent)
	return nil
}

// beginUpload makes room for a file.
func (s *server) beginUpload(q *orgRequest) error {
	size, ok := byteCount(q.Header.Get("Upload-Length"))
	if !ok {
		return refuse(http.StatusBadRequest, "upload.length")
	}
	if size > filing.MaxFile {
		return refuse(http.StatusRequestEntityTooLarge, "filing.size", int64(filing.MaxFile>>30))
	}
	meta, ok := uploadMetadata(q.Header.Get("Upload-Metadata"))
	if !ok {
		return refuse(http.StatusBadRequest, "upload.metadata")
	}
	u, err := s.Filing.Begin(q.Context(), q.org, q.holder.ID, meta["filename"], size)
	if err != nil {
		return err
	}
	q.w.Header().Set("Location", orgPath(q.org, "uploads/"+url.PathEscape(u.ID)))
	q.w.Header().Set("Upload-Offset", "0")
	q.w.WriteHeader(http.StatusCreated)
	return nil
}

// uploadOffset tells how far an upload is.
func (s *server) uploadOffset(q *orgRequest) error {
	u, err := s.Filing.Upload(q.Context(), q.org, q.holder.ID, q.PathValue("id"))
	if err != nil {
		return err
	}
	q.tellOffset(u.Offset)
	q.w.Header().Set("Upload-Length", strconv.FormatInt(u.Size, 10))
	q.w.Header().Set("Upload-Metadata", "filename "+encodeMeta(u.Name))
	q.w.WriteHeader(http.StatusOK)
	return nil
}

func (q *orgRequest) tellOffset(n int64) {
	q.w.Header().Set("Upload-Offset", strconv.FormatInt(n, 10))
}

// continueUpload adds what is sent to an upload. What arrived before a break
// counts.
func (s *server) continueUpload(q *orgRequest) error {
	if q.Header.Get("Content-Type") != tusChunk {
		return refuse(http.StatusUnsupportedMediaType, "upload.type", tusChunk)
	}
	at, ok := byteCount(q.Header.Get("Upload-Offset"))
	if !ok {
		return refuse(http.StatusBadRequest, "upload.offset")
	}
	if q.ContentLength > maxChunk {
		return refuse(http.StatusRequestEntityTooLarge, "upload.chunk", maxChunk>>20)
	}
	body := q.arriving(maxChunk)
	now, err := s.Filing.Write(q.Context(), q.org, q.holder.ID, q.PathValue("id"), at, body)
	if now > 0 {
		q.tellOffset(now)
	}
	if broken := body.failure("upload.chunk", maxChunk>>20); broken != nil {
		return broken
	}
	if err != nil {
		return err
	}
	q.tellOffset(now)
	q.w.WriteHeader(http.StatusNoContent)
	return nil
}

// finishUpload keeps the file, and tells its digest. To repeat it is fine.
func (s *server) finishUpload(q *orgRequest) error {
	_ = http.NewResponseController(q.w).SetWriteDeadline(time.Now().Add(finishTime)) // else the ordinary one holds
	file, err := s.Filing.Finish(q.Context(), q.org, q.holder.ID, q.PathValue("id"))
	if err != nil {
		return err
	}
	q.w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(q.w).Encode(file)
}

func (s *server) dropUpload(q *orgRequest) error {
	if err := s.Filing.Drop(q.Context(), q.org, q.holder.ID, q.PathValue("id")); err != nil {
		return err
	}
	q.w.WriteHeader(http.StatusNoContent)
	return nil
}
