// The page of one run, drawn from the JSON that it carries.
import 'uplot/dist/uPlot.min.css';
import './page.css';
import {config} from './config.js';
import {shared} from './chart.js';
import {curves} from './curves.js';
import {h} from './dom.js';
import {equation} from './equation.js';
import {glossary} from './glossary.js';
import {klmap} from './klmap.js';
import {Run} from './run.js';
import {samples} from './samples.js';
import {openTarget, theory} from './theory.js';
import {start} from './tooltip.js';
import {verdict} from './verdict.js';

const THEMES = ['auto', 'light', 'dark'];

function themeButton() {
  const root = document.documentElement;
  const button = h('button', {type: 'button', class: 'small', onclick: () => {
    const next = THEMES[(THEMES.indexOf(root.dataset.theme ?? 'auto') + 1) % 3];
    if (next === 'auto') delete root.dataset.theme;
    else root.dataset.theme = next;
    button.textContent = next;
    dispatchEvent(new Event('themechange'));
  }, 'aria-label': 'colours: automatic, light or dark', title: 'colours: automatic, light or dark'}, 'auto');
  return button;
}

function progress(run) {
  if (!run.running) return null;
  const {step, total_steps: total, written} = run.run;
  const live = location.hash === '#live';
  const box = h('input', {type: 'checkbox', checked: live, onchange: () => {
    location.hash = box.checked ? '#live' : '';
    if (box.checked) setTimeout(reload, 15000);
  }});
  const reload = () => { if (location.hash === '#live') location.reload(); };
  if (live) setTimeout(reload, 15000);
  return h('div', {class: 'progress', role: 'status'},
    h('b', {}, 'Run in progress. '), 'Written ' + new Date(written * 1000).toLocaleString() + ' at step ' + (step ?? 0).toLocaleString('en') +
      (total ? ' of ' + total.toLocaleString('en') : '') + '; the run rewrites this page as it goes. ',
    h('label', {}, box, ' load it anew every 15 s'),
    total ? h('progress', {max: total, value: step ?? 0, 'aria-label': 'steps done'}) : null);
}

function page(data) {
  const run = new Run(data);
  start();
  const answer = verdict(run);
  const spec = run.objective;
  const parts = [equation(run), curves(run), samples(run), klmap(run), theory(run), config(run)];
  parts.push(glossary(run));
  const shown = parts.filter(Boolean);
  const main = document.getElementById('page');
  document.body.prepend(
    h('a', {class: 'skip', href: '#verdict'}, 'Skip to the verdict'),
    h('nav', {'aria-label': 'sections'},
      h('a', {href: '#verdict'}, 'Verdict'),
      shown.map((part) => h('a', {href: '#' + part.id},
        {equation: 'Equation', curves: 'Curves', samples: 'Samples', latents: 'Latents', theory: 'Theory', config: 'Config', glossary: 'Glossary'}[part.id])),
      themeButton()));
  main.append(
    h('header', {id: 'verdict'},
      h('p', {class: 'kicker'}, run.run.name, spec ? ' · ' + spec.summary : '', run.run.data ? ' · ' + run.run.data : ''),
      progress(run),
      h('h1', {class: answer.mood}, answer.headline),
      h('ul', {class: 'findings'}, answer.sentences.map((sentence) => h('li', {}, sentence)), answer.status && h('li', {}, answer.status))),
    ...shown);
  document.body.append(h('footer', {},
    'Written by elbow report ' + (data.run.version || '') + ' on ' + new Date(data.run.written * 1000).toLocaleString() +
    '. Charts by uPlot (MIT, © Leon Sorokin), formulas by Temml (MIT, © Ron Kok and the KaTeX authors). This page loads nothing.'));
  addEventListener('hashchange', openTarget);
  if (location.hash) openTarget();
  // For who wants to look at the data behind the curves, and for tests.
  window.elbow = {data, charts: shared.charts};
}

try {
  page(JSON.parse(document.getElementById('data').textContent));
} catch (error) {
  document.getElementById('page').append('This page could not be drawn: ' + error.message);
  throw error;
}
