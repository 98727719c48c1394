// Command peer serves the bytes of one file, to measure what a server in Go
// gives at most: the file as it is, or file.gz to who accepts gzip.
package main

import (
	"log"
	"net/http"
	"os"
	"strings"
)

func main() {
	listen, file := os.Args[1], os.Args[2]
	plain, err := os.ReadFile(file)
	if err != nil {
		log.Fatal(err)
	}
	packed, err := os.ReadFile(file + ".gz")
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.ListenAndServe(listen, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		body := plain
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			w.Header().Set("Content-Encoding", "gzip")
			body = packed
		}
		_, _ = w.Write(body) // the reader has gone
	})))
}
