// Nats per latent dimension over time, as a heat map that can be read with mouse and arrow keys.
import {h, fill, section} from './dom.js';
import {count, isNumber, measured, significant} from './numbers.js';

// A dark-to-light ramp of equal lightness steps (after viridis), readable without colour.
const RAMP = [[43, 17, 77], [62, 74, 137], [38, 130, 142], [53, 183, 121], [253, 231, 37]];

function colour(share) {
  const at = Math.max(0, Math.min(1, share)) * (RAMP.length - 1);
  const i = Math.min(RAMP.length - 2, Math.floor(at)), t = at - i;
  return RAMP[i].map((c, k) => Math.round(c + (RAMP[i + 1][k] - c) * t));
}

export function klmap(run) {
  const series = run.series.train;
  const keys = Object.keys(series?.keys ?? {}).filter((key) => key.startsWith('kl/dim/'));
  if (keys.length < 2) return null;
  run.onPage.add('kl/dim/*');
  const rows = keys.map((key) => ({name: 'z' + key.slice(7), values: series.keys[key].mean, se: series.keys[key].se}));
  const lastOf = (row) => row.values.findLast?.(isNumber) ?? row.values.filter(isNumber).at(-1) ?? 0;
  rows.sort((a, b) => lastOf(b) - lastOf(a));
  const columns = series.step.length;
  const largest = Math.max(...rows.flatMap((r) => r.values.filter(isNumber)), 1e-9);
  const shade = (v) => Math.sqrt(Math.max(0, v) / largest);
  const active = rows.filter((r) => lastOf(r) > 0.1).length;

  const canvas = h('canvas', {width: columns, height: rows.length, tabindex: 0, role: 'img',
    'aria-label': 'KL of each latent dimension over training: ' + active + ' of ' + rows.length +
      ' carry more than 0.1 nats at the end. Arrow keys read single values.'});
  const ctx = canvas.getContext('2d');
  const pixels = ctx.createImageData(columns, rows.length);
  rows.forEach((row, y) => row.values.forEach((value, x) => {
    const [r, g, b] = isNumber(value) ? colour(shade(value)) : [128, 128, 128];
    pixels.data.set([r, g, b, 255], 4 * (y * columns + x));
  }));
  ctx.putImageData(pixels, 0, 0);
  canvas.style.height = Math.max(120, Math.min(520, rows.length * 16)) + 'px';

  const cross = h('span', {class: 'cross', hidden: true});
  const read = h('p', {class: 'where', 'aria-live': 'polite'}, 'Rows by their KL at the end. Move over the map, or focus it and use the arrow keys.');
  let x = columns - 1, y = 0;
  const show = () => {
    const row = rows[y];
    cross.hidden = false;
    cross.style.left = (x + 0.5) / columns * 100 + '%';
    cross.style.top = (y + 0.5) / rows.length * 100 + '%';
    fill(read, row.name + ' at step ' + count(series.step[x]) + ': ' + measured(row.values[x], row.se?.[x]) + ' nats');
  };
  canvas.addEventListener('mousemove', (event) => {
    const at = canvas.getBoundingClientRect();
    x = Math.max(0, Math.min(columns - 1, Math.floor((event.clientX - at.left) / at.width * columns)));
    y = Math.max(0, Math.min(rows.length - 1, Math.floor((event.clientY - at.top) / at.height * rows.length)));
    show();
  });
  canvas.addEventListener('keydown', (event) => {
    const step = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[event.key];
    if (!step) return;
    event.preventDefault();
    x = Math.max(0, Math.min(columns - 1, x + step[0]));
    y = Math.max(0, Math.min(rows.length - 1, y + step[1]));
    show();
  });
  const every = Math.ceil(rows.length / 32);
  return section('latents', 'What each latent dimension carries',
    h('p', {class: 'note'}, active + ' of ' + rows.length + ' dimensions carry more than 0.1 nats at the end; active units are counted otherwise, by a mean code that varies (Var μ > 0.01). A dark row is a dimension that the decoder does without.'),
    h('div', {class: 'map'},
      h('div', {class: 'map-names', 'aria-hidden': 'true'}, rows.map((row, i) => h('span', {}, i % every ? '' : row.name))),
      h('div', {class: 'map-canvas'}, canvas, cross)),
    h('div', {class: 'map-scale'}, h('span', {}, '0'), h('span', {class: 'ramp', 'aria-hidden': 'true'}), h('span', {}, significant(largest, 3) + ' nats (KL, square-root scale)'),
      h('span', {class: 'map-steps'}, 'step ' + count(series.step[0]) + ' to ' + count(series.step.at(-1)))),
    read);
}
