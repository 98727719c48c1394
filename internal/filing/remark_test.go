package filing

import (
	"os"
	"strings"
	"testing"

	"guanji/internal/evidence"
	"guanji/internal/message"
	"guanji/internal/regime"
)

// TestRemarks holds what is said of a record to the rules of package position:
// what does not count there is told when it is filed.
func TestRemarks(t *testing.T) {
	set := must(regime.Load(os.DirFS("../../content")))
	const training, event = "DSL-27-TRAINING", "CRM-5-PREJUDGE"
	record := func(kind string, result evidence.Result, duties ...string) evidence.Record {
		return evidence.Record{Kind: kind, Result: result, Duties: duties, Subject: evidence.Organization}
	}
	over := func(r evidence.Record, subject string) evidence.Record {
		r.Supersedes, r.Subject = 1, subject
		return r
	}
	const kind = "training.record"
	good := record(kind, evidence.InOrder, training)
	tests := map[string]struct {
		item evidence.Record
		want []string
	}{
		"asked for":                {good, nil},
		"gaps":                     {record(kind, evidence.Gaps, training), []string{"it tells of gaps"}},
		"unproven":                 {record(kind, evidence.NothingIn, training), []string{"does not count for " + training + ": it says that nothing was found"}},
		"another kind":             {record("scan.coverage", evidence.InOrder, training), []string{"does not count for " + training + ": the duty asks for evidence of other kinds"}},
		"asked for by one of two":  {record(kind, evidence.InOrder, training, event), []string{"does not count for " + event + ": the duty asks"}},
		"nothing happened":         {record(kind, evidence.NoEvent, event), nil},
		"nothing can have":         {record(kind, evidence.NoEvent, training), []string{"no event starts this duty"}},
		"superseding all":          {over(record(kind, evidence.InOrder, training, "PIPL-51-TRAINING"), "organization"), nil},
		"superseding for fewer":    {over(good, "organization"), []string{"number 1 is superseded, and no longer served by it: PIPL-51-TRAINING"}},
		"superseding of another":   {over(record(kind, evidence.InOrder, training, "PIPL-51-TRAINING"), "wallet"), []string{"counts any longer for organization: the new record is about wallet"}},
		"superseding what is gone": {evidence.Record{Kind: kind, Result: evidence.InOrder, Duties: good.Duties, Supersedes: 9}, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			old := record(kind, evidence.InOrder, training, "PIPL-51-TRAINING")
			filed := []evidence.Filed{{Seq: 1, Item: evidence.Item{Record: &old}}, {Seq: 2, Item: evidence.Item{Record: &tt.item}}}
			got := Remarks(set, evidence.NewBook(filed), filed[1])
			if len(got) != len(tt.want) {
				t.Fatalf("%d remarks %v, want %d", len(got), got, len(tt.want))
			}
			for i, m := range got {
				if !strings.Contains(m.In(message.English), tt.want[i]) {
					t.Errorf("%q, want %q", m.In(message.English), tt.want[i])
				}
			}
		})
	}
	withdrawn := record(kind, evidence.Gaps, training)
	first := evidence.Filed{Seq: 1, Item: evidence.Item{Record: &withdrawn}}
	end := evidence.Filed{Seq: 2, Item: evidence.Item{End: &evidence.End{Of: 1, How: evidence.Withdrawn}}}
	if got := Remarks(set, evidence.NewBook([]evidence.Filed{first, end}), first); got != nil {
		t.Errorf("of what was withdrawn it is said %v", got)
	}
	plan := evidence.Filed{Seq: 3, Item: evidence.Item{Plan: &evidence.Plan{Duty: training}}}
	if got := Remarks(set, evidence.NewBook([]evidence.Filed{plan}), plan); got != nil {
		t.Errorf("of a plan it is said %v", got)
	}
}
