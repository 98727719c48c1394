package org

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"guanji/internal/message"
)

// Show puts a value of f, in the form that [Value.In] gives it, into words:
// yes or no, a figure with its thousands apart, the names of what was chosen,
// and for nil that it is not known. The unit is not told.
func (f *Fact) Show(value any) message.Text {
	switch v := value.(type) {
	case nil:
		return message.New("value.unknown").Text()
	case bool:
		if v {
			return message.New("value.yes").Text()
		}
		return message.New("value.no").Text()
	case int64:
		return inBoth(thousands(strconv.FormatInt(v, 10)))
	case float64:
		const places = 1e9 // beyond them lie errors of computing
		return inBoth(thousands(strconv.FormatFloat(math.Round(v*places)/places, 'f', -1, 64)))
	case string:
		return f.optionName(v)
	case []string:
		return f.optionsNamed(v)
	}
	return inBoth(fmt.Sprint(value))
}

func inBoth(s string) message.Text { return message.Text{En: s, Zh: s} }

// optionName returns the name of a value of an enum or set, or its id if the
// vocabulary no longer has it.
func (f *Fact) optionName(id string) message.Text {
	if i, ok := f.Option(id); ok {
		return f.Values[i].Name
	}
	return inBoth(id)
}

func (f *Fact) optionsNamed(ids []string) message.Text {
	if len(ids) == 0 {
		return message.New("value.none").Text()
	}
	comma := message.New("list.comma").Text()
	all := f.optionName(ids[0])
	for _, id := range ids[1:] {
		name := f.optionName(id)
		all.En += comma.En + name.En
		all.Zh += comma.Zh + name.Zh
	}
	return all
}

// thousands puts commas between groups of three digits before the point.
func thousands(figure string) string {
	whole, fraction, _ := strings.Cut(figure, ".")
	first := 0 // of the digits
	if strings.HasPrefix(whole, "-") {
		first = 1
	}
	for i := len(whole) - 3; i > first; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if fraction == "" {
		return whole
	}
	return whole + "." + fraction
}
