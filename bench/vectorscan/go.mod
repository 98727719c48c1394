module guanji/bench/vectorscan

go 1.26.8

require github.com/flier/gohs v1.2.2
