// What theory says beside what happened: identities, values at equilibrium, bounds and baselines.
import {h, section} from './dom.js';
import {baselines, verdictOf} from './evidence.js';
import {closedForm, count, isNumber, plural, significant, withError} from './numbers.js';
import {SPLIT_WORDS} from './run.js';
import {explain, termCard} from './tooltip.js';

const KIND = {
  exact: 'equal up to rounding, on every record', bound: 'never violated, on every record',
  statistical: 'equal on average: |z| ≤ 4', optimum: 'true at the optimum only', oracle: 'a known value',
};

function happened(identity) {
  if (identity.kind === 'statistical') {
    return 'largest |z| ' + significant(identity.largest_z, 2) + ' in ' + plural(identity.evaluations, 'record');
  }
  if (identity.kind === 'optimum') {
    return 'last: ' + significant(identity.last.lhs) + ' and ' + significant(identity.last.rhs) + ', ' +
      significant(Math.abs(identity.last.z), 2) + ' standard errors apart';
  }
  const worst = identity.worst;
  const at = 'step ' + count(worst.step);
  if (identity.kind === 'bound' && identity.fails === 0) {
    return identity.worst_share <= 0 ? 'closest: ' + significant(Math.abs(worst.residual), 2) + ' inside, ' + at
                                     : 'touched within rounding, ' + at;
  }
  return 'largest difference ' + significant(Math.abs(worst.residual), 2) + ' at ' + at + ', allowed ' + significant(worst.tolerance, 2);
}

function row(theory, what, verdict, attributes = {}) {
  return h('tr', attributes, h('td', {}, theory), h('td', {}, what),
           h('td', {class: 'verdict ' + verdict.mood}, verdict.word));
}

const identityRow = (identity) => row(
  [h('span', {class: 'id'}, identity.id.startsWith('range:') ? 'range' : identity.id), ' ', identity.statement || identity.id,
   h('span', {class: 'quiet block'}, KIND[identity.kind] ?? identity.kind)],
  happened(identity), verdictOf(identity), {id: 'check-' + identity.id});

function table(caption, rows) {
  return rows.length === 0 ? null : h('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption},
    h('table', {}, h('caption', {}, caption),
      h('thead', {}, h('tr', {}, h('th', {scope: 'col'}, 'theory says'), h('th', {scope: 'col'}, 'what happened'), h('th', {scope: 'col'}, 'verdict'))),
      h('tbody', {}, rows)));
}

function named(run, key) {
  run.onPage.add(key);
  return explain(h('span', {class: 'term', tabindex: 0}, run.symbol(key)), () => termCard(run, key));
}

function equilibria(run) {
  const rows = [];
  for (const key of run.keys()) {
    const value = run.term(key)?.equilibrium;
    const last = run.last(key);
    if (!isNumber(value) || !last || !isNumber(last.value)) continue;
    const away = last.value - value;
    const z = isNumber(last.se) && last.se > 0 ? Math.abs(away) / last.se : undefined;
    rows.push(row([named(run, key), ' = ' + closedForm(value)],
      withError(last.value, last.se) + ' on ' + SPLIT_WORDS[last.split] + ', step ' + count(last.step),
      z === undefined ? {word: significant(Math.abs(away), 2) + (away < 0 ? ' below' : ' above'), mood: 'open'}
        : z <= 2 ? {word: 'within 2 standard errors', mood: 'good'}
                 : {word: significant(Math.abs(away), 2) + (away < 0 ? ' below' : ' above'), mood: 'open'}));
  }
  return rows;
}

/// What was guessed before training, beside the result.
function guesses(run) {
  if (run.predictions.length === 0) return null;
  const rows = run.predictions.map((p) => {
    const off = isNumber(p.value) ? p.value - p.guess : undefined;
    const z = isNumber(p.se) && p.se > 0 && off !== undefined ? Math.abs(off) / p.se : undefined;
    const verdict = off === undefined ? {word: 'open', mood: 'open'} : off === 0 || z <= 2 ? {word: 'as guessed', mood: 'good'}
      : {word: significant(Math.abs(off), 3) + (off < 0 ? ' below' : ' above'), mood: 'open'};
    return h('tr', {}, h('td', {}, named(run, p.term), h('span', {class: 'quiet block'}, h('code', {}, p.term))), h('td', {class: 'guess'}, String(p.guess).replace('-', '−')),
      h('td', {}, p.value === null ? 'not logged' : withError(p.value, p.se) + ' on ' + SPLIT_WORDS[p.split] + ', step ' + count(p.step)),
      h('td', {class: 'verdict ' + verdict.mood}, verdict.word));
  });
  const caption = 'Guessed before training';
  return h('div', {class: 'scroll', id: 'guesses', tabindex: 0, role: 'region', 'aria-label': caption},
    h('table', {}, h('caption', {}, caption), h('thead', {}, h('tr', {}, ['term', 'your guess', 'what happened', 'result against guess']
      .map((word) => h('th', {scope: 'col'}, word)))), h('tbody', {}, rows)));
}

/// What `elbow eval` measured; of a bound, the direction.
function evaluated(run) {
  return run.evaluation.map((r) => h('tr', {}, h('td', {}, h('code', {}, r.quantity), h('span', {class: 'quiet block'}, r.meaning)),
    h('td', {}, withError(r.value, r.se), r.note && h('span', {class: 'quiet block'}, r.note)),
    h('td', {}, r.bias === 'lower' ? 'the truth is ≥ this' : r.bias === 'upper' ? 'the truth is ≤ this' : r.bias === 'none' ? 'unbiased' : 'bias unknown')));
}

function limits(run) {
  const rows = [];
  const n = run.data.train;
  const information = run.evaluation.find((r) => r.quantity === 'aggregate/mutual_information');
  const lower = run.last('epoch/aggregate/mutual_information/batch');
  const upper = run.last('epoch/aggregate/mutual_information/leave_one_out');
  const logBatch = run.last('epoch/aggregate/log_batch');
  if (information && isNumber(n)) {
    rows.push(row('I(x; z) ≤ ln N = ln ' + count(n) + ' = ' + significant(Math.log(n)) + ' nats: codes cannot tell apart more images than there are',
      withError(information.value, information.se) + ' nats', {word: information.value <= Math.log(n) ? 'below' : 'above', mood: information.value <= Math.log(n) ? 'good' : 'doubt'}));
  } else if (lower && upper && logBatch) {
    const full = logBatch.value - lower.value < 0.1;
    rows.push(row('I(x; z) lies between its estimates with and without an image\'s own code; B codes show at most ln B = ' + significant(logBatch.value) + ' nats',
      ['at least ', withError(lower.value, lower.se) + ' nats', h('span', {class: 'quiet block'}, 'at most ' + withError(upper.value, upper.se) + ' nats')],
      full ? {word: 'at the limit of B codes', mood: 'open'} : {word: 'below', mood: 'good'}));
    run.onPage.add('epoch/aggregate/mutual_information/batch');
    run.onPage.add('epoch/aggregate/mutual_information/leave_one_out');
    run.onPage.add('epoch/aggregate/log_batch');
  }
  for (const base of baselines(run)) {
    const elbo = run.last('elbo');
    if (!elbo) continue;
    rows.push(row(base.name + ': ln p(x) = ' + significant(base.value) + ' nats on the same images; a model that has learned more has a higher bound',
      ['ELBO ', withError(elbo.value, elbo.se) + ' nats'],
      elbo.value > base.value ? {word: significant(elbo.value - base.value, 3) + ' nats better', mood: 'good'}
                              : {word: significant(base.value - elbo.value, 3) + ' nats worse', mood: 'doubt'}));
  }
  return rows;
}

export function theory(run) {
  const order = {bad: 0, doubt: 1, good: 2, open: 3};
  const sorted = [...run.identities].sort((a, b) => order[verdictOf(a).mood] - order[verdictOf(b).mood]);
  const ranges = sorted.filter((i) => i.id.startsWith('range:'));
  const statements = sorted.filter((i) => !i.id.startsWith('range:'));
  const broken = ranges.filter((i) => i.fails > 0);
  const sections = [
    guesses(run),
    table('Bounds and baselines', limits(run)),
    table('Identities', [...broken, ...statements].map(identityRow)),
    table('Values at equilibrium: p = q with an optimal opponent, or the optimum', equilibria(run)),
    ranges.length > broken.length && h('details', {class: 'more'}, h('summary', {}, 'Ranges of terms (' + ranges.length + ')'),
      table('Ranges of terms', ranges.filter((i) => i.fails === 0).map(identityRow))),
    run.evaluation.length > 0 && h('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'What elbow eval measured'},
      h('table', {}, h('caption', {}, 'What elbow eval measured'), h('thead', {}, h('tr', {}, h('th', {scope: 'col'}, 'quantity'),
        h('th', {scope: 'col'}, 'value ± standard error'), h('th', {scope: 'col'}, 'direction'))), h('tbody', {}, evaluated(run)))),
  ].filter(Boolean);
  if (sections.length === 0) return null;
  return section('theory', 'What theory says, and what happened', ...sections);
}

/// A mark that leads into a folded part opens it.
export function openTarget() {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const details = target && target.closest('details');
  if (details) details.open = true;
  if (target) target.scrollIntoView({block: 'nearest'});
}
