package main

import (
	"strings"
	"testing"
)

// TestTasksInABrowser attaches evidence from a task, gives a task to somebody,
// and goes through the calendar with the keyboard alone.
func TestTasksInABrowser(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	someEvidence(t, s.home, "Zhang Min")
	p := newBrowser(t).page(t)
	p.open(s.link)
	p.fill("[name=name]", "Zhang Min")
	p.fill("[name=password]", goodPassword)
	p.follow("main button")
	t.Run("attach", func(t *testing.T) { p.attachFromTask(t, s) })
	t.Run("assign", func(t *testing.T) { p.assignInList(t, s) })
	t.Run("calendar by keyboard", func(t *testing.T) { p.calendarByKeys(t, s) })
	t.Run("position", func(t *testing.T) { p.filterPositions(t, s) })
}

// attachFromTask files what a task asks for: one click leads to the form, and
// afterwards the task is met.
func (p *page) attachFromTask(t *testing.T, s *served) {
	p.open(s.base + bank)
	p.follow("a[href='/o/harbour-bank/tasks?owner=me']")
	task := "li:has(a[href^='/o/harbour-bank/evidence/new?duty=CSL-27-PLAN'])"
	if got := p.text(task + " .tag"); !strings.Contains(got, "near") {
		t.Errorf("before, the task is %q", got)
	}
	p.follow(task + " a.button")
	if got := p.text("h1"); p.count("[name=duties][value='CSL-27-PLAN']:checked") != 1 {
		t.Fatalf("the form %q does not know its duty", got)
	}
	p.fill("[name=kind]", "plan.document")
	p.fill("[name=observed]", today().String())
	p.click("[name=method][value=attested]")
	p.fill("[name=who]", "the security lead")
	p.click("[name=result][value=in_order]")
	p.follow("button.main[value=file]")
	p.open(s.base + bank + "/tasks?owner=me")
	if p.waitFor(".tasks"); p.has(task) {
		t.Error("afterwards the task is still there")
	}
}

// assignInList opens the form of a task of nobody, and makes it somebody's.
func (p *page) assignInList(t *testing.T, s *served) {
	p.open(s.base + bank + "/tasks?owner=none")
	name := p.text(".tasks li h2 a")
	p.click(".tasks li summary")
	p.fill(".tasks li [name=assignee]", "Zhang Min")
	p.fill(".tasks li [name=note]", "before the inspection")
	p.follow(".tasks li .assign button")
	p.waitFor(".note.good")
	if got := p.text(".tasks li h2 a"); got == name {
		t.Errorf("%q is still nobody's", name)
	}
	p.fill("#f-owner", "me")
	p.poll("the tasks of Zhang Min", `[...document.querySelectorAll(".tasks .hint")].some(e => e.textContent.includes("before the inspection"))`)
	if got := p.text("#list"); !strings.Contains(got, name) {
		t.Errorf("%q is not among the tasks of Zhang Min: %s", name, got)
	}
}

// calendarByKeys goes from the list to the calendar, to the next month and back,
// and to a duty.
func (p *page) calendarByKeys(t *testing.T, s *served) {
	p.open(s.base + bank + "/tasks")
	p.tabTo(".tabs a[href='/o/harbour-bank/tasks?view=calendar']")
	p.travel("Enter")
	month := p.text(".month caption")
	p.tabTo("#list a[rel=next]")
	p.travel("Enter")
	if got := p.text(".month caption"); got == month {
		t.Errorf("the next month of %s is %s", month, got)
	}
	p.tabTo("#list a[rel=prev]")
	p.travel("Enter")
	if got := p.text(".month caption"); got != month || p.count("td[aria-current=date]") != 1 {
		t.Errorf("back again it is %s, not %s with one day as that asked", got, month)
	}
	p.tabTo("#list a[rel=next]")
	p.tabTo(".month li a")
	p.travel("Enter")
	p.waitFor("#evidence")
}

// filterPositions narrows the list without loading the page anew.
func (p *page) filterPositions(t *testing.T, s *served) {
	p.open(s.base + bank + "/position")
	p.fill("select[name=state]", "overdue")
	p.poll("a list of what is overdue", `location.search.includes("state=overdue") && [...document.querySelectorAll("#list .tag.yes")].length === 0`)
	if n := p.count("#list tr.first"); n == 0 {
		t.Error("nothing is listed as overdue")
	}
	p.follow(".heat tbody tr td:last-child a")
	if !p.has("#list select, #list tr.first") || !strings.Contains(p.text("#list"), "Governance") {
		t.Error("a cell of the heat map does not lead to its area")
	}
}
