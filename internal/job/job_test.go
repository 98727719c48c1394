package job

import (
	"testing"
	"time"
)

func TestBackoff(t *testing.T) {
	for attempts, want := range map[int]time.Duration{-1: 5 * time.Second, 0: 5 * time.Second, 1: 5 * time.Second, 2: 10 * time.Second, 3: 20 * time.Second, 10: 2560 * time.Second, 11: time.Hour, 12: time.Hour, 1 << 40: time.Hour} {
		if got := Backoff(attempts); got != want {
			t.Errorf("after %d: %s, want %s", attempts, got, want)
		}
	}
}
