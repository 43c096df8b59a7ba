// The pages of `elbow watch`: plain HTML, drawn on a canvas; they load nothing from elsewhere.
#include <string>

#include "app/watched_runs.h"

namespace elbow::app {
namespace {

constexpr const char* kHead = R"html(<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>elbow watch</title>
<style>
:root { color-scheme: light dark; --line: #8885; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.3rem; } a { color: inherit; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .25rem .8rem .25rem 0; border-bottom: 1px solid var(--line); }
.scroll { overflow-x: auto; } .note { opacity: .75; }
canvas { width: 100%; height: 20rem; display: block; border: 1px solid var(--line); }
.keys { display: flex; flex-wrap: wrap; gap: .1rem 1rem; margin: .6rem 0; }
.keys label { white-space: nowrap; } .swatch { display: inline-block; width: .8em; height: .8em;
margin-right: .3em; border-radius: 2px; }
.pictures img { max-width: 100%; image-rendering: pixelated; } .running { color: #0a7d33; }
.failed, .diverged, .silent { color: #c0392b; }
@media (prefers-color-scheme: dark) { .running { color: #4fd37f; }
.failed, .diverged, .silent { color: #ff8b7b; } }
</style></head><body>
)html";

constexpr const char* kList = R"html(<h1>Runs</h1>
<div class="scroll"><table><thead><tr><th scope="col">run</th><th scope="col">state</th>
<th scope="col">step</th><th scope="col">last sign of life</th><th scope="col">report</th></tr>
</thead><tbody id="rows"></tbody></table></div><p class="note" id="note">Loading ...</p>
<script>
'use strict';
const rows = document.getElementById('rows'), note = document.getElementById('note');
const cell = (row, text) => row.insertCell().append(text);
const link = (text, href) => {
  const a = document.createElement('a');
  a.textContent = text;
  a.href = href;
  return a;
};
const ago = s => s < 90 ? Math.round(s) + ' s ago' : s < 5400 ? Math.round(s / 60) + ' min ago'
    : Math.round(s / 3600) + ' h ago';
let timer;
async function refresh() {
  clearTimeout(timer);
  try {
    const runs = await (await fetch('/api/runs')).json();
    rows.replaceChildren();
    for (const run of runs) {
      const row = rows.insertRow(), base = '/runs/' + encodeURIComponent(run.name) + '/';
      cell(row, link(run.name, base));
      cell(row, run.state + (run.message ? ': ' + run.message : ''));
      row.cells[1].className = run.state;
      cell(row, run.step.toLocaleString() + ' of ' + run.total_steps.toLocaleString());
      cell(row, run.silent_seconds === null ? '' : ago(run.silent_seconds));
      cell(row, run.report ? link('report', base + 'report') : '');
    }
    note.textContent = runs.length ? '' : 'No run here yet.';
  } catch (error) {
    note.textContent = 'The server does not answer: ' + error.message;
  }
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(refresh, 3000);
}
document.addEventListener('visibilitychange', () => { if (!document.hidden) refresh(); });
refresh();
</script></body></html>
)html";

constexpr const char* kRun = R"html(<p><a href="/">all runs</a></p>
<h1 id="name"></h1><p id="state" class="note" aria-live="polite">Loading ...</p>
<p><label><input type="checkbox" id="log"> logarithmic</label>
<label><input type="checkbox" id="valid" checked> validation (dots)</label>
<a id="report" hidden href="report">report</a></p>
<canvas id="chart" role="img" aria-label="curves of the chosen terms over steps"></canvas>
<p id="hover" class="note">&nbsp;</p><div class="keys" id="keys"></div>
<div class="pictures" id="pictures"></div>
<script>
'use strict';
const $ = id => document.getElementById(id);
const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#b8860b', '#56b4e9', '#7f7f7f'];
const limit = 3000;  // points of a curve; beyond it every second is dropped
let curves = new Map(), chosen = new Set(), terms = {}, from = 0, session = '', etag = '';
let shown = '', busy = false;
$('name').textContent = decodeURIComponent(location.pathname.split('/')[2]);

function add(record) {
  if (record.split !== 'train' && record.split !== 'valid') return;
  for (const [key, value] of Object.entries(record)) {
    if (typeof value !== 'number' || ['step', 'epoch', 'wall'].includes(key)) continue;
    if (key.endsWith('.se')) continue;
    if (!curves.has(key)) addKey(key);
    const curve = curves.get(key)[record.split];
    curve.push([record.step, value, record[key + '.se'] || 0]);
    if (curve.length > limit) {
      curves.get(key)[record.split] = curve.filter((_, i) => i % 2 === 0);
    }
  }
}

function addKey(key) {
  curves.set(key, {train: [], valid: []});
  if (key === 'loss' || key.startsWith('loss/') || /^elbo(\/(kl|reconstruction))?$/.test(key)) {
    chosen.add(key);
  }
  const label = document.createElement('label'), box = document.createElement('input');
  const swatch = document.createElement('span');
  box.type = 'checkbox';
  box.checked = chosen.has(key);
  box.onchange = () => { box.checked ? chosen.add(key) : chosen.delete(key); draw(); };
  swatch.className = 'swatch';
  label.dataset.key = key;
  label.append(box, ' ', swatch, key);
  const term = terms[key];
  if (term) label.title = [term.symbol, term.unit, term.meaning].filter(Boolean).join(' · ');
  const later = [...$('keys').children].find(
      other => other.dataset.key.localeCompare(key, 'en', {numeric: true}) > 0);
  $('keys').insertBefore(label, later || null);
}

let scale = null;
function draw() {
  const canvas = $('chart'), ratio = devicePixelRatio || 1, pen = canvas.getContext('2d');
  const w = canvas.clientWidth, h = canvas.clientHeight, left = 62, bottom = 24;
  canvas.width = w * ratio;
  canvas.height = h * ratio;
  pen.scale(ratio, ratio);
  const log = $('log').checked, y = v => log ? Math.log10(v) : v;
  const keys = [...chosen].filter(key => curves.has(key)).sort();
  const ok = v => Number.isFinite(y(v));
  let x0 = Infinity, x1 = -Infinity, y0 = Infinity, y1 = -Infinity;
  for (const key of keys) {
    for (const split of ['train', 'valid']) {
      for (const [step, v] of curves.get(key)[split]) {
        if (!ok(v)) continue;
        x0 = Math.min(x0, step); x1 = Math.max(x1, step);
        y0 = Math.min(y0, y(v)); y1 = Math.max(y1, y(v));
      }
    }
  }
  for (const label of $('keys').children) {
    const at = keys.indexOf(label.dataset.key);
    label.querySelector('.swatch').style.background = at < 0 ? '' : colours[at % colours.length];
  }
  if (!(x1 >= x0)) { scale = null; return; }
  if (x1 === x0) x1 += 1;
  if (y1 === y0) { y0 -= 1; y1 += 1; }
  const px = s => left + (s - x0) / (x1 - x0) * (w - left - 8);
  const py = v => 8 + (y1 - y(v)) / (y1 - y0) * (h - bottom - 16);
  scale = {x0, x1, left, w, keys};
  pen.fillStyle = pen.strokeStyle = getComputedStyle(document.body).color;
  pen.font = '12px system-ui, sans-serif';
  pen.globalAlpha = .7;
  const few = w < 500 ? 2 : 1;  // labels of steps do not touch
  for (let i = 0; i <= 4; ++i) {
    const s = x0 + (x1 - x0) * i / 4, exact = y0 + (y1 - y0) * i / 4;
    const v = Math.abs(exact) < 1e-6 * (y1 - y0) ? 0 : exact;
    pen.fillText(Number((log ? 10 ** v : v).toPrecision(4)).toString(), 4,
                 12 + (4 - i) / 4 * (h - bottom - 16));
    if (i % few) continue;
    pen.fillText(Math.round(s).toLocaleString(), Math.min(px(s), w - 50), h - 6);
  }
  keys.forEach((key, i) => {
    const {train, valid} = curves.get(key);
    pen.strokeStyle = pen.fillStyle = colours[i % colours.length];
    pen.globalAlpha = .18;  // one standard error to each side
    pen.beginPath();
    const band = train.filter(([, v, se]) => se > 0 && ok(v - se) && ok(v + se));
    band.forEach(([s, v, se], j) => j ? pen.lineTo(px(s), py(v + se)) : pen.moveTo(px(s), py(v + se)));
    band.slice().reverse().forEach(([s, v, se]) => pen.lineTo(px(s), py(v - se)));
    pen.fill();
    pen.globalAlpha = 1;
    pen.beginPath();
    train.filter(([, v]) => ok(v)).forEach(([s, v], j) =>
        j ? pen.lineTo(px(s), py(v)) : pen.moveTo(px(s), py(v)));
    pen.stroke();
    if (!$('valid').checked) return;
    for (const [s, v] of valid) if (ok(v)) { pen.beginPath(); pen.arc(px(s), py(v), 3, 0, 7); pen.fill(); }
  });
}

$('chart').onmousemove = event => {
  if (!scale) return;
  const step = scale.x0 + (event.offsetX - scale.left) / (scale.w - scale.left - 8) * (scale.x1 - scale.x0);
  let text = '';
  for (const key of scale.keys) {
    let best = null;
    for (const p of curves.get(key).train) {
      if (!best || Math.abs(p[0] - step) < Math.abs(best[0] - step)) best = p;
    }
    if (best) {
      text += (text ? ' · ' : 'step ' + best[0].toLocaleString() + ' · ') + key + ' ' +
          best[1].toPrecision(6) + (best[2] ? ' ± ' + best[2].toPrecision(2) : '');
    }
  }
  $('hover').textContent = text;
};
$('log').onchange = $('valid').onchange = draw;
addEventListener('resize', draw);

function restart() {
  curves = new Map();
  $('keys').replaceChildren();
  from = 0;
  etag = '';
}

async function metrics() {
  for (;;) {
    const answer = await fetch('metrics?from=' + from, etag ? {headers: {'If-None-Match': etag}} : {});
    const now = answer.headers.get('X-Session');
    if (answer.status === 409 || (session && now && now !== session)) {
      session = now;
      restart();
      continue;
    }
    if (answer.status === 304 || !answer.ok) return;
    session = now;
    const text = await answer.text(), next = Number(answer.headers.get('X-Next'));
    if (next === from) { etag = answer.headers.get('ETag'); return; }
    etag = '';
    from = next;
    for (const line of text.split('\n')) if (line) add(JSON.parse(line));
    if (next >= Number(answer.headers.get('X-Size'))) return;
  }
}

async function pictures() {
  const names = await (await fetch('samples')).json();
  const newest = names.filter(name => name.startsWith('step_')).pop();
  if (!newest || newest === shown) return;
  shown = newest;
  const figure = document.createElement('figure'), image = document.createElement('img');
  const caption = document.createElement('figcaption');
  image.src = 'samples/' + encodeURIComponent(newest);
  image.alt = 'samples of the model';
  caption.textContent = newest;
  figure.append(image, caption);
  $('pictures').replaceChildren(figure);
}

let timer;
async function refresh() {
  clearTimeout(timer);
  if (busy) return;
  busy = true;
  try {
    if (!Object.keys(terms).length) {
      const answer = await fetch('terms');
      if (answer.ok) terms = await answer.json();
    }
    await metrics();
    const status = await (await fetch('status')).json();
    $('state').textContent = status.state + ', step ' + status.step.toLocaleString() + ' of ' +
        status.total_steps.toLocaleString() + (status.message ? ': ' + status.message : '');
    $('state').className = 'note ' + status.state;
    $('report').hidden = !status.report;
    await pictures();
    draw();
  } catch (error) {
    $('state').textContent = 'The server does not answer: ' + error.message;
  }
  busy = false;
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(refresh, 2000);
}
document.addEventListener('visibilitychange', () => { if (!document.hidden) refresh(); });
refresh();
</script></body></html>
)html";

}  // namespace

std::string watch_list_page() { return std::string(kHead) + kList; }

std::string watch_run_page() { return std::string(kHead) + kRun; }

}  // namespace elbow::app
