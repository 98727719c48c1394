package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"guanji/internal/account"
	"guanji/internal/channel"
	"guanji/internal/evidence"
	"guanji/internal/incident"
	"guanji/internal/ledger"
	"guanji/internal/respond"
)

// respond records a case of six steps and a plan, and proposes a channel that
// is then allowed. The fourth step has a file.
func (o *opened) respond(t testing.TB) evidence.File {
	t.Helper()
	ctx, by := context.Background(), ledger.Actor{By: "Li Wei", At: began}
	kept, err := o.vault.Keep(ctx, strings.NewReader("an image of a disk"), int64(len("an image of a disk")))
	must(t, err)
	f := evidence.File{Name: "disk.img", Digest: kept.Digest, Size: kept.Size}
	judged := &incident.Judgement{Grade: "II", Aware: began, Due: []incident.Due{{Key: "RPT-CII/public_security/initial", To: "public_security", Limit: "PT1H", By: began.Add(time.Hour)}}}
	steps := []incident.Step{
		{Alert: &incident.Alert{Source: "siem", Ref: "1", Title: "Odd"}},
		{Open: &incident.Open{As: incident.Incident, Title: "Down", Aware: incident.Aware{At: began, Reading: incident.ByPerson}}, Judged: judged},
		{Facts: &incident.Facts{Values: map[string]json.RawMessage{"incident.loss_cny": json.RawMessage(`1`)}}},
		{Kept: &incident.Kept{What: "disk", From: "db1", Who: "Li Wei", Where: "safe", Files: []evidence.File{f}}},
		{Sent: &incident.Sent{Report: "RPT-CII/public_security/initial", Way: "telephone", Receipt: "R-1"}},
		{Note: &incident.Note{What: "the last of them"}},
	}
	_, err = o.store.Record(ctx, acme, respond.Writing{Case: respond.NewCase, Ref: "siem\n1", Steps: steps, Actor: by})
	must(t, err)
	_, err = o.store.Record(ctx, acme, respond.Writing{Steps: []incident.Step{{Plan: &incident.Plan{Wait: 5}}}, Actor: by})
	must(t, err)
	c := respond.Channel{ID: "c1", Means: channel.Webhook, Name: "Duty", Address: "https://hooks.example/a", Secret: "whsec_x", Approval: account.Approval{ProposedBy: "Li Wei", Proposed: began}}
	must(t, o.store.SaveChannel(ctx, nil, c, by))
	allowed := c
	allowed.AllowedBy, allowed.Allowed = "Wang Fang", began.Add(time.Hour)
	must(t, o.store.SaveChannel(ctx, &c, allowed, ledger.Actor{By: "Wang Fang", At: allowed.Allowed}))
	proposed := respond.Channel{ID: "c2", Means: channel.Folder, Name: "Desk", Address: "/mnt/desk", Approval: account.Approval{ProposedBy: "Li Wei", Proposed: began}}
	must(t, o.store.SaveChannel(ctx, nil, proposed, by))
	return f
}

// onSteps are forgeries of the record of incidents.
var onSteps = map[string]forgery{
	"step edited": func(t *testing.T, b *built) []string {
		b.sql(t, `update step set body = replace(body, 'Down', 'Up') where organization = $1 and seq = 2`, acme)
		return []string{"changed record step acme 2"}
	},
	"deadline of a step moved": func(t *testing.T, b *built) []string {
		b.sql(t, `update step set body = replace(body, $1, $2) where organization = $3 and seq = 2`, began.Add(time.Hour).Format(time.RFC3339), began.Add(2*time.Hour).Format(time.RFC3339), acme)
		return []string{"changed record step acme 2"}
	},
	"grade of a step lowered": func(t *testing.T, b *built) []string {
		b.sql(t, `update step set body = replace(body, '"grade":"II"', '"grade":"IV"') where organization = $1 and seq = 2`, acme)
		return []string{"changed record step acme 2"}
	},
	"step put into other words of JSON": func(t *testing.T, b *built) []string {
		b.sql(t, `update step set body = replace(body, ':', ': ') where organization = $1 and seq = 6`, acme)
		return []string{"changed record step acme 6"}
	},
	"step that is no JSON": func(t *testing.T, b *built) []string {
		b.sql(t, `update step set body = 'x' where organization = $1 and seq = 4`, acme)
		return []string{"changed record step acme 4"}
	},
	"step moved to another case": func(t *testing.T, b *built) []string {
		b.sql(t, `update step set number = 2 where organization = $1 and seq = 3`, acme)
		return []string{"changed record step acme 3"}
	},
	"step moved to another organization": func(t *testing.T, b *built) []string {
		b.sql(t, `update step set organization = $1 where organization = $2 and seq = 3`, other, acme)
		return []string{"added record step other 3", "missing record step acme 3"}
	},
	"number of an alert edited": func(t *testing.T, b *built) []string {
		b.sql(t, `update step set ref = $1 where organization = $2 and seq = 1`, "siem\n2", acme)
		return []string{"changed record step acme 1"}
	},
	"time of a step edited": func(t *testing.T, b *built) []string {
		b.sql(t, `update step set made_at = made_at - 1 where organization = $1 and seq = 5`, acme)
		return []string{"changed record step acme 5"}
	},
	"author of a step edited": func(t *testing.T, b *built) []string {
		b.sql(t, `update step set made_by = 'Wang Fang' where organization = $1 and seq = 5`, acme)
		return []string{"changed record step acme 5"}
	},
	"plan edited": func(t *testing.T, b *built) []string {
		b.sql(t, `update step set body = replace(body, '5', '240') where organization = $1 and seq = 7`, acme)
		return []string{"changed record step acme 7"}
	},
	"step deleted": func(t *testing.T, b *built) []string {
		b.sql(t, `delete from step where organization = $1 and seq = 3`, acme)
		return []string{"missing record step acme 3"}
	},
	"last step deleted": func(t *testing.T, b *built) []string {
		b.sql(t, `delete from step where organization = $1 and seq = 8`, acme)
		return []string{"missing record step acme 8"}
	},
	"case deleted": func(t *testing.T, b *built) (want []string) {
		b.sql(t, `delete from step where organization = $1 and number = 1`, acme)
		for _, seq := range []int{1, 2, 3, 4, 5, 6, 8} {
			want = append(want, fmt.Sprint("missing record step acme ", seq))
		}
		return want
	},
	"step deleted with its leaf": func(t *testing.T, b *built) []string {
		n, _ := b.leafOf(t, ledger.Step, acme, "3")
		b.sql(t, `delete from step where organization = $1 and seq = 3`, acme)
		b.sql(t, `delete from leaf where idx = $1`, n)
		return []string{"missing record step acme 3", fmt.Sprint("missing leaf ", n)}
	},
	"two steps changed round": func(t *testing.T, b *built) []string {
		for _, move := range [][2]int{{5, 99}, {6, 5}, {99, 6}} {
			b.sql(t, `update step set seq = $1 where organization = $2 and seq = $3`, move[1], acme, move[0])
		}
		return []string{"changed record step acme 5", "changed record step acme 6"}
	},
	"step added": func(t *testing.T, b *built) []string {
		b.addStep(t, 9)
		return []string{"added record step acme 9"}
	},
	"step added with a leaf": func(t *testing.T, b *built) []string {
		b.addStep(t, 9)
		b.addStepLeaf(t, 9)
		return []string{"changed database size"}
	},
	"step and its leaf edited alike": func(t *testing.T, b *built) []string {
		n := b.forgeStep(t, 6)
		return []string{fmt.Sprint("changed leaf ", n), "changed record step acme 6"}
	},
	"file of a step swapped": func(t *testing.T, b *built) []string {
		must(t, os.WriteFile(b.stepFileAt(), []byte("an image of no disk"), 0o600))
		return []string{"changed file step acme " + b.stepFile.Digest}
	},
	"file of a step deleted": func(t *testing.T, b *built) []string {
		must(t, os.Remove(b.stepFileAt()))
		return []string{"missing file step acme " + b.stepFile.Digest}
	},
}

// onChannels are forgeries of the ways by which notices leave.
var onChannels = map[string]forgery{
	"address of a channel edited": func(t *testing.T, b *built) []string {
		b.sql(t, `update channel set address = 'https://thief.example/' where id = 'c1'`)
		return []string{"changed record channel c1"}
	},
	"secret of a channel edited": func(t *testing.T, b *built) []string {
		b.sql(t, `update channel set secret = '' where id = 'c1'`)
		return []string{"changed record channel c1"}
	},
	"means of a channel edited": func(t *testing.T, b *built) []string {
		b.sql(t, `update channel set kind = 'feishu' where id = 'c1'`)
		return []string{"changed record channel c1"}
	},
	"name of a channel edited": func(t *testing.T, b *built) []string {
		b.sql(t, `update channel set name = 'Night duty' where id = 'c1'`)
		return []string{"changed record channel c1"}
	},
	"channel allowed by nobody": func(t *testing.T, b *built) []string {
		b.sql(t, `update channel set allowed_by = 'Wang Fang', allowed_at = 1 where id = 'c2'`)
		return []string{"changed record channel c2"}
	},
	"channel allowed by another": func(t *testing.T, b *built) []string {
		b.sql(t, `update channel set allowed_by = 'Li Wei' where id = 'c1'`)
		return []string{"changed record channel c1"}
	},
	"channel dropped": func(t *testing.T, b *built) []string {
		b.sql(t, `update channel set dropped_at = 1 where id = 'c1'`)
		return []string{"changed record channel c1"}
	},
	"channel deleted": func(t *testing.T, b *built) []string {
		b.sql(t, `delete from channel where id = 'c1'`)
		return []string{"missing record channel c1"}
	},
	"channel planted": func(t *testing.T, b *built) []string {
		b.sql(t, `insert into channel (id, kind, name, address, secret, proposed_by, proposed_at, allowed_by, allowed_at, dropped_at)
			values ('c3', 'webhook', 'x', 'https://thief.example/', '', 'Li Wei', 1, 'Wang Fang', 2, 0)`)
		return []string{"added record channel c3"}
	},
	"two channels changed round": func(t *testing.T, b *built) []string {
		for _, move := range [][2]string{{"c1", "c9"}, {"c2", "c1"}, {"c9", "c2"}} {
			b.sql(t, `update channel set id = $1 where id = $2`, move[1], move[0])
		}
		return []string{"changed record channel c1", "changed record channel c2"}
	},
}

// onStepsOfSQLite are forgeries that PostgreSQL does not let happen.
var onStepsOfSQLite = map[string]forgery{
	"step hidden by the type of a cell": func(t *testing.T, b *built) []string {
		b.sql(t, `update step set organization = cast(organization as blob) where organization = $1 and seq = 3`, acme)
		return []string{"damaged record step ?", "missing record step acme 3"}
	},
	"step that cannot be read": func(t *testing.T, b *built) []string {
		b.sql(t, `update step set made_at = 'yesterday' where organization = $1 and seq = 3`, acme)
		return []string{"damaged record step ?", "missing record step acme 3"}
	},
	"channel that cannot be read": func(t *testing.T, b *built) []string {
		b.sql(t, `update channel set allowed_at = 'yesterday' where id = 'c1'`)
		return []string{"damaged record channel ?", "missing record channel c1"}
	},
}

// addStep adds a step of the case.
func (b *built) addStep(t *testing.T, seq int64) {
	b.sql(t, `insert into step (organization, seq, number, ref, body, made_at, made_by)
		select organization, $1, number, '', body, made_at, made_by from step where organization = $2 and seq = 6`, seq, acme)
}

// addStepLeaf adds the leaf of a step behind all others.
func (b *built) addStepLeaf(t *testing.T, seq int64) {
	n, _ := b.size(t)
	_, l := b.leafOf(t, ledger.Step, acme, "6")
	l.ID, l.After = strconv.FormatInt(seq, 10), b.stepDigest(t, seq)
	b.sql(t, `insert into leaf (idx, what, organization, id, after, body) values ($1, '', '', '', '', '')`, n)
	b.setLeaf(t, n, l)
}

// forgeStep edits a step, and its leaf so that it fits. It returns the number
// of the leaf.
func (b *built) forgeStep(t *testing.T, seq int64) int64 {
	b.sql(t, `update step set made_by = 'Wang Fang' where organization = $1 and seq = $2`, acme, seq)
	n, l := b.leafOf(t, ledger.Step, acme, strconv.FormatInt(seq, 10))
	l.After = b.stepDigest(t, seq)
	b.setLeaf(t, n, l)
	return n
}

// stepDigest works out the digest of a step as it stands in the database.
func (b *built) stepDigest(t *testing.T, seq int64) string {
	var number, at int64
	var ref, body, by string
	b.row(t, `select number, ref, body, made_at, made_by from step where organization = $1 and seq = $2`, []any{&number, &ref, &body, &at, &by}, acme, seq)
	return ledger.Digest("step", acme, seq, number, ref, body, at, by)
}

// stepFileAt is where the file of the fourth step lies.
func (b *built) stepFileAt() string {
	d := strings.TrimPrefix(b.stepFile.Digest, "sha256:")
	return b.at("files/" + d[:2] + "/" + d[2:])
}

// A notice that was taken out of the queue, or planted in it, is not seen: jobs
// are no records. What was said and given is.
func forgeJobs(t *testing.T, b *built) (inside, outside []string) {
	b.sql(t, `insert into job (key, kind, organization, body, due_at, attempt, queued_at, failure, dead_at, taken_until, taken_by, serial)
		values ('send/x', 'send', 'acme', '{}', 1, 0, 1, '', 0, 0, '', 1)`)
	return nil, nil
}
