// The section of curves: the main panels, and all other terms folded.
import {Chart, redraw, setAxis, shared} from './chart.js';
import {h, section} from './dom.js';
import {count, plural} from './numbers.js';
import {mainPanels, otherPanels} from './panels.js';

function thinned(run) {
  const notes = [];
  for (const [split, series] of Object.entries(run.series)) {
    if (series.per_point > 1) {
      notes.push('Of the ' + count(series.records) + ' ' + split + ' records, each point is the mean of ' +
                 count(series.per_point) + ' in a row; the wide pale band is their range.');
    }
  }
  return notes.join(' ');
}

function axisChoice() {
  const choice = (axis, text) => h('button', {type: 'button', class: 'small', 'aria-pressed': String(axis === shared.axis),
    onclick: (event) => {
      event.currentTarget.parentElement.querySelectorAll('button').forEach((b) => b.setAttribute('aria-pressed', 'false'));
      event.currentTarget.setAttribute('aria-pressed', 'true');
      setAxis(axis);
    }}, text);
  return h('div', {class: 'choice', role: 'group', 'aria-label': 'horizontal axis'}, 'over ',
           choice('step', 'steps'), choice('epoch', 'epochs'), choice('wall', 'time'));
}

export function curves(run) {
  if (run.keys().length === 0) return null;
  const {panels, shown} = mainPanels(run);
  const others = otherPanels(run, shown);
  const folded = h('div', {class: 'charts'});
  const charts = panels.map((panel) => new Chart(run, panel));
  // Their terms belong to the glossary now, their canvases are made when they are opened.
  others.forEach((panel) => panel.keys.forEach((key) => run.onPage.add(key)));
  const more = h('details', {class: 'more', ontoggle: () => {
    if (folded.childElementCount === 0) folded.append(...others.map((panel) => new Chart(run, panel).element));
  }}, h('summary', {}, 'All other logged terms (' + plural(others.flatMap((p) => p.keys).length, 'term') + ')'), folded);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
  addEventListener('themechange', redraw);
  return section('curves', 'What happened while it trained',
    h('p', {class: 'note'}, 'Solid: training batches; dashed: validation images; large dot: test images; band: ± one ' +
      'standard error; dotted: the value at equilibrium or an exact value. Drag to zoom; a click on a name hides its curve. ' + thinned(run)),
    axisChoice(),
    h('div', {class: 'charts'}, charts.map((c) => c.element)),
    others.length > 0 && more);
}
