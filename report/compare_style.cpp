#include "report/compare_style.h"

namespace elbow::report {

// Colours as in report/web/page.css: after Okabe and Ito, with a contrast of 4.5 as text.
const char* const kCompareStyle = R"(
:root { color-scheme: light dark; --paper: #fbfaf7; --card: #fff; --ink: #1d2024; --quiet: #5d6269;
  --rule: #e2dfd8; --s0: #1f5f99; --s1: #b0450a; --s2: #0a7353; --s3: #9c3f78; --s4: #7d5d00;
  --s5: #12728f; --s6: #5b4bb0; --s7: #4d4d4d; }
@media (prefers-color-scheme: dark) { :root { --paper: #15181c; --card: #1b1f24; --ink: #e7e4dd;
  --quiet: #a2a6ab; --rule: #30353c; --s0: #6fb3ef; --s1: #f08a55; --s2: #43c59b; --s3: #e28fc0;
  --s4: #d9b440; --s5: #5cc5e6; --s6: #a99cf5; --s7: #c3c3c3; } }
.s0 { --c: var(--s0); } .s1 { --c: var(--s1); } .s2 { --c: var(--s2); } .s3 { --c: var(--s3); }
.s4 { --c: var(--s4); } .s5 { --c: var(--s5); } .s6 { --c: var(--s6); } .s7 { --c: var(--s7); }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1rem 1.25rem 3rem; background: var(--paper);
  color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans",
  "DejaVu Sans", sans-serif; -webkit-text-size-adjust: 100%; }
h1, h2 { font-family: Charter, "Bitstream Charter", "Source Serif 4", "Noto Serif", Georgia, serif;
  font-weight: 600; line-height: 1.25; overflow-wrap: anywhere; }
h1 { font-size: clamp(1.35rem, 1rem + 2vw, 2rem); margin: 1rem 0; }
h2 { font-size: 1.3rem; margin: 2.2rem 0 .6rem; padding-top: 1.4rem; border-top: 1px solid var(--rule); }
h3 { font-size: 1rem; font-weight: 600; margin: 0; }
p, li { max-width: 46rem; overflow-wrap: anywhere; }
p { margin: 0 0 .7rem; }
code { font: .88em/1.4 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
ul { padding-left: 1.1rem; margin: 0 0 .8rem; }
.runs { list-style: none; padding: 0; }
.key { display: inline-block; width: .8em; height: .8em; border-radius: 50%; background: var(--c); }
.quiet, figcaption { color: var(--quiet); }
.quiet, figcaption { font-size: .9rem; }
.answer b { color: var(--c); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .7rem .25rem 0; border-bottom: 1px solid var(--rule); text-align: right;
  white-space: nowrap; }
th { color: var(--quiet); font-weight: 500; }
th:first-child, td:first-child, .words { text-align: left; }
.significant { font-weight: 600; }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 21rem), 1fr));
  gap: 1rem; }
.card { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: .8rem;
  min-width: 0; break-inside: avoid; }
.card p { margin: .2rem 0 .4rem; font-size: .9rem; }
figure { margin: 0; min-width: 0; }
svg { display: block; width: 100%; height: auto; }
.plane { max-width: 32rem; }
svg text { font: 13px system-ui, sans-serif; fill: var(--ink); }
svg [class^="s"] polyline { fill: none; stroke: var(--c); stroke-width: 1.8; }
svg [class^="s"] polygon { fill: var(--c); opacity: .22; }
svg [class^="s"] circle { fill: var(--c); }
svg [class^="s"] text { fill: var(--c); font-weight: 600; }
.axis line { stroke: var(--rule); }
.axis text, .guide text { fill: var(--quiet); }
.guide polyline { fill: none; stroke: var(--quiet); stroke-dasharray: 5 4; opacity: .7; }
.samples > div { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 15rem), 1fr));
  gap: 1rem; }
.samples > div[hidden] { display: none; }
.samples img { width: 100%; max-width: 24rem; image-rendering: pixelated; display: block; }
label { display: inline-flex; flex-wrap: wrap; gap: .5rem; align-items: center; }
select, input { font: inherit; }
select { color: inherit; background: var(--card); border: 1px solid var(--rule); border-radius: 5px;
  padding: .1rem .3rem; }
:focus-visible { outline: 2px solid var(--s0); outline-offset: 2px; }
body[data-axis="steps"] .at-samples, body[data-axis="steps"] .at-time,
body[data-axis="samples"] .at-steps, body[data-axis="samples"] .at-time,
body[data-axis="time"] .at-steps, body[data-axis="time"] .at-samples { display: none; }
@media print { select, input { display: none; } .samples > div[hidden] { display: grid; } }
)";

// Without it everything is there: curves against steps, and the samples of every step.
const char* const kCompareScript = R"(
const axis = document.getElementById('axis');
if (axis) axis.onchange = () => { document.body.dataset.axis = axis.value; };
const slider = document.getElementById('step');
if (slider) {
  const blocks = [...document.querySelectorAll('.samples > div')];
  const show = () => {
    blocks.forEach((block, i) => { block.hidden = i !== Number(slider.value); });
    document.getElementById('shown').textContent = blocks[slider.value].dataset.step;
  };
  slider.oninput = show;
  show();
}
)";

}  // namespace elbow::report
