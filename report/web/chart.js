// One panel of curves: uPlot with bands of one standard error, dotted lines of theory, a toggle per
// term, a log scale, and cursor and zoom that all panels share.
import uPlot from 'uplot';
import {h, fill} from './dom.js';
import {closedForm, isNumber, measured, scientific, significant} from './numbers.js';
import {SPLIT_WORDS} from './run.js';
import {explain, termCard} from './tooltip.js';

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const STYLE = {train: {width: 1.6}, valid: {width: 1.6, dash: [6, 4], points: {show: true, size: 5}},
               test: {width: 0, points: {show: true, size: 11}}};
const AXIS = {step: 'step', epoch: 'epoch', wall: 'seconds of training'};

/// What the panels have in common.
export const shared = {charts: new Set(), axis: 'step', zoom: null};

export function setAxis(axis) {
  shared.axis = axis;
  shared.zoom = null;
  shared.charts.forEach((chart) => chart.draw());
}
export const redraw = () => shared.charts.forEach((chart) => chart.plot?.redraw(false));

function zoomAll(from, range) {
  shared.zoom = range;
  for (const chart of shared.charts) {
    if (chart !== from && chart.plot) chart.showRange(range);
  }
}

/// A band between two curves behind them; gaps where either is missing.
function band(u, xs, low, high, colour, alpha) {
  const {ctx} = u;
  const {left, top, width, height} = u.bbox;
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, top, width, height);
  ctx.clip();
  ctx.globalAlpha = alpha;
  ctx.fillStyle = colour;
  ctx.beginPath();
  const px = (v) => u.valToPos(v, 'x', true);
  const py = (v) => u.valToPos(v, 'y', true);
  const there = xs.map((_, i) => i).filter((i) => isNumber(low[i]) && isNumber(high[i]));
  const least = u.scales.y.distr === 3 ? u.scales.y.min : -Infinity;
  there.forEach((i, n) => ctx[n ? 'lineTo' : 'moveTo'](px(xs[i]), py(high[i])));
  there.reverse().forEach((i) => ctx.lineTo(px(xs[i]), py(Math.max(low[i], least))));
  ctx.closePath();
  ctx.fill();
  ctx.restore();
}

/// A number on an axis, without zeros that say nothing.
const tick = (v) => v === null ? '' : Math.abs(v) >= 1e6 ? scientific(v, 2) : v.toLocaleString('en', {maximumSignificantDigits: 4}).replace('-', '−');

export class Chart {
  constructor(run, panel) {
    this.run = run;
    this.panel = panel;
    this.hidden = new Set();
    this.log = false;
    panel.keys.forEach((key) => run.onPage.add(key));
    this.lines = [];  // {key, split, column, colour}
    panel.keys.forEach((key, i) => {
      const own = run.colours.get(key);
      const colour = own ?? (panel.keys.some((k) => run.colours.has(k)) ? (i + 3) % 8 : i % 8);
      for (const split of ['train', 'valid', 'test']) {
        const column = run.series[split]?.keys[key];
        if (column) this.lines.push({key, split, column, colour, series: run.series[split]});
      }
    });
    this.build();
    shared.charts.add(this);
  }

  build() {
    const title = h('h3', {}, this.panel.title);
    this.canvas = h('div', {class: 'plot', tabindex: 0, role: 'group', 'aria-label': this.label()});
    this.canvas.addEventListener('keydown', (event) => this.key(event));
    this.legend = h('ul', {class: 'legend'}, this.panel.keys.map((key) => this.entry(key)));
    this.where = h('p', {class: 'where'});
    const positive = this.lines.every((l) => l.column.mean.every((v) => v === null || v > 0));
    this.logButton = h('button', {type: 'button', class: 'small', 'aria-pressed': 'false', disabled: !positive,
                                  title: positive ? 'logarithmic scale' : 'a logarithm needs positive values',
                                  onclick: () => this.toggleLog()}, 'log');
    const reset = h('button', {type: 'button', class: 'small', title: 'show the whole run (0)',
                               onclick: () => this.reset()}, 'whole run');
    this.element = h('figure', {class: 'chart', 'data-keys': this.panel.keys.join(' ')},
      h('div', {class: 'chart-head'}, title, h('span', {class: 'unit'}, this.unit()), this.logButton, reset),
      this.panel.note && h('p', {class: 'chart-note'}, this.panel.note),
      this.canvas, this.where, this.legend);
    new ResizeObserver(() => this.resize()).observe(this.canvas);
  }

  unit() {
    const unit = this.run.term(this.panel.keys[0])?.unit ?? '';
    return unit === '1' ? 'pure number' : unit;
  }
  label() {
    const values = this.panel.keys.map((key) => {
      const last = this.run.last(key);
      return last ? this.run.symbol(key) + ' ' + measured(last.value, last.se) : '';
    });
    return this.panel.title + ', curves over ' + AXIS[shared.axis] + '. Last: ' + values.join(', ') +
      '. Arrow keys move the cursor, plus and minus zoom, 0 shows the whole run.';
  }

  entry(key) {
    const colour = this.lines.find((l) => l.key === key)?.colour ?? 0;
    const value = h('span', {class: 'legend-value'});
    const equilibrium = this.run.term(key)?.equilibrium;
    const button = h('button', {type: 'button', 'aria-pressed': 'true', 'data-key': key,
                                onclick: (event) => this.toggle(key, event.currentTarget)},
      h('span', {class: 'swatch', style: `background: var(--s${colour})`}),
      h('span', {class: 'legend-name'}, this.run.symbol(key)), value,
      isNumber(equilibrium) && h('span', {class: 'quiet'}, ' ⋯ ' + closedForm(equilibrium)));
    button.value_ = value;
    return h('li', {}, explain(button, () => termCard(this.run, key)));
  }

  toggle(key, button) {
    const show = this.hidden.delete(key);
    if (!show) this.hidden.add(key);
    button.setAttribute('aria-pressed', String(show));
    this.lines.forEach((line, i) => { if (line.key === key) this.plot?.setSeries(i + 1, {show}); });
  }
  toggleLog() {
    this.log = !this.log;
    this.logButton.setAttribute('aria-pressed', String(this.log));
    this.draw();
  }

  /// One x axis for all splits: the union of their positions.
  table() {
    const axis = shared.axis;
    const xs = [...new Set(this.lines.flatMap((l) => l.series[axis]))].filter(isNumber).sort((a, b) => a - b);
    const at = new Map(xs.map((x, i) => [x, i]));
    const spread = (line, column) => {
      const out = new Array(xs.length).fill(null);
      column.forEach((value, i) => {
        const x = line.series[axis][i];
        if (isNumber(x) && isNumber(value) && !(this.log && value <= 0)) out[at.get(x)] = value;
      });
      return out;
    };
    this.xs = xs;
    this.errors = this.lines.map((line) => line.column.se ? spread(line, line.column.se) : null);
    this.extremes = this.lines.map((line) => line.column.least
      ? [spread(line, line.column.least), spread(line, line.column.largest)] : null);
    return [xs, ...this.lines.map((line) => spread(line, line.column.mean))];
  }

  equilibria() {
    return this.panel.keys.filter((key) => !this.hidden.has(key))
      .map((key) => ({key, value: this.run.term(key)?.equilibrium, colour: this.lines.find((l) => l.key === key)?.colour}))
      .filter((line) => isNumber(line.value) && line.colour !== undefined && !(this.log && line.value <= 0));
  }

  draw() {
    this.plot?.destroy();
    const width = this.canvas.clientWidth;
    if (width < 40) {
      this.plot = undefined;
      return;
    }
    const data = this.table();
    const ink = () => css('--quiet');
    const axis = {stroke: ink, grid: {stroke: () => css('--grid'), width: 1}, ticks: {stroke: () => css('--grid'), width: 1},
                  font: '12px system-ui, sans-serif', labelFont: '12px system-ui, sans-serif'};
    this.plot = new uPlot({
      width, height: 230,
      padding: [10, 20, 0, 0],
      legend: {show: false},
      cursor: {sync: {key: 'elbow', setSeries: false}, drag: {x: true, y: false}, points: {size: 6}},
      scales: {x: {time: false}, y: {distr: this.log ? 3 : 1, range: (u, low, high) => this.range(low, high)}},
      axes: [{...axis, size: 34, values: (u, vs) => vs.map(tick)},
             {...axis, size: (u, vs) => Math.max(58, 18 + 7 * Math.max(0, ...(vs ?? []).map((v) => String(v).length))), values: (u, vs) => vs.map(tick)}],
      series: [{}, ...this.lines.map((line) => ({
        label: line.key + ' (' + line.split + ')', show: !this.hidden.has(line.key), spanGaps: true,
        stroke: () => css('--s' + line.colour), points: {show: false}, ...STYLE[line.split],
        ...(line.key.startsWith('truth/') ? {dash: [2, 3]} : {}),
        ...(data[this.lines.indexOf(line) + 1].filter((v) => v !== null).length === 1 ? {points: {show: true, size: 9}} : {})}))],
      hooks: {
        drawAxes: [(u) => this.under(u, data)],
        setCursor: [(u) => this.readOut(u.cursor.idx)],
        setScale: [(u, scale) => this.zoomed(u, scale)],
      },
    }, data, this.canvas);
    this.data = data;
    if (shared.zoom) this.showRange(shared.zoom);
    this.readOut(null);
  }

  range(low, high) {
    const values = this.equilibria().map((line) => line.value);
    const least = Math.min(low ?? Infinity, ...values), largest = Math.max(high ?? -Infinity, ...values);
    if (!isNumber(least) || !isNumber(largest)) return this.log ? [0.1, 1] : [0, 1];
    if (this.log) return uPlot.rangeLog(least, largest, 10, false);
    return uPlot.rangeNum(least, largest, 0.08, false);
  }

  /// Bands and the lines of theory, behind the curves.
  under(u, data) {
    this.lines.forEach((line, i) => {
      if (this.hidden.has(line.key)) return;
      const colour = css('--s' + line.colour), column = data[i + 1];
      const extremes = this.extremes[i], errors = this.errors[i];
      if (extremes) band(u, this.xs, extremes[0], extremes[1], colour, 0.1);
      if (errors && line.split !== 'test') {
        band(u, this.xs, column.map((v, k) => v === null ? null : v - (errors[k] ?? 0)),
             column.map((v, k) => v === null ? null : v + (errors[k] ?? 0)), colour, 0.22);
      }
    });
    const {ctx} = u;
    for (const line of this.equilibria()) {
      const y = Math.round(u.valToPos(line.value, 'y', true));
      ctx.save();
      ctx.strokeStyle = css('--s' + line.colour);
      ctx.lineWidth = 1.5 * devicePixelRatio;
      ctx.setLineDash([2 * devicePixelRatio, 4 * devicePixelRatio]);
      ctx.beginPath();
      ctx.moveTo(u.bbox.left, y);
      ctx.lineTo(u.bbox.left + u.bbox.width, y);
      ctx.stroke();
      ctx.restore();
    }
  }

  readOut(index) {
    for (const button of this.legend.querySelectorAll('button')) {
      const key = button.dataset.key;
      const texts = [];
      this.lines.forEach((line, i) => {
        if (line.key !== key || index === null || index === undefined) return;
        const value = this.data[i + 1][index];
        if (isNumber(value)) texts.push((line.split === 'train' ? '' : line.split + ' ') + measured(value, this.errors[i]?.[index]));
      });
      if (index === null || index === undefined) {
        const last = this.run.last(key);
        if (last) texts.push(measured(last.value, last.se));
      }
      fill(button.value_, texts.join(' · '));
    }
    fill(this.where, index === null || index === undefined ? 'last values, held-out images first'
      : AXIS[shared.axis] + ' ' + significant(this.xs[index], 6));
  }

  whole() { return [this.xs[0], this.xs.at(-1)]; }
  showRange(range) {
    this.quiet = true;
    const [min, max] = range ?? this.whole();
    this.plot.setScale('x', {min, max});
    queueMicrotask(() => { this.quiet = false; });
  }
  zoomed(u, scale) {
    if (scale !== 'x' || this.quiet || !this.data) return;
    const [low, high] = this.whole();
    const {min, max} = u.scales.x;
    zoomAll(this, min <= low && max >= high ? null : [min, max]);
  }
  reset() {
    this.showRange(null);
    zoomAll(this, null);
  }

  key(event) {
    if (!this.plot || event.ctrlKey || event.metaKey || event.altKey) return;
    const u = this.plot;
    const index = u.cursor.idx ?? this.xs.length - 1;
    const move = (to) => {
      const i = Math.max(0, Math.min(this.xs.length - 1, to));
      u.setCursor({left: u.valToPos(this.xs[i], 'x'), top: u.over.clientHeight / 2});
    };
    const zoom = (factor) => {
      const {min, max} = u.scales.x, centre = this.xs[index], [low, high] = this.whole();
      const range = [Math.max(low, centre - (centre - min) * factor), Math.min(high, centre + (max - centre) * factor)];
      if (range[1] > range[0]) { this.showRange(range); zoomAll(this, range); }
    };
    const actions = {ArrowLeft: () => move(index - 1), ArrowRight: () => move(index + 1), Home: () => move(0),
                     End: () => move(this.xs.length - 1), '+': () => zoom(0.5), '=': () => zoom(0.5),
                     '-': () => zoom(2), 0: () => this.reset(), l: () => !this.logButton.disabled && this.toggleLog()};
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }

  resize() {
    const width = this.canvas.clientWidth;
    if (!this.plot) this.draw();
    else if (Math.abs(this.plot.width - width) > 1) this.plot.setSize({width, height: 230});
  }
}
