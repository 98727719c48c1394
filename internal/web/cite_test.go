package web

import (
	"strconv"
	"testing"
)

func TestOfficialSources(t *testing.T) {
	for address, want := range map[string]bool{
		"https://www.cac.gov.cn/2025-09/15/x.htm": true, "http://flk.npc.gov.cn/": true, "https://GOV.CN/x": true, "https://12387.cert.org.cn/": true,
		"https://github.com/x": false, "https://evil-gov.cn/": false, "https://gov.cn.example.com/": false, "Gazette 2026": false, "": false,
	} {
		if got := sourceLine(address).official(); got != want {
			t.Errorf("official(%q) = %v, want %v", address, got, want)
		}
	}
}

func TestStretch(t *testing.T) {
	tests := map[string]struct {
		start, of int
		want      stretch
	}{
		"nothing":       {0, 0, stretch{}},
		"all":           {0, 25, stretch{From: 1, To: 25, Of: 25}},
		"the first":     {0, 26, stretch{From: 1, To: 25, Of: 26, NextPath: "25"}},
		"the last":      {25, 26, stretch{From: 26, To: 26, Of: 26, PrevPath: "0"}},
		"in between":    {30, 80, stretch{From: 31, To: 55, Of: 80, PrevPath: "5", NextPath: "55"}},
		"before it all": {-5, 26, stretch{From: 1, To: 25, Of: 26, NextPath: "25"}},
		"behind it all": {99, 26, stretch{From: 1, To: 25, Of: 26, NextPath: "25"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := stretchOf(tt.start, tt.of, strconv.Itoa); got != tt.want {
				t.Errorf("stretchOf(%d, %d) = %+v, want %+v", tt.start, tt.of, got, tt.want)
			}
			if got := len(shown(tt.want, make([]int, tt.of))); got != tt.want.To-max(0, tt.want.From-1) {
				t.Errorf("%d are shown", got)
			}
		})
	}
}
