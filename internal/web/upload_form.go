package web

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/url"
	"strconv"
	"strings"

	"guanji/internal/evidence"
	"guanji/internal/problem"
)

// What a form with files may bring.
const (
	maxFormFiles = 2 << 30 // bytes of files; more comes as an upload
	maxFields    = 1000
)

// receive reads a form that may bring files, and keeps the files as they come.
func (q *orgRequest) receive() ([]evidence.File, error) {
	if media, _, _ := mime.ParseMediaType(q.Header.Get("Content-Type")); media != "multipart/form-data" {
		return nil, q.parse(maxForm)
	}
	body := q.arriving(maxFormFiles + maxForm)
	q.Body = body
	q.PostForm = url.Values{}
	files, err := q.readParts()
	if broken, ok := errors.AsType[refusal](body.failure("upload.form", maxFormFiles>>30)); ok {
		return nil, broken.error
	}
	q.Form = q.PostForm // what the address says besides is read from there
	return files, err
}

func (q *orgRequest) readParts() (files []evidence.File, err error) {
	parts, err := q.MultipartReader()
	if err != nil {
		return nil, problem.New(problem.Input, "web.bad_form").Because(err)
	}
	left := int64(maxForm)
	for n := 0; ; n++ {
		part, err := parts.NextPart()
		switch {
		case err == io.EOF:
			return files, nil
		case err != nil || n == maxFields:
			return nil, problem.New(problem.Input, "web.bad_form")
		case part.FileName() == "":
			err = q.readField(part, &left)
		case len(files) == evidence.MaxFiles:
			return nil, problem.New(problem.Input, "evidence.too_many", evidence.MaxFiles)
		default:
			var f evidence.File
			f, err = q.s.Filing.Keep(q.Context(), part.FileName(), part)
			files = append(files, f)
		}
		if errors.Is(err, io.ErrUnexpectedEOF) { // the last part has no end
			err = problem.New(problem.Input, "web.bad_form")
		}
		if err != nil {
			return nil, err
		}
	}
}

// readField reads one field of a form, of which so many bytes are left.
func (q *orgRequest) readField(part *multipart.Part, left *int64) error {
	data, err := io.ReadAll(io.LimitReader(part, *left+1))
	if err != nil {
		return problem.New(problem.Input, "web.bad_form")
	}
	if *left -= int64(len(data)); *left < 0 {
		return problem.New(problem.Input, "web.too_big")
	}
	q.PostForm.Add(part.FormName(), string(data))
	return nil
}

// keptFile is a file that is in the vault, and waits in a form to be filed.
type keptFile struct {
	words
	Value      string // digest|size|name
	Name, Size string
}

func (w words) keptFiles(files []evidence.File) []keptFile {
	var list []keptFile
	for _, f := range files {
		list = append(list, keptFile{w, f.Digest + "|" + strconv.FormatInt(f.Size, 10) + "|" + f.Name, f.Name, byteWords(f.Size)})
	}
	return list
}

// readKept reads the files that wait in a form, each once. Whether they are in
// the vault is for package filing to say.
func readKept(values []string) (files []evidence.File, ok bool) {
	seen := map[string]bool{}
	for _, v := range values {
		parts := strings.SplitN(v, "|", 3)
		if len(parts) != 3 {
			return nil, false
		}
		size, ok := byteCount(parts[1])
		if !ok {
			return nil, false
		}
		if seen[v] {
			continue
		}
		seen[v] = true
		files = append(files, evidence.File{Name: parts[2], Digest: parts[0], Size: size})
	}
	return files, true
}

// upload is a file that the person has under way.
type upload struct {
	Name, Far, Path string
}

// underWay lists what the person has under way, be it in another window.
func (q *orgRequest) underWay() ([]upload, error) {
	mine, err := q.s.Filing.Mine(q.Context(), q.org, q.holder.ID)
	var list []upload
	for _, u := range mine {
		list = append(list, upload{u.Name, q.T("upload.mine.far", byteWords(u.Offset), byteWords(u.Size), clock(u.Created)), orgPath(q.org, "uploads/"+url.PathEscape(u.ID)+"/drop")})
	}
	return list, err
}

// giveUpUpload drops an upload from its list. Where a script asks, the page
// stays as it is, with what was written into the form.
func (s *server) giveUpUpload(q *orgRequest) error {
	if err := s.Filing.Drop(q.Context(), q.org, q.holder.ID, q.PathValue("id")); err != nil {
		return err
	}
	if q.Header.Get("HX-Request") == "" {
		s.redirect(q.request, q.to("evidence/new", "done", "given_up"))
	}
	return nil
}

// byteWords is a number of bytes for people: in units of a thousand.
func byteWords(n int64) string {
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	f, unit := float64(n)/1000, 0
	for f >= 999.95 && unit < 3 {
		f, unit = f/1000, unit+1
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", f), ".0") + " " + [...]string{"kB", "MB", "GB", "TB"}[unit]
}
