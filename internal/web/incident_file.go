package web

import (
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	"guanji/internal/evidence"
	"guanji/internal/problem"
)

// stepDownload sends a file of a step as it was recorded, or a part of it.
func (s *server) stepDownload(q *orgRequest) error {
	n, err := q.caseNumber()
	if err != nil {
		return err
	}
	c, err := s.Respond.Case(q.Context(), q.org, n)
	if err != nil {
		return err
	}
	seq, ok := byteCount(q.PathValue("seq"))
	i, err := strconv.Atoi(q.PathValue("i"))
	for _, r := range c.Steps {
		if files := r.Files(); ok && err == nil && r.Seq == seq && i >= 0 && i < len(files) {
			content, err := s.Filing.Files.Open(q.Context(), files[i].Digest)
			if err != nil {
				return err
			}
			return q.sendFile(files[i], content)
		}
	}
	return problem.New(problem.NotFound, "web.no_page")
}

// sendFile sends a file that is kept. Whatever it is, a browser shall keep it
// and not show it.
func (q *request) sendFile(file evidence.File, content io.ReadSeekCloser) error {
	defer content.Close() // it was only read
	h := q.w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": file.Name}))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("ETag", `"`+file.Digest+`"`)
	h.Set("No-Gzip-Compression", "1") // parts are counted in the bytes of the file
	http.ServeContent(leaving{q.w, http.NewResponseController(q.w)}, q.Request, "", time.Time{}, content)
	return nil
}
