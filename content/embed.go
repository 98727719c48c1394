// Package content embeds the law as data. The files are described in
// docs/formats/content.md and read by package regime.
package content

import "embed"

// Files are the content files.
//
//go:embed *.yaml */*.yaml detect/*.tsv
var Files embed.FS
