// Package detect finds identifiers, names, addresses and secrets in text: bytes
// in, findings out. The value itself never leaves: a finding has a mask and a
// keyed digest of it.
package detect
