package web

import (
	"strings"

	"guanji/internal/incident"
)

// severities are the words of machines for how severe an alert is, the most
// severe first. What none of them says is taken for the middle.
var severities = [][]string{
	{"critical", "fatal", "emerg", "urgent", "disaster", "严重", "紧急", "危急", "致命", "超危", "特别重大"},
	{"high", "error", "major", "severe", "高", "重大"},
	{"medium", "moderate", "warn", "average", "中", "较大", "警告"},
	{"low", "minor", "info", "notice", "debug", "低", "提示", "信息", "一般"},
}

// severityRank orders alerts by the words of their machines, 0 for the most
// severe.
func severityRank(said string) int {
	said = strings.ToLower(said)
	for rank, words := range severities {
		for _, word := range words {
			if strings.Contains(said, word) {
				return rank
			}
		}
	}
	return 2
}

// mostSevere is the most severe of the alerts of a case.
func mostSevere(c *incident.Case) int {
	rank := len(severities)
	for _, a := range c.Alerts {
		rank = min(rank, severityRank(a.Alert.Severity))
	}
	return rank
}
