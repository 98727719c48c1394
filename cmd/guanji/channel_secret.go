package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"guanji/internal/channel"
	"guanji/internal/problem"
)

// secretFor returns the secret with which what goes by a means is signed: that
// of the environment, else what is typed at a terminal, unseen. Without either
// there is none.
func (p *program) secretFor(ctx context.Context, m channel.Means) (string, error) {
	if secret := p.getenv(channelSecret); secret != "" || m != channel.Webhook && m != channel.DingTalk && m != channel.Feishu {
		return secret, nil
	}
	terminal, ok := p.in.(*os.File)
	if !ok {
		return "", nil
	}
	restore, ok := hush(terminal)
	if !ok {
		return "", nil
	}
	fmt.Fprint(p.errs, p.msg("cmd.channel.secret"))
	secret, err := typed(ctx, terminal)
	fmt.Fprintln(p.errs)
	if failed := restore(); err == nil && failed != nil {
		err = problem.New(problem.Refused, "cmd.channel.terminal").Because(failed)
	}
	return secret, err
}

// maxTyped is the longest line that is read from a terminal, in bytes.
const maxTyped = 4096

// typed reads a line, or gives up when the context ends: whoever interrupts
// shall not be left with a terminal that shows nothing.
func typed(ctx context.Context, r io.Reader) (string, error) {
	type line struct {
		text string
		err  error
	}
	got := make(chan line, 1)
	go func() {
		text, err := bufio.NewReader(io.LimitReader(r, maxTyped)).ReadString('\n')
		if err == io.EOF {
			err = nil
		}
		got <- line{strings.TrimSpace(text), err}
	}()
	select {
	case l := <-got:
		if l.err != nil {
			return "", problem.New(problem.Refused, "cmd.channel.terminal").Because(l.err)
		}
		return l.text, nil
	case <-ctx.Done():
		return "", problem.New(problem.Refused, "cmd.channel.interrupted")
	}
}
