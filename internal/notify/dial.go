package notify

import (
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"slices"
	"syscall"

	"guanji/internal/problem"
)

// newDialer returns what opens every connection of this package.
func newDialer() *net.Dialer { return &net.Dialer{Control: allowed} }

// allowed fails with [problem.Refused] for an address that no witness and no
// channel has, whatever name led there. It is asked once the name has been
// resolved, before anything is sent.
func allowed(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || forbidden(at.Addr()) {
		return problem.New(problem.Refused, "notify.forbidden")
	}
	return nil
}

// metadata lists where clouds tell a machine its secrets, as far as those are
// not link-local: Alibaba Cloud and AWS by IPv6.
var metadata = []string{"100.100.100.200", "fd00:ec2::254"}

// forbidden reports whether an address is of this link alone, of nobody, or of
// many. Addresses of an intranet, and of this machine, are not: two people
// allowed what leads there.
func forbidden(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	return !a.IsValid() || a.IsLinkLocalUnicast() || a.IsMulticast() || a.IsUnspecified() ||
		a == netip.AddrFrom4([4]byte{255, 255, 255, 255}) || slices.Contains(metadata, a.String())
}

// unreached puts into words why a connection was not made, or broke off. What
// the system says is left out: it names addresses, and certificates say what
// the other side wants.
func unreached(err error) error {
	if p, ok := errors.AsType[*problem.Error](err); ok { // of allowed
		return p
	}
	key := "notify.connect"
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		key = "notify.connect.name"
	} else if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		key = "notify.connect.certificate"
	} else if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		key = "notify.timeout"
	} else if errors.Is(err, syscall.ECONNREFUSED) {
		key = "notify.connect.nobody"
	}
	return problem.New(problem.Unavailable, key)
}
