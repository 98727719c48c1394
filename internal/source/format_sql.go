package source

import (
	"bytes"
	"strings"
)

// dumped says whether text is a dump in SQL: comments, then a statement such as
// dumps begin with, and one that makes or fills a table or a header that a tool
// is known to write.
func dumped(sample []byte) bool {
	begun, commented := false, false
	for line := range bytes.Lines(sample) {
		line = bytes.TrimSpace(line)
		switch {
		case commented:
			commented = !bytes.Contains(line, []byte("*/"))
		case len(line) == 0, line[0] == '#', line[0] == '\\':
		case bytes.HasPrefix(line, []byte("--")):
			if tool(line) {
				return true
			}
		case bytes.HasPrefix(line, []byte("/*")):
			commented = !bytes.Contains(line, []byte("*/"))
		case fills(line):
			return true
		case begun:
		case begins(line):
			begun = true
		default:
			return false
		}
	}
	return false
}

// tool says whether a comment names a tool that writes dumps.
func tool(line []byte) bool {
	for _, name := range [...]string{"MySQL dump", "MariaDB dump", "PostgreSQL database dump", "phpMyAdmin SQL Dump"} {
		if bytes.Contains(line, []byte(name)) {
			return true
		}
	}
	return false
}

// lower is the beginning of a line in lower case, its words one space apart.
func lower(line []byte) string {
	const looked = 128
	return strings.Join(strings.Fields(strings.ToLower(string(line[:min(len(line), looked)]))), " ") + " "
}

// fills says whether a line begins a statement that makes or fills a table.
func fills(line []byte) bool {
	s := lower(line)
	for _, begin := range [...]string{"insert into ", "insert [", "insert all ", "insert ignore into ", "insert or replace into ", "replace into ", "create table "} {
		if strings.HasPrefix(s, begin) && (strings.ContainsAny(s, "(`\"[") || strings.HasSuffix(s, " values ")) {
			return true
		}
	}
	return strings.HasPrefix(s, "copy ") && bytes.HasSuffix(line, []byte(" FROM stdin;"))
}

// begins says whether a line begins a statement that dumps begin with.
func begins(line []byte) bool {
	word, _, _ := strings.Cut(lower(line), " ")
	switch strings.TrimRight(word, ";") {
	case "set", "create", "drop", "use", "go", "begin", "start", "pragma", "lock", "delete", "truncate", "alter", "rem", "prompt", "select", "if", "comment":
		return true
	}
	return false
}
