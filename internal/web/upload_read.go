package web

import (
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// The deadlines of what is long in coming or going.
const (
	stallTime  = time.Minute     // without a byte, until the connection is cut
	answerTime = 2 * time.Minute // from the last byte that came, for the answer
)

// arriving is the body of a request that is read as it comes: it may take any
// time as long as bytes keep coming. It remembers why reading failed, as those
// who read from it see that only.
type arriving struct {
	io.Reader
	control *http.ResponseController
	stall   time.Duration
	err     error
}

// arriving returns the body of the request, of at most so many bytes.
func (q *request) arriving(most int64) *arriving {
	return &arriving{Reader: http.MaxBytesReader(q.w, q.Body, most), control: http.NewResponseController(q.w), stall: stallTime}
}

func (a *arriving) Read(p []byte) (int, error) {
	_ = a.control.SetReadDeadline(time.Now().Add(a.stall)) // where it cannot be set the ordinary ones hold
	_ = a.control.SetWriteDeadline(time.Now().Add(a.stall + answerTime))
	n, err := a.Reader.Read(p)
	if err != nil && err != io.EOF {
		a.err = err
	}
	return n, err
}

// Close makes it a body.
func (a *arriving) Close() error { return nil }

// failure says why the body could not be read to its end, nil if it could. The
// message says what is too large.
func (a *arriving) failure(key string, args ...any) error {
	if a.err == nil {
		return nil
	}
	if _, big := errors.AsType[*http.MaxBytesError](a.err); big {
		return refuse(http.StatusRequestEntityTooLarge, key, args...)
	}
	if errors.Is(a.err, os.ErrDeadlineExceeded) {
		return refuse(http.StatusRequestTimeout, "upload.stalled")
	}
	return refuse(http.StatusBadRequest, "upload.broken")
}

// leaving is an answer that is sent as fast as it is taken: it may take any
// time as long as bytes keep going.
type leaving struct {
	http.ResponseWriter
	control *http.ResponseController
}

func (l leaving) Write(p []byte) (int, error) {
	_ = l.control.SetWriteDeadline(time.Now().Add(stallTime)) // where it cannot be set the ordinary one holds
	return l.ResponseWriter.Write(p)
}

// byteCount reads a number of bytes: digits alone.
func byteCount(text string) (int64, bool) {
	if strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}

// uploadMetadata reads pairs of a name and a value in base64. A name may stand
// alone, and none twice.
func uploadMetadata(header string) (map[string]string, bool) {
	meta := map[string]string{}
	if strings.TrimSpace(header) == "" {
		return meta, true
	}
	for pair := range strings.SplitSeq(header, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(pair), " ")
		text, err := base64.StdEncoding.DecodeString(value)
		if _, twice := meta[name]; err != nil || name == "" || twice {
			return nil, false
		}
		meta[name] = string(text)
	}
	return meta, true
}

func encodeMeta(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
