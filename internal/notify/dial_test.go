package notify

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"testing"

	"guanji/internal/problem"
)

func TestForbiddenAddresses(t *testing.T) {
	tests := map[string]bool{
		"203.0.113.7:443": false, "[2001:db8::1]:443": false,
		"127.0.0.1:80": false, "[::1]:80": false, "10.0.0.7:443": false, "172.16.0.7:443": false, "192.168.1.7:443": false, "[fd12::7]:443": false, "100.64.0.7:443": false,
		"169.254.169.254:80": true, "169.254.0.23:80": true, "[::ffff:169.254.169.254]:80": true, "[fe80::1]:443": true, "[fe80::1%eth0]:443": true, "[febf::1]:443": true,
		"0.0.0.0:80": true, "[::]:80": true, "224.0.0.1:80": true, "239.1.2.3:80": true, "[ff02::1]:80": true, "[ff0e::1]:80": true, "255.255.255.255:80": true,
		"100.100.100.200:80": true, "[fd00:ec2::254]:80": true, "[::ffff:100.100.100.200]:80": true,
		"mail.example:80": true, "": true,
	}
	for address, want := range tests {
		t.Run(address, func(t *testing.T) {
			err := allowed("tcp", address, nil)
			if (err != nil) != want || err != nil && (!failedWith(err, "notify.forbidden") || problem.KindOf(err) != problem.Refused) {
				t.Errorf("allowed(%q) = %v, want forbidden: %v", address, err, want)
			}
		})
	}
}

// TestNames asks a name server of its own: for a name that leads to where a cloud
// keeps secrets, and for one that leads nowhere.
func TestNames(t *testing.T) {
	tests := map[string]struct {
		leads netip.Addr
		want  string
	}{
		"to metadata": {netip.MustParseAddr("169.254.169.254"), "notify.forbidden"},
		"nowhere":     {netip.Addr{}, "notify.connect.name"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			at := nameServer(t, tt.leads)
			d := newDialer()
			d.Resolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
				return new(net.Dialer).DialContext(ctx, "udp", at)
			}}
			_, err := d.DialContext(t.Context(), "tcp", "hooks.example.:443")
			if got := unreached(err); !failedWith(got, tt.want) || strings.Contains(got.Error(), "hooks") {
				t.Errorf("dialled: %v, told as %v", err, got)
			}
		})
	}
}

// nameServer answers every question for an address of IPv4 (RFC 1035) with one,
// or knows none.
func nameServer(t *testing.T, a netip.Addr) string {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	fatal(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	go func() {
		ask := make([]byte, 512)
		for {
			n, from, err := conn.ReadFrom(ask)
			if err != nil {
				return
			}
			end := 12 // of the header; then labels up to an empty one, type and class
			for end < n && ask[end] != 0 {
				end += int(ask[end]) + 1
			}
			question := ask[12 : end+5]
			answer := append([]byte{ask[0], ask[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}, question...)
			if !a.IsValid() {
				answer[3] |= 3 // there is no such name
			} else if question[len(question)-3] == 1 {
				answer[7] = 1
				answer = append(answer, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4)
				answer = append(answer, a.AsSlice()...)
			}
			_, _ = conn.WriteTo(answer, from)
		}
	}()
	return conn.LocalAddr().String()
}
