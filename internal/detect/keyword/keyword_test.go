package keyword

import "testing"

func TestIn(t *testing.T) {
	var s Set
	s.Add([]string{"Phone", "电话", "id"}, 1, 0)
	s.Add([]string{"order", "订单"}, 2, 1)
	for text, want := range map[string][2]uint64{
		"":             {},
		"phone":        {1, 0},
		"PHONE":        {1, 0},
		"telephone":    {}, // inside another word
		"userPhone":    {1, 0},
		"我的电话":         {1, 0},
		"idea":         {}, // a short word must end
		"id:":          {1, 0},
		"idCard":       {1, 0},
		"IDEAL":        {}, // nor in capitals
		"ID CARD":      {1, 0},
		"phone, order": {2, 1}, // the later counts
		"order, phone": {3, 0},
		"订":            {},
	} {
		if pro, contra := s.In([]byte(text)); pro != want[0] || contra != want[1] {
			t.Errorf("%q: %b %b, want %b", text, pro, contra, want)
		}
	}
}
