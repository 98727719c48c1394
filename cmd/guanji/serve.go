package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"
	"github.com/spf13/cobra"

	"guanji/internal/api"
	"guanji/internal/problem"
	"guanji/internal/record"
	"guanji/internal/web"
	"guanji/internal/work"
)

// serving is how the server listens.
type serving struct {
	listen    string // host:port
	publicURL string // how readers reach it through a proxy, "" if they do not
	cert, key string // files for TLS
}

// defaultListen is the address of this machine alone.
const defaultListen = "127.0.0.1:8420"

// The limits of connections. A page takes milliseconds; importing ten thousand
// systems takes seconds.
const (
	readHeaderTimeout = 10 * time.Second
	readTimeout       = 2 * time.Minute
	writeTimeout      = 2 * time.Minute
	idleTimeout       = 2 * time.Minute
	maxHeader         = 64 << 10
	graceTimeout      = 10 * time.Second
)

func (p *program) serve() *cobra.Command {
	var s serving
	c := p.command("serve", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		home, err := p.homeDir()
		if err != nil {
			return err
		}
		return p.serveHome(cmd.Context(), home, s, p.firstLink)
	})
	p.addDatabase(c)
	c.Flags().StringVar(&s.listen, "listen", defaultListen, p.msg("flag.listen"))
	c.Flags().StringVar(&s.publicURL, "public-url", "", p.msg("flag.public_url"))
	c.Flags().StringVar(&s.cert, "tls-cert", "", p.msg("flag.tls_cert"))
	c.Flags().StringVar(&s.key, "tls-key", "", p.msg("flag.tls_key"))
	return c
}

// firstLink says how to make the first account, where there is none yet.
func (p *program) firstLink(ctx context.Context, in *installation, base string) error {
	secret, err := in.access.First(ctx, userName())
	if err != nil || secret == "" {
		return err
	}
	fmt.Fprintln(p.out, p.msg("serve.first", base+"/link/"+secret))
	return nil
}

// serveHome serves until the context ends. Greet prints what the person who
// started it needs to know, once it listens.
func (p *program) serveHome(ctx context.Context, home string, s serving, greet func(ctx context.Context, in *installation, base string) error) error {
	if err := s.check(); err != nil {
		return err
	}
	lock, err := lockHome(home)
	if err != nil {
		return err
	}
	defer lock.Unlock() // the end of the process unlocks it as well
	in, err := p.open(ctx, home)
	if err != nil {
		return err
	}
	defer in.close() // every answer that was given is written already
	log := slog.New(slog.NewTextHandler(p.errs, nil))
	listener, err := net.Listen("tcp", s.listen)
	if err != nil {
		return problem.New(problem.Refused, "serve.listen", s.listen).Because(err)
	}
	base := s.base(listener.Addr().String())
	in.respond.Base = s.link(base)
	worker := p.worker(in, home, log)
	if err := in.store.Queue(ctx, recurring(p.now())...); err != nil {
		return errors.Join(err, listener.Close())
	}
	handler, err := p.handler(ctx, in, s, base, worker, log)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	if err := writeRunning(home, base); err != nil {
		return errors.Join(err, listener.Close())
	}
	defer os.Remove(filepath.Join(home, runningFile)) // a file that stays is overwritten by the next start
	fmt.Fprintln(p.out, p.msg("serve.at", base))
	if err := greet(ctx, in, base); err != nil {
		return errors.Join(err, listener.Close())
	}
	working, end := context.WithCancel(ctx)
	defer end()
	var beside sync.WaitGroup
	beside.Go(func() { worker.Run(working) })
	beside.Go(func() { keepSigning(working, in.record, log) })
	beside.Go(func() { keepHanding(working, in.record, log) })
	err = p.run(ctx, s, handler, listener, log)
	end() // it may be that the server failed, and nobody asked it to stop
	beside.Wait()
	p.publish(context.WithoutCancel(ctx), in, p.errs)
	return err
}

// signEvery is how soon what was changed is under a signed checkpoint.
const signEvery = time.Second

// keepSigning signs what is changed until the context ends. What cannot be
// signed is told once, and tried again.
func keepSigning(ctx context.Context, r *record.Service, log *slog.Logger) {
	var told string
	for ticks := time.NewTicker(signEvery); ; {
		_, err := r.Publish(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			told = ""
		case err.Error() != told:
			told = err.Error()
			log.ErrorContext(ctx, "cannot sign a checkpoint of the ledger", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
	}
}

// check finds what is wrong with how it is to listen.
func (s serving) check() error {
	if (s.cert == "") != (s.key == "") {
		return usage("serve.cert_and_key")
	}
	if s.publicURL != "" {
		if u, err := url.Parse(s.publicURL); err != nil || u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "" {
			return usage("serve.bad_public_url", s.publicURL)
		}
	}
	host, _, err := net.SplitHostPort(s.listen)
	if err != nil {
		return usage("serve.bad_listen", s.listen)
	}
	local := host == "localhost"
	if ip := net.ParseIP(host); ip != nil {
		local = ip.IsLoopback()
	}
	if !local && s.cert == "" && s.publicURL == "" {
		return usage("serve.want_tls", s.listen)
	}
	return nil
}

// base is the address by which readers come.
func (s serving) base(listening string) string {
	switch {
	case s.publicURL != "":
		return strings.TrimRight(s.publicURL, "/")
	case s.cert != "":
		return "https://" + listening
	}
	return "http://" + listening
}

// link is the address for links that others follow, "" where the certificate
// decides by which names readers come.
func (s serving) link(base string) string {
	if s.cert != "" && s.publicURL == "" {
		return ""
	}
	return base
}

// handler is the pages, and the API beside them.
func (p *program) handler(ctx context.Context, in *installation, s serving, base string, worker *work.Runner, log *slog.Logger) (http.Handler, error) {
	base = s.link(base)
	pages, err := web.New(web.Config{Access: in.access, Standing: in.standing, Filing: in.filing, Position: in.position, Record: in.record, Respond: in.respond, Jobs: in.store, Jumped: worker.Jumped,
		Set: in.set, Log: log, Now: p.now, Base: base,
		Secure: s.cert != "" || s.publicURL != "", Proxied: s.publicURL != "", Stopping: ctx.Done()})
	if err != nil {
		return nil, err
	}
	m := http.NewServeMux()
	m.Handle("/api/", api.New(api.Config{Access: in.access, Standing: in.standing, Filing: in.filing, Position: in.position, Record: in.record, Respond: in.respond, Set: in.set, Log: log, Version: buildVersion()}))
	m.Handle("/", pages)
	if s.cert == "" && s.publicURL == "" {
		return localOnly(m), nil
	}
	return m, nil
}

// localOnly refuses requests for other hosts: a page elsewhere whose name was
// made to point here must not reach the program.
func localOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		ip := net.ParseIP(strings.Trim(host, "[]"))
		if host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			http.Error(w, "guanji serve: this host is not served here; for other names use --public-url or --tls-cert", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// run answers requests until the context ends, then lets those under way end.
func (p *program) run(ctx context.Context, s serving, h http.Handler, l net.Listener, log *slog.Logger) error {
	server := &http.Server{Handler: h, ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn)}
	failed := make(chan error, 1)
	go func() {
		if s.cert != "" {
			failed <- server.ServeTLS(l, s.cert, s.key)
			return
		}
		failed <- server.Serve(l)
	}()
	select {
	case err := <-failed:
		_ = l.Close() // it is still open where the certificate could not be read
		return problem.New(problem.Refused, "serve.failed").Because(err)
	case <-ctx.Done():
	}
	fmt.Fprintln(p.out, p.msg("serve.stopping"))
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), graceTimeout)
	defer cancel()
	if err := server.Shutdown(end); err != nil {
		return problem.New(problem.Refused, "serve.failed").Because(err)
	}
	return nil
}

// The files by which a home tells that a server runs on it.
const (
	lockFile    = "serve.lock"
	runningFile = "serve.json"
)

// running is what the server of a home says of itself.
type running struct {
	PID     int    `json:"pid"`
	Address string `json:"address"`
}

// lockHome makes sure that one server runs on a home. The lock ends with the
// process, however it ends.
func lockHome(home string) (*flock.Flock, error) {
	lock := flock.New(filepath.Join(home, lockFile), flock.SetPermissions(0o600))
	got, err := lock.TryLock()
	if err != nil {
		return nil, problem.New(problem.Refused, "serve.lock", home).Because(err)
	}
	if !got {
		r := readRunning(home)
		return nil, problem.New(problem.Refused, "serve.twice", home, r.Address, r.PID)
	}
	return lock, nil
}

func writeRunning(home, base string) error {
	data, err := json.Marshal(running{os.Getpid(), base})
	if err == nil {
		err = writeFile(filepath.Join(home, runningFile), data)
	}
	if err != nil {
		return problem.New(problem.Refused, "serve.lock", home).Because(err)
	}
	return nil
}

// readRunning returns what the server of a home says of itself, as far as it
// can be read.
func readRunning(home string) running {
	var r running
	if data, err := os.ReadFile(filepath.Join(home, runningFile)); err == nil {
		_ = json.Unmarshal(data, &r) // what cannot be read is not told
	}
	if r.Address == "" {
		r.Address = "http://" + defaultListen
	}
	return r
}
