package api

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"guanji/internal/problem"
)

// download is a file on its way out.
type download struct {
	Body func(huma.Context)
}

// evidenceFile sends a file of a record, whole or the part that is asked for.
// The file is closed once it was sent.
func (s *server) evidenceFile(ctx context.Context, in *struct {
	OfFiled
	Wire
	File int `path:"file" minimum:"0" doc:"Which of the files of the record, from 0."`
}) (*download, error) {
	if _, err := s.book(ctx, in.Organization); err != nil {
		return nil, err
	}
	file, content, err := s.Filing.Open(ctx, in.Organization, in.Seq, in.File)
	if err != nil {
		return nil, err
	}
	sum, err := hex.DecodeString(strings.TrimPrefix(file.Digest, "sha256:"))
	if err != nil {
		_ = content.Close() // nothing was written
		return nil, problem.New(problem.Internal, "api.internal").Because(err)
	}
	return &download{func(huma.Context) {
		defer content.Close() // nothing was written
		h := in.w.Header()
		h.Set("Content-Type", rawType)
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": file.Name}))
		h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
		h.Set("ETag", `"`+file.Digest+`"`)
		h.Set("Repr-Digest", "sha-256=:"+base64.StdEncoding.EncodeToString(sum)+":")
		_ = http.NewResponseController(in.w).SetReadDeadline(time.Time{}) // nothing more is read
		http.ServeContent(leaving{in.w, stillTime}, in.r, "", time.Time{}, content)
	}}, nil
}
