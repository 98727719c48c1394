package problem

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"guanji/internal/message"
)

func TestKindOf(t *testing.T) {
	tests := map[string]struct {
		err  error
		want Kind
	}{
		"nil":           {nil, ""},
		"plain":         {io.ErrUnexpectedEOF, Internal},
		"error":         {New(NotFound, "x"), NotFound},
		"wrapped":       {fmt.Errorf("show: %w", New(Usage, "x")), Usage},
		"list":          {List{{File: "a"}}, Input},
		"joined":        {errors.Join(io.EOF, New(Refused, "x")), Refused},
		"fields":        {Fields{{Name: "name"}}, Input},
		"list, wrapped": {fmt.Errorf("read: %w", List{{File: "a"}}), Input},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := KindOf(tt.err); got != tt.want {
				t.Errorf("KindOf(%v) = %q, want %q", tt.err, got, tt.want)
			}
		})
	}
}

func TestListIsSortedAndHasNoRepetition(t *testing.T) {
	spot := func(file string, line, col int) Spot {
		return Spot{File: file, Line: line, Column: col, Msg: message.New("k")}
	}
	err := List{spot("b", 1, 1), spot("a", 2, 9), spot("a", 2, 1), spot("a", 2, 9)}.Sorted()
	if got, want := err.Error(), "a:2:1: k\na:2:9: k\nb:1:1: k"; got != want {
		t.Errorf("Sorted = %q, want %q", got, want)
	}
	if err := (List{}).Sorted(); err != nil {
		t.Errorf("an empty list is %v, want nil", err)
	}
}

func TestErrorTellsItsCause(t *testing.T) {
	err := New(Refused, "k", "x").Because(io.EOF)
	if got := In(err, message.Chinese); got != "k x: EOF" {
		t.Errorf("In = %q", got)
	}
	if !errors.Is(err, io.EOF) {
		t.Error("the cause is lost")
	}
}
