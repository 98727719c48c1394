// Command started starts a server five times and prints the median time, in
// milliseconds, from the start of the process to the first byte of a page.
//
//	started URL COOKIE COMMAND…
package main

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"time"
)

const (
	runs     = 5
	patience = time.Minute
)

func main() {
	var all []time.Duration
	for range runs {
		took, err := start(os.Args[1], os.Args[2], os.Args[3:])
		if err != nil {
			log.Fatal(err)
		}
		all = append(all, took)
	}
	slices.Sort(all)
	fmt.Println(all[runs/2].Milliseconds())
}

// start runs the server until it has answered once.
func start(url, cookie string, command []string) (time.Duration, error) {
	cmd := exec.Command(command[0], command[1:]...)
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	defer cmd.Wait() // it was told to end
	defer cmd.Process.Signal(syscall.SIGTERM)
	for time.Since(begin) < patience {
		if answered, err := ask(url, cookie); answered {
			return time.Since(begin), err
		}
		time.Sleep(time.Millisecond)
	}
	return 0, fmt.Errorf("%s does not answer", url)
}

// ask asks for the page once, and reports false while nobody listens.
func ask(url, cookie string) (bool, error) {
	r, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return true, err
	}
	r.Header.Set("Cookie", cookie)
	answer, err := http.DefaultTransport.RoundTrip(r) // follows no redirect
	if err != nil {
		return false, nil
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return true, fmt.Errorf("%s: %s", url, answer.Status)
	}
	_, err = io.ReadFull(answer.Body, make([]byte, 1))
	return true, err
}
