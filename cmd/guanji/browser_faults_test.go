package main

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Faults are of these kinds.
const (
	consoleFault   = "console"   // an error or a warning written to the console
	exceptionFault = "exception" // an exception or a rejection that nobody caught
	cspFault       = "csp"       // something the content security policy refused
	requestFault   = "request"   // no answer, or one of 400 and above
	outsideFault   = "outside"   // a request to a host that the test did not open
	dialogFault    = "dialog"    // alert, confirm or prompt; it was dismissed
	crashFault     = "crash"     // the page is gone
)

// fault is one thing that went wrong within a page.
type fault struct{ kind, text string }

// record sees every event of the page from its birth, in order. It runs in
// the loop that reads from the browser, so it must not call the browser.
func (p *page) record(ev any) {
	switch ev := ev.(type) {
	case *cdppage.EventFrameNavigated:
		if ev.Frame.ParentID == "" {
			p.moved(ev.Frame.URL)
		}
	case *cdppage.EventNavigatedWithinDocument:
		p.moved(ev.URL)
	case *cdppage.EventJavascriptDialogOpening:
		p.add(dialogFault, string(ev.Type)+": "+ev.Message)
		go p.dismiss()
	case *runtime.EventConsoleAPICalled:
		p.consoleCalled(ev)
	case *runtime.EventExceptionThrown:
		p.add(exceptionFault, exceptionText(ev.ExceptionDetails))
	case *log.EventEntryAdded:
		p.logged(ev.Entry)
	case *audits.EventIssueAdded:
		if d := ev.Issue.Details; d != nil && d.ContentSecurityPolicyIssueDetails != nil {
			csp := d.ContentSecurityPolicyIssueDetails
			p.add(cspFault, fmt.Sprintf("%s refused %s (%s)", csp.ViolatedDirective, csp.BlockedURL, csp.ContentSecurityPolicyViolationType))
		}
	case *inspector.EventTargetCrashed:
		p.add(crashFault, "the page crashed")
	default:
		p.recordNetwork(ev)
	}
}

// recordNetwork records where the page asked, and what it did not get.
func (p *page) recordNetwork(ev any) {
	switch ev := ev.(type) {
	case *network.EventRequestWillBeSent:
		p.requested(ev.RequestID, ev.Request.URL)
	case *network.EventWebSocketCreated:
		p.requested(ev.RequestID, ev.URL)
	case *network.EventResponseReceived:
		if ev.Response.Status >= 400 {
			p.add(requestFault, fmt.Sprintf("%d %s", ev.Response.Status, ev.Response.URL))
		}
	case *network.EventLoadingFailed:
		// Leaving a page cancels what it still loads; that is no failure. What
		// the policy refuses arrives as an issue.
		if !ev.Canceled && ev.BlockedReason != network.BlockedReasonCsp {
			p.add(requestFault, fmt.Sprintf("%s %s %s", ev.ErrorText, ev.BlockedReason, p.asked[ev.RequestID]))
		}
	}
}

func (p *page) consoleCalled(ev *runtime.EventConsoleAPICalled) {
	switch ev.Type {
	case runtime.ConsoleAPICalledTypeError, runtime.ConsoleAPICalledTypeWarning, runtime.ConsoleAPICalledTypeAssert:
		var words []string
		for _, a := range ev.Args {
			words = append(words, cmp.Or(a.Description, strings.Trim(string(a.Value), `"`)))
		}
		p.add(consoleFault, fmt.Sprintf("%s: %s", ev.Type, strings.Join(words, " ")))
	}
}

// logged takes what Chromium itself writes to the console. Failed requests are
// known from the network already.
func (p *page) logged(e *log.Entry) {
	switch {
	case e.Level != log.EntryLevelError && e.Level != log.EntryLevelWarning, e.Source == log.EntrySourceNetwork:
	case strings.Contains(e.Text, "Content Security Policy"):
		p.add(cspFault, e.Text)
	default:
		p.add(consoleFault, fmt.Sprintf("%s: %s %s", e.Level, e.Text, e.URL))
	}
}

func (p *page) requested(id network.RequestID, address string) {
	p.asked[id] = address
	u, err := url.Parse(address)
	p.mu.Lock()
	known := err == nil && (u.Host == "" || p.hosts[u.Host])
	p.mu.Unlock()
	if !known {
		p.add(outsideFault, address)
	}
}

func (p *page) moved(address string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.at = address
}

func (p *page) add(kind, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.found = append(p.found, fault{kind, text})
}

// dismiss closes a dialog, which would otherwise block every later call.
func (p *page) dismiss() {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if _, err := chromedp.Call(ctx, cdppage.HandleJavaScriptDialog, cdppage.HandleJavaScriptDialogParams{}); err != nil {
		p.add(dialogFault, "not dismissed: "+err.Error())
	}
}

func exceptionText(d *runtime.ExceptionDetails) string {
	text := d.Text
	if d.Exception != nil {
		text += " " + cmp.Or(d.Exception.Description, string(d.Exception.Value))
	}
	return fmt.Sprintf("%s (%s:%d)", text, d.URL, d.LineNumber+1)
}

// faults returns what went wrong in the page so far, and forgets it.
func (p *page) faults() []fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	found := p.found
	p.found = nil
	return found
}

// expect waits for faults of a kind that contain some text, and forgets them:
// a test that provokes a failure says so with it.
func (p *page) expect(kind, part string) {
	p.t.Helper()
	matches := func(f fault) bool { return f.kind == kind && strings.Contains(f.text, part) }
	for deadline := time.Now().Add(patience); ; time.Sleep(pause) {
		p.mu.Lock()
		seen := slices.ContainsFunc(p.found, matches)
		p.found = slices.DeleteFunc(p.found, matches)
		all := slices.Clone(p.found)
		p.mu.Unlock()
		if seen {
			return
		}
		if time.Now().After(deadline) {
			p.fail(fmt.Sprintf("a fault %s: %s", kind, part), fmt.Errorf("there are only %q", all))
		}
	}
}

// reportFaults fails the test for every fault that nobody fetched. Faults
// arrive in their order, so those of the past are here once the page has
// answered a last time.
func (p *page) reportFaults() {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if _, err := chromedp.Run(ctx, evaluate(`new Promise(done => setTimeout(done, 50))`)); err != nil {
		p.t.Logf("the page does not answer any more: %v", err)
	}
	for _, f := range p.faults() {
		p.t.Errorf("%s: %s: %s", p.where(), f.kind, f.text)
	}
}

// where returns the address of the page, as the browser last reported it.
func (p *page) where() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.at
}
