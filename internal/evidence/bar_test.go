package evidence

import "testing"

func TestBar(t *testing.T) {
	search := &Scope{What: "stores", Population: 3, Sample: 3}
	tests := map[string]struct {
		record  Record
		byEvent bool
		want    Bar
	}{
		"asked for":                     {Record{Kind: "audit", Result: InOrder}, false, NoBar},
		"gaps count":                    {Record{Kind: "audit", Result: Gaps}, false, NoBar},
		"another kind":                  {Record{Kind: "scan", Result: InOrder}, false, OtherKind},
		"nothing found, untold":         {Record{Kind: "audit", Result: NothingIn}, false, Unproven},
		"nothing found, told":           {Record{Kind: "audit", Result: NothingIn, Method: Method{Kind: Measured, Run: "r", Version: "1"}, Scope: search, Files: []File{{}}}, false, NoBar},
		"no event, of any kind":         {Record{Kind: "scan", Result: NoEvent}, true, NoBar},
		"no event that could have been": {Record{Kind: "audit", Result: NoEvent}, false, NoSuchEvent},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := tt.record.Bar([]string{"audit"}, tt.byEvent); got != tt.want {
				t.Errorf("Bar = %d, want %d", got, tt.want)
			}
		})
	}
}
