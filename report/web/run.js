// The run's data with the questions that all parts of the page ask of it.
import {isNumber} from './numbers.js';

export const SPLITS = ['test', 'valid', 'train'];
export const SPLIT_WORDS = {train: 'training batches', valid: 'validation images', test: 'test images'};

export class Run {
  constructor(data) {
    const {last, ...rest} = data;
    Object.assign(this, rest);
    this.newest = last;
    this.onPage = new Set();  // keys that the page shows, for the glossary
    this.colours = new Map();
    for (const spec of this.specs) {
      for (const part of spec.parts) this.colour(part.term);
    }
  }

  get objective() { return this.specs.find((s) => s.kind === 'objective'); }
  get penalties() { return this.specs.filter((s) => s.kind === 'penalty'); }
  get running() { return this.run.status === 'running'; }

  /// What terms.json says about a key: its own entry, or that of the family with the longest prefix.
  term(key) {
    if (Object.hasOwn(this.terms, key)) return this.terms[key];
    for (let at = key.lastIndexOf('/'); at > 0; at = key.lastIndexOf('/', at - 1)) {
      const family = key.slice(0, at) + '/*';
      if (Object.hasOwn(this.terms, family)) return this.terms[family];
    }
    return undefined;
  }
  /// The name under which terms.json has the key.
  pattern(key) {
    if (Object.hasOwn(this.terms, key)) return key;
    for (let at = key.lastIndexOf('/'); at > 0; at = key.lastIndexOf('/', at - 1)) {
      if (Object.hasOwn(this.terms, key.slice(0, at) + '/*')) return key.slice(0, at) + '/*';
    }
    return key;
  }
  symbol(key) { return this.term(key)?.symbol || key; }
  unit(key) {
    const unit = this.term(key)?.unit ?? '';
    return unit === '1' ? '' : unit;
  }

  has(key) { return SPLITS.some((s) => this.series[s] && Object.hasOwn(this.series[s].keys, key)); }
  keys() {
    const all = new Set();
    for (const split of ['train', 'valid', 'test']) {
      for (const key of Object.keys(this.series[split]?.keys ?? {})) all.add(key);
    }
    return [...all];
  }

  /// The newest number of a key: {value, se, step, split}; held-out data before training batches.
  last(key, splits = SPLITS) {
    for (const split of splits) {
      const found = this.newest[split]?.[key];
      if (found) return {value: found[0], se: found[1], step: found[2], split};
    }
    return undefined;
  }
  /// The curve of a key in a split: [{x: step, y, se}], finite points only.
  points(split, key) {
    const series = this.series[split];
    const column = series?.keys[key];
    if (!column) return [];
    return series.step.map((x, i) => ({x, y: column.mean[i], se: column.se?.[i]})).filter((p) => isNumber(p.y));
  }

  setting(key) { return this.config.find((c) => c.key === key)?.value ?? ''; }

  /// A colour slot per key, the same all over the page. Slots 0 to 7 are distinct.
  colour(key) {
    if (!this.colours.has(key)) this.colours.set(key, this.colours.size % 8);
    return this.colours.get(key);
  }
}
