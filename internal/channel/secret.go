package channel

import (
	"encoding/base64"
	"strings"
	"unicode"

	"guanji/internal/message"
	"guanji/internal/problem"
)

// MaxSecret is the longest secret of a robot, in bytes.
const MaxSecret = 200

// CheckSecret finds what is wrong with the secret with which what goes by a
// means is signed. None at all is always right.
func CheckSecret(m Means, secret string) problem.Fields {
	var fault message.M
	switch {
	case secret == "":
		return nil
	case m == Webhook:
		if _, ok := SigningKey(secret); ok {
			return nil
		}
		fault = message.New("channel.bad_secret", minKey, maxKey)
	case m == DingTalk || m == Feishu:
		if len(secret) <= MaxSecret && !strings.ContainsFunc(secret, func(r rune) bool { return !unicode.IsGraphic(r) || unicode.IsSpace(r) }) {
			return nil
		}
		fault = message.New("channel.bad_robot_secret", MaxSecret)
	default:
		fault = message.New("channel.no_secret")
	}
	return problem.Fields{{Name: "secret", Msg: fault}}
}

// What Standard Webhooks 1.0.0 asks of a secret, "Signature scheme": how it is
// written, and between how many bytes its key has.
const (
	secretPrefix = "whsec_"
	minKey       = 24
	maxKey       = 64
)

// SigningKey returns the key in a secret that is written as Standard Webhooks
// has it, and whether it is one.
func SigningKey(secret string) ([]byte, bool) {
	encoded, ok := strings.CutPrefix(secret, secretPrefix)
	key, err := base64.StdEncoding.Strict().DecodeString(encoded)
	return key, ok && err == nil && len(key) >= minKey && len(key) <= maxKey && !strings.ContainsAny(encoded, "\r\n")
}
