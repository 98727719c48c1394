// What pages need beyond htmx: charts, and a few comforts. Everything works
// without it.
"use strict";

// Charts: an element with data-chart holds its figures as JSON:
// {names, series: [{name, colour, values, paths}]}.
const drawn = new WeakMap();
function drawCharts() {
  if (!window.echarts) return;
  for (const el of document.querySelectorAll("[data-chart]")) {
    if (drawn.has(el)) drawn.get(el).dispose();
    const data = JSON.parse(el.dataset.chart);
    const css = getComputedStyle(document.documentElement);
    const colour = (name) => css.getPropertyValue("--" + name).trim();
    const font = getComputedStyle(document.body).fontFamily;
    const chart = echarts.init(el);
    drawn.set(el, chart);
    chart.setOption({
      animation: false,
      textStyle: { fontFamily: font, color: colour("ink") },
      grid: { left: 4, right: 28, top: el.clientWidth < 500 ? 58 : 34, bottom: 4, containLabel: true, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
      legend: { top: 0, left: 0, itemWidth: 14, itemHeight: 10, textStyle: { color: colour("ink"), fontFamily: font } },
      tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, renderMode: "richText", confine: true,
        backgroundColor: colour("surface"), borderColor: colour("line"), textStyle: { color: colour("ink"), fontFamily: font } },
      xAxis: { type: "value", minInterval: 1, splitLine: { lineStyle: { color: colour("line") } }, axisLabel: { color: colour("soft") } },
      yAxis: { type: "category", inverse: true, data: data.names, axisTick: { show: false }, axisLine: { lineStyle: { color: colour("line-strong") } },
        axisLabel: { color: colour("ink"), width: el.clientWidth < 500 ? 104 : 170, overflow: "break" } },
      series: data.series.map((s) => ({ name: s.name, type: "bar", stack: "all", barMaxWidth: 18, data: s.values,
        itemStyle: { color: colour(s.colour), borderColor: colour("surface"), borderWidth: 1, decal: s.pattern ? { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: -Math.PI / 4, color: "rgba(255,255,255,.45)" } : undefined } })),
    });
    chart.on("click", (e) => { const to = data.series[e.seriesIndex].paths[e.dataIndex]; if (to) location.assign(to); });
  }
}

document.addEventListener("DOMContentLoaded", () => {
  drawCharts();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawCharts);
  let wait;
  addEventListener("resize", () => { clearTimeout(wait); wait = setTimeout(drawCharts, 150); });
  for (const b of document.querySelectorAll("[data-print]")) { b.hidden = false; b.addEventListener("click", () => print()); }
});

// After htmx has put in another part, a screen reader and the keyboard go on
// at what is wrong in it, or at its heading.
document.addEventListener("htmx:afterSwap", (e) => {
  const part = e.target;
  if (part.closest && part.closest("[data-quiet]")) return; // it is put in again by itself
  let at = part.querySelector && (part.querySelector("[autofocus]") || part.querySelector("[data-focus]"));
  if (!at && document.activeElement === document.body) { at = part; at.tabIndex = -1; } // the focus was in what is gone
  if (at) at.focus();
});

// "Not known" and "none of them" go with no other answer.
document.addEventListener("input", (e) => {
  const all = [...e.target.form?.querySelectorAll("[name=answer][type=checkbox]") ?? []];
  if (e.target.name !== "answer" && e.target.name !== "number" || !all.length) return;
  const alone = (el) => el.value === "?" || el.value === "-";
  if (e.target.name === "number") { if (e.target.value) for (const el of all) el.checked = false; return; }
  if (!e.target.checked) return;
  for (const el of all) if (el !== e.target && (alone(e.target) || alone(el))) el.checked = false;
  const number = e.target.form.elements.number;
  if (number) number.value = "";
});

// A page that the browser kept may be that of somebody who has signed out.
addEventListener("pageshow", (e) => { if (e.persisted) location.reload(); });

// Uploads: a form with data-uploads sends the files that are chosen in it ahead,
// in parts, by tus 1.0.0. What breaks off goes on where it was, also after the
// page was loaded again and the same file chosen. When a file is all there, the
// form carries its digest, and is sent once every file is.
const partSize = 8 << 20, stallAfter = 45_000, largest = 16 * 2 ** 30;
const pauses = [1, 2, 4, 8, 15, 30]; // seconds before trying again; the last is repeated
const mostTries = 25;

document.addEventListener("DOMContentLoaded", () => {
  for (const form of document.querySelectorAll("form[data-uploads]")) new Uploads(form);
});

class Uploads {
  constructor(form) {
    this.form = form;
    this.says = JSON.parse(form.dataset.says);
    this.input = form.querySelector("[type=file]");
    this.list = form.querySelector("[data-kept]");
    this.said = form.querySelector("[data-said]");
    this.held = form.querySelector("[data-held]");
    this.queue = [];
    this.input.addEventListener("change", () => this.take());
    form.addEventListener("submit", (e) => this.submit(e));
    addEventListener("beforeunload", (e) => { if (this.queue.length) e.preventDefault(); });
  }

  word(key, ...values) { return this.says[key].replace(/\{(\d)\}/g, (_, n) => values[n - 1]); }

  // announce says something to who listens to the page.
  announce(u, text) { this.said.textContent = u.file.name + ": " + text; }

  take() {
    for (const file of this.input.files) this.queue.push(new Upload(this, file));
    this.input.value = ""; // else the form would send them once more
    this.next();
  }

  // next sends the files one after another: together they would be no faster.
  async next() {
    if (this.busy) return;
    this.busy = true;
    for (let u; (u = this.queue.find((u) => !u.failed)); ) await u.run();
    this.busy = false;
    if (this.button && !this.queue.length) this.form.requestSubmit(this.button);
  }

  remove(u) { this.queue = this.queue.filter((v) => v !== u); }

  // submit waits until every file is there.
  submit(e) {
    if (!this.queue.length) {
      for (const b of this.form.querySelectorAll("button")) setTimeout(() => { b.disabled = true; }); // after its value was taken
      Upload.forget(this.form);
      return;
    }
    e.preventDefault();
    const failed = this.queue.find((u) => u.failed);
    if (failed) { failed.again.focus(); return; }
    this.button = e.submitter;
    this.held.hidden = false;
    this.said.textContent = this.says.held;
  }

  // fail lets somebody mend what went wrong before the form is sent.
  fail() { this.button = null; this.held.hidden = true; }
}

class Upload {
  constructor(all, file) {
    Object.assign(this, { all, file, key: ["guanji-upload", all.form.dataset.uploads, file.name, file.size, file.lastModified].join("|"), tries: 0, stop: new AbortController() });
    this.show();
    if (file.size > largest) this.fail(all.says.large);
  }

  // forget drops what was remembered of the uploads of a form.
  static forget(form) {
    for (const key of Object.keys(localStorage)) if (key.startsWith("guanji-upload|" + form.dataset.uploads + "|")) localStorage.removeItem(key);
  }

  show() {
    const make = (tag, props = {}, ...inside) => { const e = Object.assign(document.createElement(tag), props); e.append(...inside); return e; };
    this.bar = make("progress", { className: "bar", max: 1, value: 0 });
    this.bar.setAttribute("aria-label", this.file.name);
    this.line = make("small", { className: "soft" });
    const button = (key, does) => { const b = make("button", { type: "button", textContent: this.all.says[key] }, make("span", { className: "hidden", textContent: " " + this.file.name })); b.addEventListener("click", does); return b; };
    this.again = button("again", () => { this.again.hidden = true; this.failed = false; this.tries = 0; this.cancel.focus(); this.all.next(); });
    this.again.hidden = true;
    this.cancel = button("cancel", () => this.drop());
    this.row = make("li", { className: "upload" }, make("b", { textContent: this.file.name }), this.bar, this.line, make("div", { className: "row" }, this.again, this.cancel));
    this.all.list.append(this.row);
    this.tell(this.all.says.waiting);
  }

  tell(text) { this.line.textContent = text; }

  // run sends the file. It ends when the file is there, was cancelled, or could
  // not be sent.
  async run() {
    while (!this.failed && !this.stop.signal.aborted) {
      try {
        await this.find();
        while (this.at < this.file.size) await this.part();
        await this.finish();
        return;
      } catch (why) {
        if (this.stop.signal.aborted) return;
        if (why.final || ++this.tries > mostTries) this.fail(why.message);
        else await this.pause(why);
      }
    }
  }

  // find asks how far the upload is, or begins one.
  async find() {
    const known = localStorage.getItem(this.key);
    if (known) {
      const r = await this.ask("HEAD", known);
      if (r.ok) {
        this.path = known;
        this.at = Number(r.headers.get("Upload-Offset"));
        if (!this.asked && this.at) this.all.announce(this, this.all.word("resumed", this.percent(this.at)));
        this.asked = true;
        return;
      }
      if (r.status !== 404) throw await refused(r);
      localStorage.removeItem(this.key); // given up, or of somebody else
    }
    const name = btoa(String.fromCodePoint(...new TextEncoder().encode(this.file.name)));
    const r = await this.ask("POST", this.all.form.dataset.uploads, { "Upload-Length": this.file.size, "Upload-Metadata": "filename " + name });
    if (!r.ok) throw await refused(r);
    this.path = new URL(r.headers.get("Location"), location).pathname;
    this.at = 0;
    this.asked = true;
    localStorage.setItem(this.key, this.path);
  }

  ask(method, path, headers = {}) {
    return fetch(path, { method, headers: { "Tus-Resumable": "1.0.0", ...headers }, signal: this.stop.signal, redirect: "error" });
  }

  // part sends the next part. fetch does not tell how much was sent.
  part() {
    const from = this.at, x = new XMLHttpRequest();
    let stalled;
    return new Promise((done, fail) => {
      const watch = () => { clearTimeout(stalled); stalled = setTimeout(() => x.abort(), stallAfter); };
      const stop = () => x.abort();
      this.stop.signal.addEventListener("abort", stop);
      x.open("PATCH", this.path);
      x.setRequestHeader("Tus-Resumable", "1.0.0");
      x.setRequestHeader("Content-Type", "application/offset+octet-stream");
      x.setRequestHeader("Upload-Offset", from);
      x.upload.onprogress = (e) => { watch(); this.progress(from + e.loaded); };
      x.onloadend = () => {
        clearTimeout(stalled);
        this.stop.signal.removeEventListener("abort", stop);
        if (x.status === 204) {
          this.at = Number(x.getResponseHeader("Upload-Offset"));
          this.tries = 0;
          this.progress(this.at);
          done();
        } else {
          fail(Object.assign(new Error(x.responseText), { told: x.status > 0, final: isFinal(x.status) }));
        }
      };
      watch();
      x.send(this.file.slice(from, from + partSize));
    });
  }

  percent(n) { return this.file.size ? Math.floor(100 * n / this.file.size) : 100; }

  // progress shows how far it is and how fast it goes, by the last seconds.
  progress(n) {
    const now = performance.now();
    this.marks = [...(this.marks ?? []).filter((m) => m.n <= n && now - m.at < 8000), { at: now, n }];
    const first = this.marks[0], speed = now > first.at ? (n - first.n) / (now - first.at) * 1000 : 0;
    this.bar.value = this.file.size ? n / this.file.size : 1;
    this.tell(this.all.word("sending", bytes(n), bytes(this.file.size), this.percent(n), bytes(speed)));
    const quarter = Math.floor(this.percent(n) / 25);
    if (quarter > (this.quarter ?? 0)) this.all.announce(this, this.percent(n) + "%");
    this.quarter = quarter;
  }

  // pause waits, and less where the machine finds its network again.
  async pause(why) {
    const seconds = pauses[Math.min(this.tries, pauses.length) - 1];
    const text = this.all.word("paused", this.percent(this.at ?? 0), seconds) + (why.told ? " " + why.message : "");
    this.tell(text);
    if (this.tries === 1) this.all.announce(this, text);
    this.marks = [];
    await new Promise((go) => {
      const timer = setTimeout(go, seconds * 1000);
      for (const [what, on] of [[window, "online"], [this.stop.signal, "abort"]]) what.addEventListener(on, () => { clearTimeout(timer); go(); }, { once: true });
    });
  }

  // finish has the file kept, and puts it into the form.
  async finish() {
    this.tell(this.all.says.checking);
    const r = await this.ask("POST", this.path + "/finish");
    if (!r.ok) throw await refused(r);
    const kept = await r.json();
    const focused = this.row.contains(document.activeElement);
    const box = Object.assign(document.createElement("input"), { type: "checkbox", name: "kept", value: [kept.digest, kept.size, kept.name].join("|"), checked: true });
    const label = Object.assign(document.createElement("label"), { className: "check" }), text = document.createElement("span");
    text.append(Object.assign(document.createElement("b"), { className: "by", textContent: kept.name }), " ", Object.assign(document.createElement("small"), { textContent: bytes(kept.size) + " · " + this.all.says.done }));
    label.append(box, text);
    this.row.replaceChildren(label);
    this.row.className = "";
    if (focused) box.focus();
    this.all.remove(this);
    this.all.announce(this, this.all.says.done);
  }

  fail(why) {
    this.failed = true;
    const text = this.all.word("failed", why);
    this.tell(text);
    this.again.hidden = false;
    this.all.announce(this, text);
    this.all.fail();
  }

  // drop gives the upload up.
  drop() {
    this.stop.abort();
    this.all.remove(this);
    localStorage.removeItem(this.key);
    if (this.path) fetch(this.path, { method: "DELETE", headers: { "Tus-Resumable": "1.0.0" } }).catch(() => {}); // else it is swept in time
    this.row.remove();
    this.all.announce(this, this.all.says.cancelled);
    this.all.input.focus();
  }
}

// isFinal tells what no waiting mends: all that was understood and refused, but
// for an upload that is somewhere else than thought, or has gone.
function isFinal(status) { return status >= 400 && status < 500 && ![404, 408, 409, 429].includes(status) || status === 507; }

async function refused(r) {
  const plain = (r.headers.get("Content-Type") ?? "").startsWith("text/plain");
  return Object.assign(new Error(plain ? await r.text() : String(r.status)), { told: plain, final: isFinal(r.status) });
}

// bytes is a number of bytes for people, in units of a thousand.
function bytes(n) {
  let unit = 0;
  for (; n >= 999.95 && unit < 4; unit++) n /= 1000;
  return n.toFixed(unit ? 1 : 0).replace(/\.0$/, "") + " " + ["B", "kB", "MB", "GB", "TB"][unit];
}

// A duty that is chosen from the list becomes a box, and the field is free for
// the next: when the list puts it in, and when one types it and goes on.
function pickDuty(field) {
  const found = [...field.list?.options ?? []].find((o) => o.value.toLowerCase() === field.value.trim().toLowerCase());
  const picked = found && field.closest("fieldset.duties")?.querySelector(".picked");
  if (!picked) return false;
  field.value = "";
  const there = [...picked.querySelectorAll("input")].find((b) => b.value === found.value);
  if (there) { there.checked = true; return true; }
  const label = Object.assign(document.createElement("label"), { className: "check" }), text = document.createElement("span");
  text.append(found.label + " ", Object.assign(document.createElement("code"), { textContent: found.value }));
  label.append(Object.assign(document.createElement("input"), { type: "checkbox", name: "duties", value: found.value, checked: true }), text);
  picked.append(label);
  return true;
}
document.addEventListener("input", (e) => { if (e.target.list && !/^(insertText|insertComposition|delete)/.test(e.inputType ?? "")) pickDuty(e.target); });
document.addEventListener("change", (e) => { if (e.target.list) pickDuty(e.target); });
document.addEventListener("keypress", (e) => { if (e.key === "Enter" && e.target.list && pickDuty(e.target)) e.preventDefault(); });

// Countdowns: the time of the server goes on by two clocks of this device, of
// which one may sleep and the other may be set. What shows less time counts.
const clocks = { server: 0, ticks: 0, date: 0 };
function setClock(server, ticks) { Object.assign(clocks, { server, ticks, date: Date.now() - (performance.now() - ticks) }); }
function serverNow() { return clocks.server + Math.max(performance.now() - clocks.ticks, Date.now() - clocks.date); }

// digits is a time as the server writes it.
function digits(ms, days) {
  const s = Math.floor(ms / 1000), two = (n) => String(n).padStart(2, "0");
  if (s >= 48 * 3600) return days.replace("{1}", Math.floor(s / 86400));
  return two(Math.floor(s / 3600)) + ":" + two(Math.floor(s / 60) % 60) + ":" + two(s % 60);
}

function tick() {
  const now = serverNow();
  for (const el of document.querySelectorAll("[data-count]")) {
    const left = Number(el.dataset.count) - now, up = "up" in el.dataset, late = !up && left <= 0;
    el.querySelector(".digits").textContent = digits(Math.abs(left), el.dataset.days);
    if (up || late === el.classList.contains("late")) continue;
    el.classList.toggle("late", late);
    el.querySelector(".ahead").hidden = late;
    el.querySelector(".over").hidden = !late;
    const said = el.closest("#clock")?.querySelector("[data-passed]");
    if (late && said) said.textContent = said.dataset.passed;
  }
}

// renew asks how a case stands now. What is typed into its forms stays; where
// the server does not answer, the page says so and counts on.
async function renew() {
  const el = document.querySelector("[data-renew]");
  if (!el || document.visibilityState !== "visible") return;
  const asked = performance.now();
  let text = "";
  try {
    const r = await fetch(el.dataset.renew, { headers: { "HX-Request": "true", "HX-Target": el.id }, redirect: "error" });
    if (r.ok) text = await r.text();
  } catch { /* there is no network, or no server */ }
  if (!text.startsWith("<section")) { el.querySelector("[data-lost]").hidden = false; return; }
  const focused = document.activeElement?.closest("#clock button");
  el.outerHTML = text;
  const now = document.querySelector("#clock [data-now]");
  if (now) setClock(Number(now.dataset.now), asked);
  if (focused) document.querySelector("#clock button")?.focus();
  tick();
}

document.addEventListener("DOMContentLoaded", () => {
  const first = document.querySelector("[data-now]");
  if (!first && !document.querySelector("[data-renew]")) return;
  if (first) setClock(Number(first.dataset.now), performance.getEntriesByType("navigation")[0]?.responseStart ?? 0);
  setInterval(tick, 250);
  setInterval(renew, 20_000);
  document.addEventListener("visibilitychange", renew);
  tick();
});

// Where a system is ticked that a notice of designation names, the question
// about critical infrastructure is answered, and the form says so.
document.addEventListener("change", (e) => {
  const form = e.target.form;
  if (e.target.name !== "systems" || !form?.querySelector("[data-named]")) return;
  const cii = (value) => form.querySelector(`[name="fact.incident.cii"][value="${value}"]`);
  const says = cii("yes")?.closest(".incident-fact").querySelector("[data-likely]");
  const named = !!form.querySelector("[data-named]:checked");
  if (!says || named !== says.hidden || cii("no").checked || named && cii("yes").checked) return;
  says.hidden = !named;
  cii(named ? "yes" : "?").checked = true;
});

// What the record knows goes into the field of a part, behind what stands there.
document.addEventListener("DOMContentLoaded", () => {
  for (const b of document.querySelectorAll("[data-copy]")) {
    b.hidden = false;
    b.addEventListener("click", () => {
      const field = document.getElementById(b.dataset.copy), known = b.parentElement.querySelector("[data-copied]").textContent;
      field.value = field.value.trim() ? field.value.trimEnd() + "\n" + known : known;
      field.focus();
    });
  }
});

// A form that makes something new is sent once.
document.addEventListener("submit", (e) => {
  if ("once" in e.target.dataset) for (const b of e.target.querySelectorAll("button")) setTimeout(() => { b.disabled = true; });
});
