package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// chooseFile gives a file of the disk to a file input, as the dialog does.
func (p *page) chooseFile(css string, paths ...string) {
	p.t.Helper()
	act(p, "files for "+css, chromedp.SetUploadFiles(css, paths))
}

// writeTemp writes a file for an upload.
func writeTemp(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// throttle bounds what the page sends, in bytes a second; 0 is no network, and
// -1 no bound.
func (p *page) throttle(perSecond float64) {
	p.t.Helper()
	c := network.Conditions{DownloadThroughput: -1, UploadThroughput: perSecond, Offline: perSecond == 0}
	send(p, "network conditions", network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{&c}})
}

// fillRecord fills the form but for its files.
func (p *page) fillRecord() {
	p.t.Helper()
	p.fill("#f-kind", "log.retention")
	p.fill("#f-observed", "2025-03-03")
	p.click("[name=method][value=imported]")
	p.fill("#f-tool", "log-auditor")
	p.fill("#f-version", "1.2")
	p.click("[name=result][value=in_order]")
}

func TestEvidenceByScript(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	p := newBrowser(t).page(t)
	p.open(s.link)
	p.fill("[name=name]", "Zhang Min")
	p.fill("[name=password]", goodPassword)
	p.follow("main button")
	p.open(s.base + bankEvidence)
	p.follow(".actions a[href$='/evidence/new']")
	p.fill("#f-more", "csl-23-logs")
	p.press("Enter")
	p.waitFor(".picked [value=CSL-23-LOGS]")
	if p.has(".for-tool:not([hidden])") && p.eval1(`getComputedStyle(document.querySelector(".for-tool")).display`) != "none" {
		t.Error("the fields of a tool are shown for what a person says")
	}
	p.fillRecord()
	data := bytesOf(7, 20<<20)
	p.throttle(6 << 20)
	p.chooseFile("#f-file", writeTemp(t, "年度日志.tar", data), writeTemp(t, "small.txt", []byte("small")))
	p.poll("progress", `document.querySelector(".upload progress")?.value > 0.1`)
	if line := p.text(".upload small"); !strings.Contains(line, "of 21 MB") || !strings.Contains(line, "MB/s") {
		t.Errorf("the progress reads %q", line)
	}
	p.click("button[value=file]")
	p.waitFor("[data-held]")
	p.throttle(0)
	p.poll("a pause", `document.querySelector(".upload small")?.textContent.includes("paused at")`)
	p.throttle(-1)
	p.poll("the page of what was filed", `location.pathname.endsWith("/evidence/1") && document.readyState === "complete"`)
	p.expect(requestFault, "ERR_INTERNET_DISCONNECTED")
	p.waitFor(".note.good")
	if text := p.text("main"); !strings.Contains(text, digestOf(data)) || !strings.Contains(text, "年度日志.tar") || !strings.Contains(text, "small.txt") {
		t.Errorf("filed is %s", text)
	}
}

// eval1 evaluates an expression that gives a text.
func (p *page) eval1(js string) (text string) {
	p.t.Helper()
	p.eval(js, &text)
	return text
}

// TestGivingUpKeepsTheForm gives an upload up while a form is half filled.
func TestGivingUpKeepsTheForm(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	p := newBrowser(t).page(t)
	p.open(s.link)
	p.fill("[name=name]", "Zhang Min")
	p.fill("[name=password]", goodPassword)
	p.follow("main button")
	p.open(s.base + bankEvidence + "/new?duty=" + logsDuty)
	p.eval(`void fetch("`+bankUploads+`", {method: "POST", headers: {"Tus-Resumable": "1.0.0", "Upload-Length": "9", "Upload-Metadata": "filename eA=="}}).then(() => { window.begun = true; })`, nil) // as another window does
	p.poll("an upload", `window.begun`)
	p.open(s.base + bankEvidence + "/new?duty=" + logsDuty)
	p.fill("#f-note", "half written")
	p.click("form[action$='/drop'] button")
	p.poll("the list without it", `!document.querySelector("form[action$='/drop']")`)
	if got := p.eval1(`document.querySelector("#f-note").value`); got != "half written" {
		t.Errorf("what was written into the form is now %q", got)
	}
}

func TestUploadSurvivesReload(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	p := newBrowser(t).page(t)
	p.open(s.link)
	p.fill("[name=name]", "Zhang Min")
	p.fill("[name=password]", goodPassword)
	p.follow("main button")
	file := writeTemp(t, "logs.tar", bytesOf(8, 40<<20))
	p.open(s.base + bankEvidence + "/new?duty=" + logsDuty)
	p.throttle(10 << 20)
	p.chooseFile("#f-file", file)
	p.poll("progress", `document.querySelector(".upload progress")?.value > 0.3`)
	p.open(s.base + bankEvidence + "/new?duty=" + logsDuty) // as a reload does, without the question
	p.chooseFile("#f-file", file)
	p.poll("going on", `/goes on at [1-9]/.test(document.querySelector("[data-said]").textContent)`)
	p.throttle(-1)
	p.waitFor("[name=kept]")
	p.chooseFile("#f-file", writeTemp(t, "cancelled.tar", bytesOf(9, 12<<20)))
	p.throttle(1 << 20)
	p.waitFor(".upload")
	p.eval(`document.querySelector(".upload button:not([hidden])").focus()`, nil)
	p.press("Enter")
	p.stopsAt("#f-file")
	if p.has(".upload") || !strings.Contains(p.eval1(`document.querySelector("[data-said]").textContent`), "upload cancelled") {
		t.Error("the upload is not cancelled")
	}
	p.throttle(-1)
	p.fillRecord()
	p.follow("button[value=file]")
	if text := p.text("main"); !strings.Contains(text, "logs.tar") || strings.Contains(text, "cancelled.tar") {
		t.Errorf("filed is %s", text)
	}
	for _, f := range p.faults() { // the page that was left, and the upload that was cancelled
		if f.kind != requestFault && !strings.Contains(f.text, "beforeunload") {
			t.Errorf("%s: %s", f.kind, f.text)
		}
	}
}

func TestEvidenceWithoutScript(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	p := newBrowser(t).page(t)
	send(p, "no scripts", emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	p.open(s.link)
	p.fill("[name=name]", "Zhang Min")
	p.fill("[name=password]", goodPassword)
	p.follow("main button")
	p.open(s.base + bankEvidence + "/new")
	p.chooseFile("#f-file", writeTemp(t, "logs.tar", bytesOf(9, 3<<20)))
	p.fill("#f-more", logsDuty)
	p.follow("button[value=add]")
	if !p.has(".picked [value=CSL-23-LOGS]:checked") || !p.has("[name=kept]:checked") {
		t.Fatal("to add a duty loses it, or the file")
	}
	p.fillRecord()
	p.follow("button[value=file]")
	if text := p.text("main"); !strings.Contains(text, digestOf(bytesOf(9, 3<<20))) || !strings.Contains(text, "imported from log-auditor 1.2") {
		t.Errorf("filed is %s", text)
	}
	p.click("#end summary")
	p.fill("#f-withdrawnreason", "the wrong server")
	p.follow("#end button.danger")
	if text := p.text("main"); !strings.Contains(text, "the wrong server") {
		t.Errorf("withdrawn is %s", text)
	}
	send(p, "scripts", emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: false})
}

// TestEvidenceByKeyboard files evidence with a file by the keyboard alone.
func TestEvidenceByKeyboard(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	p := newBrowser(t).page(t)
	p.open(s.link)
	p.stopsAt("#f-name")
	p.press("Zhang Min", "Tab", goodPassword, "Tab")
	p.travel("Enter")
	p.open(s.base + bankEvidence)
	p.tabTo(".actions a[href$='/evidence/new']")
	p.travel("Enter")
	p.tabTo("#f-more")
	p.press(logsDuty, "Enter")
	p.waitFor(".picked [value=CSL-23-LOGS]")
	p.tabTo("#f-kind")
	p.press("log retention")
	p.tabTo("#f-observed")
	p.press("03032025")
	p.tabTo("[name=method]")
	p.press("ArrowDown") // from another tool
	p.tabTo("#f-tool")
	p.press("log-auditor", "Tab", "1.2")
	p.tabTo("[name=result]")
	p.press("Space")
	p.tabTo("#f-note")
	p.press("spring round")
	p.tabTo("#f-file")
	p.chooseByKey(writeTemp(t, "logs.txt", []byte("by keyboard")))
	p.waitFor("[name=kept]")
	p.tabTo("button[value=file]")
	p.travel("Enter")
	text := p.text("main")
	for _, want := range []string{"log retention measurement", "2025-03-03", "imported from log-auditor 1.2", "as asked", "spring round", digestOf([]byte("by keyboard"))} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in what was filed: %s", want, text)
		}
	}
	p.tabTo("#end summary")
	p.press("Enter")
	p.tabTo("#f-withdrawnreason")
	p.press("filed by mistake", "Tab")
	p.travel("Enter")
	if text := p.text("main"); !strings.Contains(text, "filed by mistake") {
		t.Errorf("withdrawn is %s", text)
	}
}

// chooseByKey opens the file dialog by a key, and chooses a file in it.
func (p *page) chooseByKey(path string) {
	p.t.Helper()
	intercept := func(on bool) {
		send(p, "file dialogs", cdppage.SetInterceptFileChooserDialog, cdppage.SetInterceptFileChooserDialogParams{Enabled: on})
	}
	intercept(true)
	opened := act(p, "file dialog", chromedp.WaitEvent(cdppage.FileChooserOpened, nil, chromedp.KeyEvent(namedKeys["Enter"])))
	if opened.BackendNodeID == 0 {
		p.fail("file dialog", fmt.Errorf("it is of no input"))
	}
	act(p, "file "+path, func(ctx context.Context, t *chromedp.Target) (cdp.Empty, error) {
		return cdp.Call(ctx, t, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: []string{path}, BackendNodeID: opened.BackendNodeID})
	})
	intercept(false)
}
