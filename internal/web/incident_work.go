package web

import (
	"slices"
	"strconv"

	"guanji/internal/incident"
)

// tasksView is what there is to do in a case.
type tasksView struct {
	words
	Told  string
	Tasks []workView
	Form  *stepForm
}

// workView is a task, and how it ended.
type workView struct {
	words
	What, Owner, Due string
	Late             bool
	Done             string // by whom, when; "" while it is open
	Note             string
	Form             *stepForm // marks it as done; nil where it is
}

func (q *caseRequest) tasks() *tasksView {
	v := &tasksView{words: q.words, Told: q.toldIn("tasks"), Form: q.taskForm()}
	for _, t := range q.c.Tasks {
		w := workView{words: q.words, What: t.Task.What, Owner: t.Task.Owner, Due: moment(t.Task.Due), Late: t.Done == nil && !t.Task.Due.IsZero() && q.at.After(t.Task.Due)}
		if t.Done != nil {
			w.Done, w.Note = q.T("fact.by", t.Done.By, clock(t.Done.When())), t.Done.Done.Note
		} else {
			w.Form = q.doneForm(t)
		}
		v.Tasks = append(v.Tasks, w)
	}
	slices.SortStableFunc(v.Tasks, func(a, b workView) int { return len(a.Done) - len(b.Done) }) // what is open first
	return v
}

func (q *caseRequest) taskForm() *stepForm {
	f := q.form("task", "")
	f.line("what", "", true)
	f.line("owner", "", false).List = q.names()
	f.time("due", "", false)
	return f.send("cases.send.task")
}

func (q *caseRequest) doneForm(t incident.Work) *stepForm {
	f := q.form("done", strconv.FormatInt(t.Seq, 10))
	f.Name = t.Task.What
	f.line("note", "", false)
	f.happened()
	return f.send("cases.send.done")
}

// names are the people who are likely to be named: those on the ladder, and
// those who have a role.
func (q *caseRequest) names() (list []string) {
	for _, p := range q.plan.Ladder {
		list = append(list, p.Name)
	}
	for _, r := range q.c.Roles {
		list = append(list, r.Role.Person)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// rolesView is who does what.
type rolesView struct {
	words
	Told  string
	Roles []roleView
	Form  *stepForm
}

type roleView struct{ Role, Person, Phone, By string }

func (q *caseRequest) roles() *rolesView {
	v := &rolesView{words: q.words, Told: q.toldIn("roles")}
	var list []option
	for _, role := range incident.Roles() {
		list = append(list, option{Value: role, Name: q.T("respond.role." + role)})
		row := roleView{Role: q.T("respond.role." + role)}
		if r, ok := q.c.Roles[role]; ok {
			row = roleView{row.Role, r.Role.Person, r.Role.Phone, q.T("fact.by", r.By, clock(r.At))}
		}
		v.Roles = append(v.Roles, row)
	}
	f := q.form("role", "")
	f.choose("select", "role", "", list)
	f.line("person", "", true).List = q.names()
	f.line("phone", "", false)
	v.Form = f.send("cases.send.role")
	return v
}

// keptView is what was preserved as evidence, and through whose hands it went.
type keptView struct {
	words
	Told  string
	Items []keeping
	Form  *stepForm
}

type keeping struct {
	words
	Seq                                int64
	What, From, How, Who, Where, Since string
	Sum                                string
	Files                              []filedFile
	Hands                              []handView
	Form                               *stepForm // hands it on
}

// handView is one link of the chain of custody.
type handView struct{ When, From, To, Where, Why string }

func (q *caseRequest) kept() *keptView {
	v := &keptView{words: q.words, Told: q.toldIn("kept"), Form: q.keptForm()}
	for _, k := range q.c.Kept {
		item := keeping{words: q.words, Seq: k.Seq, What: k.Kept.What, From: k.Kept.From, How: k.Kept.How, Who: k.Kept.Who, Where: k.Kept.Where, Since: moment(k.When()), Sum: k.Kept.Sum,
			Files: q.stepFiles(k.Recorded, k.Kept.Files), Form: q.handedForm(k)}
		for _, h := range k.Hands {
			item.Hands = append(item.Hands, handView{moment(h.When()), h.Handed.From, h.Handed.To, h.Handed.Where, h.Handed.Why})
		}
		v.Items = append(v.Items, item)
	}
	return v
}

func (q *caseRequest) keptForm() *stepForm {
	f := q.form("kept", "")
	f.line("what", "", true)
	f.line("from", "", true)
	f.line("how", "", false)
	f.line("who", q.holder.Name, true).List = q.names()
	f.line("where", "", true)
	f.files("files")
	f.line("sum", "", false)
	f.happened()
	return f.send("cases.send.kept")
}

// handedForm hands on what somebody has.
func (q *caseRequest) handedForm(k incident.Keeping) *stepForm {
	from, where := k.Kept.Who, k.Kept.Where
	if n := len(k.Hands); n > 0 {
		from, where = k.Hands[n-1].Handed.To, k.Hands[n-1].Handed.Where
	}
	f := q.form("handed", strconv.FormatInt(k.Seq, 10))
	f.Name = k.Kept.What
	f.line("from", from, true)
	f.line("to", "", true).List = q.names()
	f.line("where", where, true)
	f.line("why", "", true)
	f.happened()
	return f.send("cases.send.handed")
}
