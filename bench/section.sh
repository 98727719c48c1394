# Sourced by what measures: keeps RESULTS.md, a section from one script each.

# replace_section puts a file in the place of the section of RESULTS.md with a
# heading, or at the end if there is none.
replace_section() { # heading file
	awk -v heading="## $1" -v file="$2" '
		function put() { while ((getline line < file) > 0) print line; done = 1 }
		$0 == heading { put(); print ""; skip = 1; next }
		skip && /^## / { skip = 0 }
		!skip { print; blank = $0 == "" }
		END { if (!done) { if (!blank) print ""; put() } }
	' RESULTS.md | cat -s >"$2.results"
	mv "$2.results" RESULTS.md
}
