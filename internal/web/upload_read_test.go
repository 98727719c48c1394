package web

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"
)

// TestArriving sends a body slowly, and then not at all: the first may take
// longer than a stall in all, the second is cut.
func TestArriving(t *testing.T) {
	const stall = 300 * time.Millisecond
	for name, tt := range map[string]struct {
		send []time.Duration // pauses, after each of which a byte is sent
		end  bool            // the connection is closed
		most int64
		want int // status of the failure, 0 for none
	}{
		"slow and steady": {[]time.Duration{200 * time.Millisecond, 200 * time.Millisecond, 200 * time.Millisecond}, false, 3, 0},
		"stalls":          {[]time.Duration{0, 0}, false, 3, http.StatusRequestTimeout},
		"breaks off":      {[]time.Duration{0, 0}, true, 3, http.StatusBadRequest},
		"is too large":    {[]time.Duration{0, 0, 0}, false, 2, http.StatusRequestEntityTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			got := make(chan error, 1)
			site := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				q := &request{Request: r, w: w}
				body := q.arriving(tt.most)
				body.stall = stall
				_, _ = io.ReadAll(body) // it remembers why it ended
				got <- body.failure("upload.chunk", 1)
			}))
			site.Config.ReadTimeout = 400 * time.Millisecond // as for ordinary requests
			site.Start()
			defer site.Close()
			conn, err := net.Dial("tcp", site.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			write(t, conn, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n")
			for _, pause := range tt.send {
				time.Sleep(pause)
				write(t, conn, "x")
			}
			if tt.end {
				_ = conn.Close()
			}
			code := 0
			if r, ok := errors.AsType[refusal](<-got); ok {
				code = r.code
			}
			if code != tt.want {
				t.Errorf("failure %d, want %d", code, tt.want)
			}
		})
	}
}

func write(t *testing.T, w io.Writer, text string) {
	t.Helper()
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
}

func TestUploadMetadata(t *testing.T) {
	for header, want := range map[string]map[string]string{
		"": {}, "filename YQ==": {"filename": "a"}, "filename YQ==, type dGV4dA==": {"filename": "a", "type": "text"}, "secret": {"secret": ""}, "filename": {"filename": ""},
		"filename YQ": nil, " ,": nil, "a YQ==,a YQ==": nil, "filename YQ== YQ==": nil,
	} {
		if got, ok := uploadMetadata(header); !reflect.DeepEqual(got, want) || ok != (want != nil) {
			t.Errorf("uploadMetadata(%q) = %v, %v; want %v", header, got, ok, want)
		}
	}
}

func TestByteCount(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, "17": 17, "9223372036854775807": 1<<63 - 1, "9223372036854775808": -1, "": -1, "+1": -1, "-1": -1, " 1": -1, "1_0": -1, "0x1": -1, "１": -1} {
		got, ok := byteCount(text)
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("byteCount(%q) = %d, want %d", text, got, want)
		}
	}
}

func TestByteWords(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 999: "999 B", 1000: "1 kB", 1500: "1.5 kB", 999_949: "999.9 kB", 999_950: "1 MB", 104 << 20: "109.1 MB", 16 << 30: "17.2 GB", 1 << 50: "1125.9 TB"} {
		if got := byteWords(n); got != want {
			t.Errorf("byteWords(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestReadKept(t *testing.T) {
	for value, want := range map[string]string{"sha256:a|3|x|y.txt": "x|y.txt", "sha256:a|3|": "", "sha256:a|-3|x": "!", "sha256:a|3": "!", "": "!"} {
		files, ok := readKept([]string{value, value})
		got := "!"
		if ok {
			got = files[0].Name
		}
		if got != want || len(files) > 1 {
			t.Errorf("readKept(%q) = %v, %v; want %q once", strings.TrimSpace(value), files, ok, want)
		}
	}
}
