package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"guanji/internal/account"
)

// unknownUser is a user id that no machine has in its list of users.
const unknownUser = 1_432_100_999

// asSomebody runs the program as itself in another process, with what the
// environment says of its user; as the unknown user where root may do that.
func asSomebody(t *testing.T, home, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command("/proc/self/exe", append(args, "--home", home)...)
	cmd.Args[0] = "guanji" // see TestMain
	cmd.Dir, cmd.Env = home, []string{"USER=" + name, "LOGNAME=" + name, "HOME=/home/" + name, "LANG=C"}
	if os.Getuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: unknownUser, Gid: unknownUser}}
	}
	out, err := cmd.Output()
	if exit, ok := err.(*exec.ExitError); ok {
		t.Fatalf("%q: %v: %s", args, err, exit.Stderr)
	}
	must(t, err)
	return string(out)
}

func TestUserIn(t *testing.T) {
	const list = "# users: x:1:1:::\nroot:x:0:0:root:/root:/bin/sh\nann:x:1000:1000:Ann,,,:/home/ann:/bin/sh\nlast:x:1000:1:::\nshort:x:7\n+:x:8:8:::\n-bo:x:9:9:::\n:x:10:10:::\n"
	for id, want := range map[string]string{"0": "root", "1000": "ann", "100": "", "7": "", "8": "", "9": "", "10": "", "": ""} {
		if got := userIn(list, id); got != want {
			t.Errorf("user %q is %q, want %q", id, got, want)
		}
	}
}

// TestEnvironmentNamesNobody has one person give two names in the environment:
// the program signs by neither. Run it with CGO_ENABLED=0 as well, as the
// program is released: the standard library then takes a user that it does not
// find from the environment.
func TestEnvironmentNamesNobody(t *testing.T) {
	home, err := os.MkdirTemp("", "guanji-somebody-") // where the unknown user reaches it
	must(t, err)
	t.Cleanup(func() { must(t, os.RemoveAll(home)) })
	want := account.Terminal(fmt.Sprint("uid:", unknownUser))
	if os.Getuid() == 0 {
		must(t, os.Chown(home, unknownUser, unknownUser))
	} else {
		want = userName()
	}
	id := strings.TrimSpace(asSomebody(t, home, "ann", "witness", "propose", "folder", "/mnt/auditor"))
	asSomebody(t, home, "bo", "witness", "allow", id)
	var list []witnessView
	must(t, json.Unmarshal([]byte(asSomebody(t, home, "cy", "witness", "list", "--format", "json")), &list))
	if len(list) != 1 || list[0].ProposedBy != want || list[0].AllowedBy != want || !list[0].Alone {
		t.Errorf("witnesses = %+v, want one proposed and allowed by %s alone", list, want)
	}
}
