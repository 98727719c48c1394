package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"

	"guanji/internal/problem"
)

//go:embed assets/*.css assets/*.js assets/*.svg
var assetFiles embed.FS

// versions gives each asset a version made of its content, so that browsers
// may keep it for good.
func versions() (map[string]string, error) {
	names, err := fs.Glob(assetFiles, "assets/*")
	if err != nil {
		return nil, err
	}
	all := map[string]string{}
	for _, name := range names {
		data, err := fs.ReadFile(assetFiles, name)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(data)
		all[path.Base(name)] = hex.EncodeToString(sum[:6])
	}
	return all, nil
}

// asset returns the address of an asset.
func (s *server) asset(name string) string { return "/assets/" + name + "?v=" + s.assets[name] }

func (s *server) serveAsset(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	data, err := fs.ReadFile(assetFiles, "assets/"+name)
	if err != nil || s.assets[name] == "" {
		s.fail(&request{Request: r, w: w, words: words{language(r)}}, problem.New(problem.NotFound, "web.no_page"))
		return
	}
	w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	if r.URL.Query().Get("v") == s.assets[name] {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	_, _ = w.Write(data) // the reader has gone
}
