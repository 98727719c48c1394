package respond

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"guanji/internal/channel"
	"guanji/internal/incident"
	"guanji/internal/job"
)

// written is all that a document says.
func written(d Document) string {
	var b strings.Builder
	line := func(parts ...string) { fmt.Fprintln(&b, strings.Join(parts, " | ")) }
	line(d.Title, d.Banner, d.Footer)
	for _, r := range d.Meta {
		line(r.Label, r.Value)
	}
	for _, k := range d.Blocks {
		line(k.Heading, k.Text, k.Note)
		for _, r := range k.Rows {
			line(r.Label, r.Value)
		}
		if k.Table != nil {
			line(k.Table.Head...)
			for _, r := range k.Table.Rows {
				line(r...)
			}
		}
	}
	return b.String()
}

// TestCard holds what lies beside the telephone when this machine is gone.
func TestCard(t *testing.T) {
	plan := incident.Plan{Ladder: []incident.Person{{Name: "李四", Phone: "010-0000 0001"}, {Name: "王五", Phone: "010-0000 0002"}}, Phrase: "保险柜二层",
		Contacts: map[string]incident.Contact{"public_security": {Name: "网安支队", Phone: "010-0000 0003", Other: "传真 010-0000 0004", Hours: "全天"}}}
	tests := map[string]struct {
		do   func(t *testing.T, s *Service, r *room)
		want []string
		not  []string
	}{
		"a plan": {func(t *testing.T, s *Service, _ *room) { must(t, s.SavePlan(t.Context(), "bank", "Ann", 0, plan)) },
			[]string{"某银行", "保护工作部门", "公安机关", "网安支队", "010-0000 0003", "传真 010-0000 0004", "全天", "1小时", "4小时", "24小时", "12387", "属地省级网信部门", "受影响的个人", "行业主管、监管部门",
				"1. 李四 | 010-0000 0001", "2. 王五 | 010-0000 0002", "（一）事发单位名称", "（二）事件发现或者发生的时间", "保险柜二层", "2026-11-21 02:30:00"},
			[]string{"（三）", "总结报告"}},
		"no plan": {func(*testing.T, *Service, *room) {}, []string{"公安机关", "1小时", "12387", "（一）", "（二）"}, []string{"李四"}},
		"not designated": {func(t *testing.T, _ *Service, r *room) { r.state(t, "org.designation.notified", `false`) },
			[]string{"不得超过4小时", "12387"}, []string{"1小时", "保护工作部门"}},
		"a central organ": {func(t *testing.T, _ *Service, r *room) {
			r.state(t, "org.central_organ", `true`)
			r.state(t, "org.designation.notified", `false`)
		}, []string{"不得超过2小时", "本部门网信工作机构"}, []string{"不得超过4小时"}},
		"what is under way, by number and deadline alone": {func(t *testing.T, s *Service, _ *room) { began(t, s, ciiOnly) },
			[]string{"#1 | 11-21 03:30 保护工作部门、公安机关；立即 行业主管监管部门"}, []string{"Core banking", "核心系统", "III"}},
		"a drill under way": {func(t *testing.T, s *Service, _ *room) {
			step := opened("An exercise", start)
			step.Open.Drill = true
			_, err := s.Open(t.Context(), "bank", "Ann", step)
			must(t, err)
		}, []string{"#1 演练 DRILL"}, []string{"An exercise"}},
		"many under way": {func(t *testing.T, s *Service, _ *room) {
			for range maxRunning + 2 {
				began(t, s, ciiOnly)
			}
		}, []string{"#7 |", "#3 |", "另有 | 2 个事项未列出，其中演练 0 个"}, []string{"#2 |", "#1 |"}},
		"drills after what happens": {func(t *testing.T, s *Service, r *room) {
			began(t, s, ciiOnly)
			for range maxRunning {
				step := opened("An exercise", r.now())
				step.Open.Drill = true
				_, err := s.Open(t.Context(), "bank", "Ann", step)
				must(t, err)
			}
		}, []string{"#1 | 11-21 03:30", "#6 演练 DRILL |", "另有 | 1 个事项未列出，其中演练 1 个"}, []string{"#2 演练"}},
		"the deadline decides": {func(t *testing.T, s *Service, r *room) {
			began(t, s, ciiOnly)
			r.pass(10 * time.Minute)
			c := began(t, s, ciiOnly)
			add(t, s, c, incident.Step{Aware: &incident.Aware{At: start.Add(-30 * time.Minute), Reading: incident.Told, Why: "the night shift saw it"}})
		}, []string{"#2 | 11-21 03:00 保护工作部门、公安机关；立即 行业主管监管部门\n#1 | 11-21 03:30"}, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, r := open(t)
			tt.do(t, s, r)
			card, err := s.Card(t.Context(), "bank")
			must(t, err)
			text := written(card)
			for _, want := range tt.want {
				if !strings.Contains(text, want) {
					t.Errorf("it does not say %q:\n%s", want, text)
				}
			}
			for _, not := range tt.not {
				if strings.Contains(text, not) {
					t.Errorf("it says %q:\n%s", not, text)
				}
			}
			if !card.OnePage || card.Lang != "zh" || strings.Contains(text, "%!") {
				t.Errorf("one page %v, in %s", card.OnePage, card.Lang)
			}
		})
	}
}

// printing is a service whose plan names two folders.
func printing(t *testing.T) (*Service, *room) {
	t.Helper()
	s, r := open(t)
	for _, id := range []string{"duty", "desk"} {
		c := hook(id)
		c.Means, c.Address = channel.Folder, "/mnt/"+id
		r.channels = append(r.channels, c)
	}
	must(t, s.SavePlan(t.Context(), "bank", "Ann", 0, incident.Plan{Ladder: []incident.Person{{Name: "Ann"}}, Folders: []string{"duty", "desk"}}))
	return s, r
}

// TestCardIsPrinted anew where it says something else, and only there.
func TestCardIsPrinted(t *testing.T) {
	s, r := printing(t)
	printed := func(want int, what string) {
		t.Helper()
		r.work(t, s)
		if r.prints != want {
			t.Errorf("%s: printed %d times, want %d", what, r.prints, want)
		}
	}
	printed(2, "at first")
	r.pass(10 * time.Minute)
	printed(2, "as time passes")
	c := began(t, s, ciiOnly)
	printed(4, "a case was opened")
	c = add(t, s, c, incident.Step{Note: &incident.Note{What: "x"}})
	printed(4, "a note")
	r.pass(time.Minute)
	add(t, s, c, sent("RPT-CII/protection_department/initial"), sent("RPT-CII/public_security/initial"))
	printed(6, "reports were made")
	r.state(t, "org.central_organ", `true`)
	r.state(t, "org.designation.notified", `false`)
	r.pass(2 * time.Minute)
	printed(8, "the organization is another")
	r.channels[0].Dropped = r.now()
	began(t, s, ciiOnly)
	printed(9, "one folder was dropped")
	if _, ok := r.printed["/mnt/desk/guanji-card-bank"]; !ok {
		t.Errorf("printed %v", r.printed)
	}
}

// TestFolderThatHangs keeps the card from no other folder, and gets it later.
func TestFolderThatHangs(t *testing.T) {
	s, r := printing(t)
	r.fail["duty"] = errors.New("no such host")
	r.work(t, s)
	if r.prints != 1 {
		t.Errorf("printed %d times, want once", r.prints)
	}
	for range 6 * 60 {
		r.pass(time.Minute)
		r.work(t, s)
	}
	delete(r.fail, "duty")
	r.pass(time.Hour)
	r.work(t, s)
	if r.prints != 2 {
		t.Errorf("printed %d times, want twice", r.prints)
	}
}

// TestNoFolders: nothing is printed, and nobody looks again.
func TestNoFolders(t *testing.T) {
	s, r := open(t)
	must(t, s.SavePlan(t.Context(), "bank", "Ann", 0, incident.Plan{}))
	r.work(t, s)
	for _, j := range r.jobs {
		if j.Kind == job.Card {
			t.Errorf("it is looked at again: %+v", j)
		}
	}
}
