package regime

import (
	"os"
	"strings"
	"testing"
)

func TestEvidenceKindValidity(t *testing.T) {
	const old = "{id: attestation, name: {en: attestation, zh: 确认}}"
	tests := map[string]struct{ validity, want string }{
		"none":       {"", ""},
		"a year":     {", validity: P1Y", ""},
		"days":       {", validity: P90D", ""},
		"no words":   {", validity: yearly", "content.yaml:5:79"},
		"no hours":   {", validity: PT24H", "content.yaml:5:79"},
		"two units":  {", validity: P1Y6M", "content.yaml:5:79"},
		"nothing":    {", validity: P0D", "content.yaml:5:79"},
		"left empty": {`, validity: ""`, "content.yaml:5:79"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Load(small(t, old, strings.TrimSuffix(old, "}")+tt.validity+"}"))
			if got := errorText(err); (err == nil) != (tt.want == "") || !strings.Contains(got, tt.want) {
				t.Errorf("validity%s: %s, want %q", tt.validity, got, tt.want)
			}
		})
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// TestDutiesAskForEvidence: every duty of the content asks for some kind of
// evidence, so that something can carry it.
func TestDutiesAskForEvidence(t *testing.T) {
	set, err := Load(os.DirFS("../../content"))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range set.Duties {
		if len(d.Evidence) == 0 {
			t.Errorf("%s asks for no evidence", d.ID.Value)
		}
	}
	counted := 0
	for _, k := range set.EvidenceKinds {
		if k.Validity.Value != "" {
			counted++
		}
	}
	if counted == 0 || counted == len(set.EvidenceKinds) {
		t.Errorf("%d of %d kinds have a validity", counted, len(set.EvidenceKinds))
	}
}
