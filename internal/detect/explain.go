package detect

import (
	"bytes"
	"context"
)

// An Explanation is a finding in a text that somebody gave to be explained. It
// shows the value: it is theirs.
type Explanation struct {
	Detector   string   `json:"detector"`
	Rule       string   `json:"rule,omitempty"`
	Offset     int64    `json:"offset"`
	Length     int      `json:"length"`
	Value      string   `json:"value"`
	Mask       string   `json:"mask"`
	Points     int      `json:"points"`
	Confidence float64  `json:"confidence"`
	Reported   bool     `json:"reported"` // at the usual confidence of 0.5
	Region     string   `json:"region,omitempty"`
	Reasons    []Reason `json:"reasons"`
}

// reportedPoints is from how many points on a finding is usually reported.
const reportedPoints = 5

// Explain says what is found in a text, with the reasons, weak findings among
// it. A column that is not "" is what the text stands in.
func (e *Engine) Explain(ctx context.Context, text []byte, column string) ([]Explanation, error) {
	weak := *e
	weak.floor = 1
	layout := Layout{Form: Plain}
	if column != "" {
		layout = Layout{Form: Delimited, Cell: CellEnd, Row: RowEnd, Columns: []string{column}}
	}
	list := []Explanation{}
	_, err := weak.Scanner().Scan(ctx, bytes.NewReader(text), layout, func(h *Hit) error {
		x := Explanation{
			Detector: h.Detector(), Rule: h.rule, Offset: h.Offset, Length: h.Length, Value: string(h.value), Mask: h.Mask(),
			Points: h.Points(), Confidence: h.Confidence(), Reported: h.Points() >= reportedPoints, Reasons: h.Reasons(),
		}
		if h.kind == rid18 || h.kind == rid15 {
			x.Region = e.regionOf(h.value)
		}
		list = append(list, x)
		return nil
	})
	return list, err
}

// regionOf names the region of an identity number.
func (e *Engine) regionOf(value []byte) string {
	plain := appendPlain(nil, value)
	if len(plain) < 6 || !allDigits(plain[:6]) {
		return ""
	}
	code := 0
	for _, c := range plain[:6] {
		code = code*10 + int(c-'0')
	}
	return e.regions.Name(code)
}

// Detectors returns the detectors in the order of the program.
func (e *Engine) Detectors() []Detector {
	list := make([]Detector, len(e.detectors))
	for i, d := range e.detectors {
		list[i] = *d
	}
	return list
}
