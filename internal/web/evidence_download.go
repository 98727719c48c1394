package web

import (
	"mime"
	"net/http"
	"strconv"
	"time"

	"guanji/internal/problem"
)

// evidenceDownload sends a file of a record as it was filed, or a part of it.
// Whatever it is, a browser shall keep it and not show it.
func (s *server) evidenceDownload(q *orgRequest) error {
	seq, err := q.seq()
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(q.PathValue("n"))
	if err != nil {
		return problem.New(problem.NotFound, "web.no_page")
	}
	file, content, err := s.Filing.Open(q.Context(), q.org, seq, n)
	if err != nil {
		return err
	}
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
