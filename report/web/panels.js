// Which curves stand together: the pieces of the equation first, then what a reader asks next, and
// the rest by the first part of its name.
import {pieces} from './equation.js';

const sameUnit = (run, keys) => {
  const groups = new Map();
  for (const key of keys) {
    const unit = run.term(key)?.unit ?? '';
    if (!groups.has(unit)) groups.set(unit, []);
    groups.get(unit).push(key);
  }
  return [...groups.values()];
};

const pick = (run, pattern) => run.keys().filter((key) => pattern.test(key));

/// Keys beside whose estimate an exact value is known.
const withTruth = (run, keys) => keys.length === 0 ? keys
  : keys.concat(run.keys().filter((k) => k.startsWith('truth/') && keys.some((key) => key.split('/')[0] === k.split('/')[1])));

const QUESTIONS = [
  [/^elbo$/, 'The bound on ln p(x)', 'Higher is better. Training far above held-out images: it fits its own images better.'],
  [/^(jensen_shannon|total_variation|le_cam)\/lower$/, 'Distance of data and model: at least this',
   'On training batches the discriminator may have memorised; the point at the end is on test images.'],
  [/^critic\/gap$/, 'How far the critic holds data and samples apart', 'Of critics with one slope it falls as samples come closer; a critic whose slope grows raises it.'],
  [/^probability\/(real|fake)$/, 'What the discriminator believes', 'One half each at equilibrium.'],
  [/^accuracy$|^critic\/auc$/, 'How well the discriminator tells them apart', 'Right answers at its threshold, and the chance that it scores an image above a sample (AUC), which no threshold moves. One half where it cannot tell.'],
  [/^critic\/(real|fake)$/, 'The critic’s output', ''],
  [/^active_units(\/probe)?$/, 'Latent dimensions in use', 'Near zero: posterior collapse.'],
  [/^epoch\/(wasserstein1|energy)(\/floor)?$/, 'Distance between samples and held-out data',
   'The floor is the same distance between two sets of real data: smooth samples, or few kinds of them, can lie below it.'],
  [/^truth\/(kl|reverse_kl|jensen_shannon|total_variation|log_px|evidence).*$/, 'Exact values', 'By quadrature or in closed form.'],
];

export function mainPanels(run) {
  const panels = [];
  const shown = new Set();
  const add = (title, note, keys) => {
    const fresh = keys.filter((key) => run.has(key) && !shown.has(key));
    for (const group of sameUnit(run, fresh)) {
      group.forEach((key) => shown.add(key));
      panels.push({title, note, keys: group});
    }
  };
  const spec = run.objective;
  for (const row of spec ? pieces(spec.equation, spec.parts) : []) {
    const keys = row.filter((p) => p.term).map((p) => p.term);
    const varies = (key) => {
      const ys = run.points('train', key).map((p) => p.y);
      return new Set(ys).size > 1 || ys.length < 2;
    };
    const phase = keys[0]?.split('/')[1];
    add(phase ? 'The ' + phase + '’s loss and its parts' : 'The loss and its parts', '', keys.filter(varies));
  }
  for (const penalty of run.penalties) {
    add('The penalty ' + penalty.name.replaceAll('_', ' '), penalty.summary + '.', penalty.terms ?? penalty.parts.map((p) => p.term));
  }
  for (const [pattern, title, note] of QUESTIONS) add(title, note, withTruth(run, pick(run, pattern)));
  return {panels, shown};
}

/// The remaining keys, by the first part of their name and their unit.
export function otherPanels(run, shown) {
  const families = new Map();
  for (const key of run.keys()) {
    if (shown.has(key) || key.startsWith('kl/dim/')) continue;
    const parts = key.split('/');
    const family = /^(probe|epoch|truth)$/.test(parts[0]) ? parts.slice(0, 2).join('/') : parts[0];
    if (!families.has(family)) families.set(family, []);
    families.get(family).push(key);
  }
  const panels = [];
  for (const [family, keys] of families) {
    for (const group of sameUnit(run, keys)) {
      for (let i = 0; i < group.length; i += 8) panels.push({title: family, note: '', keys: group.slice(i, i + 8)});
    }
  }
  return panels;
}
