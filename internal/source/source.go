// Package source reads what can be scanned: files and folders, text in any
// encoding, archives, office documents, mail, tables. What it cannot read it
// names, with the reason.
package source
