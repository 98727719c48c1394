package law

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"guanji/internal/message"
)

// Cite names a wording of p as lawyers do, in both languages:
// 《网络安全法》第二十三条（三）, "Cybersecurity Law, art. 23(3)". Where no
// number is at hand the topic stands in its place.
func (p *Provision) Cite(w Wording) message.Text {
	name := message.Text{En: p.Instrument.Name().En, Zh: p.Instrument.marked()}
	if at, ok := p.numbered(w); ok {
		return message.Text{En: name.En + ", " + at.english(), Zh: name.Zh + at.chinese()}
	}
	return p.unnumbered(w, name)
}

// Brief is [Provision.Cite] for a narrow column: 网安法第23条(3), "CSL art.
// 23(3)". It names the instrument by a Chinese alias that is its own, if it has
// one, and in English by its id, the short form in use for the great laws.
func (p *Provision) Brief(w Wording) message.Text {
	name := p.Instrument.Name()
	if !p.Instrument.standard() {
		name = message.Text{En: p.Instrument.ID.Value, Zh: cmp.Or(p.Instrument.nickname, name.Zh)}
	}
	if at, ok := p.numbered(w); ok {
		return message.Text{En: name.En + " " + at.english(), Zh: name.Zh + at.brief()}
	}
	if clause.MatchString(w.Article) {
		return message.Text{En: name.En + ", " + w.Article, Zh: name.Zh + "，" + w.Article}
	}
	return name
}

// numbered returns the number of a wording where it counts articles (条).
// Standards and guides have clauses.
func (p *Provision) numbered(w Wording) (article, bool) {
	if f := p.Instrument.Force; f != ForceLaw && f != ForceRule {
		return article{}, false
	}
	return parseArticle(w.Article)
}

var (
	clause         = regexp.MustCompile(`^[0-9]+(\.[0-9]+)*$`)
	annex          = regexp.MustCompile(`^annex(?:-([0-9]+))?$`)
	standardsAnnex = regexp.MustCompile(`^[A-Z]$`)
)

// unnumbered cites what has no article number: a clause, an annex, all of an
// instrument, or a topic of it.
func (p *Provision) unnumbered(w Wording, name message.Text) message.Text {
	with := func(en, zh string) message.Text { return message.Text{En: name.En + en, Zh: name.Zh + zh} }
	switch {
	case clause.MatchString(w.Article):
		return with(", "+w.Article, "，"+w.Article)
	case annex.MatchString(w.Article):
		n := annex.FindStringSubmatch(w.Article)[1]
		return with(strings.TrimSuffix(", annex "+n, " "), "附件"+n)
	case p.Instrument.standard() && standardsAnnex.MatchString(w.Article):
		return with(", annex "+w.Article, "，附录"+w.Article)
	case w.Article == "all":
		return name
	}
	return with(" ("+p.Topic.En+")", "（"+p.Topic.Zh+"）")
}

// marked is the Chinese name between title marks, where it is a title: a
// standard is named by its number, and some short titles only describe.
func (i *Instrument) marked() string {
	name := i.Name().Zh
	if i.standard() || !strings.Contains(i.Title.Zh, name) {
		return name
	}
	return "《" + name + "》"
}

func (i *Instrument) standard() bool { return i.Force == ForceMandatory || i.Force == ForceRecommended }

// english is art. 23(3), arts. 26-28 or arts. 45, 48.
func (a article) english() string {
	list := make([]string, len(a.numbers))
	for i, n := range a.numbers {
		list[i] = strconv.Itoa(n[0])
		if n[1] != n[0] {
			list[i] += "-" + strconv.Itoa(n[1])
		}
	}
	word := "art. "
	if len(list) > 1 || a.numbers[0][0] != a.numbers[0][1] {
		word = "arts. "
	}
	s := word + strings.Join(list, ", ")
	for _, n := range a.parts {
		s += fmt.Sprintf("(%d)", n)
	}
	return s
}

// chinese is 第二十三条（三）, 第二十六条至第二十八条. Whether a part is an item (项)
// or a paragraph (款) is not said: the content does not hold it.
func (a article) chinese() string { return a.written(chineseNumeral, "（%s）") }

// brief is 第23条(3), 第26条至第28条.
func (a article) brief() string { return a.written(strconv.Itoa, "(%s)") }

// written writes a number with its digits and the form of its parts.
func (a article) written(digits func(int) string, part string) string {
	list := make([]string, len(a.numbers))
	for i, n := range a.numbers {
		list[i] = "第" + digits(n[0]) + "条"
		if n[1] != n[0] {
			list[i] += "至第" + digits(n[1]) + "条"
		}
	}
	s := strings.Join(list, "、")
	for _, n := range a.parts {
		s += fmt.Sprintf(part, digits(n))
	}
	return s
}
