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
