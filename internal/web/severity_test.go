package web

import (
	"testing"

	"guanji/internal/incident"
)

func TestSeverityRank(t *testing.T) {
	for said, want := range map[string]int{"CRITICAL": 0, "严重": 0, "high": 1, "高危": 1, "Error": 1, "warning": 2, "中危": 2, "": 2, "7": 2, "violet": 2, "Low": 3, "info": 3, "提示": 3} {
		if got := severityRank(said); got != want {
			t.Errorf("severityRank(%q) = %d, want %d", said, got, want)
		}
	}
}

func TestMostSevere(t *testing.T) {
	alert := func(severity string) incident.Recorded {
		return incident.Recorded{Step: incident.Step{Alert: &incident.Alert{Severity: severity}}}
	}
	c := &incident.Case{Alerts: []incident.Recorded{alert("low"), alert("critical"), alert("high")}}
	if got := mostSevere(c); got != 0 {
		t.Errorf("the most severe has rank %d, want 0", got)
	}
}

func TestReadPick(t *testing.T) {
	for text, want := range map[string]bool{"12.7": true, "0.7": false, "12": false, "12.x": false, "-1.2": false, "": false, "1.2.3": false} {
		if _, _, ok := readPick(text); ok != want {
			t.Errorf("readPick(%q) is taken: %v, want %v", text, ok, want)
		}
	}
}
