package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"

	"guanji/internal/problem"
)

//go:embed assets/*.css assets/*.js assets/*.svg
var assetFiles embed.FS

// asset is a file that pages load.
type asset struct {
	version string // made of its content, so that browsers may keep it for good
	plain   []byte
	zipped  func() []byte // as small as can be, made once when first asked for
}

func readAssets() (map[string]asset, error) {
	names, err := fs.Glob(assetFiles, "assets/*")
	if err != nil {
		return nil, err
	}
	all := map[string]asset{}
	for _, name := range names {
		data, err := fs.ReadFile(assetFiles, name)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(data)
		all[path.Base(name)] = asset{hex.EncodeToString(sum[:6]), data, sync.OnceValue(func() []byte { return zip(data) })}
	}
	return all, nil
}

func zip(data []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is good
	_, _ = w.Write(data)                                  // memory takes everything
	_ = w.Close()
	return b.Bytes()
}

// asset returns the address of an asset.
func (s *server) asset(name string) string { return "/assets/" + name + "?v=" + s.assets[name].version }

func (s *server) serveAsset(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	a, ok := s.assets[name]
	if !ok {
		s.fail(&request{Request: r, w: w, words: words{language(r)}}, problem.New(problem.NotFound, "web.no_page"))
		return
	}
	h := w.Header()
	h.Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	h.Set("Vary", "Accept-Encoding")
	if r.URL.Query().Get("v") == a.version {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	data := a.plain
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		data = a.zipped()
	}
	_, _ = w.Write(data) // the reader has gone
}
