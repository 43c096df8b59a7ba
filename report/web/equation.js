// The objective's equation: each logged piece in the colour of its curve, over a brace with its last
// value and a mark for each identity that involves it.
import {h, section} from './dom.js';
import {formula} from './formula.js';
import {measured} from './numbers.js';
import {SPLIT_WORDS} from './run.js';
import {explain, termCard} from './tooltip.js';

/// An equation cut at its parts: rows of {latex, term?}. A comma before a wide space ends a row.
export function pieces(equation, parts) {
  const rows = [[]];
  const glue = (latex) => {
    latex.split(/,\\quad\s*/).forEach((text, i) => {
      if (i > 0) rows.push([]);
      if (text.trim()) rows.at(-1).push({latex: text});
    });
  };
  let at = 0;
  for (const part of parts) {
    const found = equation.indexOf(part.latex, at);
    if (found < 0) continue;
    glue(equation.slice(at, found));
    rows.at(-1).push(part);
    at = found + part.latex.length;
  }
  glue(equation.slice(at));
  return rows.filter((row) => row.length > 0);
}

const state = (identity) => identity.fails > 0 ? 'fails' : identity.holds > 0 ? 'holds' : 'open';
const SIGN = {holds: '✓', fails: '✗', open: '○'};
const WORDS = {holds: 'held every time', fails: 'FAILED', open: 'a meter of convergence, no verdict'};

function mark(identity) {
  const is = state(identity);
  const text = identity.id + ': ' + identity.statement + ' (' + WORDS[is] + ', ' + identity.evaluations + ' times)';
  return explain(h('a', {class: 'mark ' + is, href: '#check-' + identity.id, 'aria-label': text}, SIGN[is]),
                 () => [h('p', {class: 'card-title'}, identity.id + ' · ' + identity.kind),
                        h('p', {}, identity.statement),
                        h('p', {}, WORDS[is] + ': ' + identity.holds + ' of ' + identity.evaluations + ' evaluations.')]);
}

function brace() {
  return h('svg', {class: 'brace', viewBox: '0 0 100 10', preserveAspectRatio: 'none', 'aria-hidden': 'true'},
           h('path', {d: 'M1 1 C1 6 4 5.5 12 5.5 L40 5.5 C47 5.5 50 6 50 9 C50 6 53 5.5 60 5.5 L88 5.5 C96 5.5 99 6 99 1',
                      fill: 'none', stroke: 'currentColor', 'vector-effect': 'non-scaling-stroke'}));
}

function cell(run, part) {
  run.onPage.add(part.term);
  const last = run.last(part.term);
  const value = last ? measured(last.value, last.se) : 'not logged';
  const marks = run.identities.filter((identity) => identity.terms.includes(part.term));
  const symbol = run.symbol(part.term);
  const body = h('span', {class: 'part-body', tabindex: 0, role: 'button', 'data-term': part.term,
                          'aria-label': symbol + ' is ' + value + ' ' + run.unit(part.term)},
                 formula(part.latex, symbol), brace(),
                 h('span', {class: 'part-value'}, value));
  return h('span', {class: 'part', style: `--c: var(--s${run.colour(part.term)})`},
           explain(body, () => termCard(run, part.term)),
           h('span', {class: 'marks'}, marks.map(mark)));
}

// An empty group before a sign makes it a binary one, with its space.
const between = (latex) => h('span', {class: 'glue'}, formula('{}' + latex + (/[+-]\s*$/.test(latex) && !/=-\s*$/.test(latex) ? '{}' : '')));

function rows(run, spec) {
  return pieces(spec.equation, spec.parts).map((row) =>
    h('div', {class: 'equation-row'},
      row.map((piece) => piece.term ? cell(run, piece) : between(piece.latex))));
}

function penaltyLine(run, spec) {
  const values = spec.parameters.filter((p) => p.symbol && p.value)
                   .map((p) => p.symbol + ' = ' + p.value);
  return h('div', {class: 'also'},
           h('p', {}, 'The loss that is minimised also holds the penalty ', h('b', {}, spec.name.replaceAll('_', ' ')),
             values.length ? ' (' + values.join(', ') + ')' : '', ': ' + spec.summary + '.'),
           rows(run, spec));
}

function source(run) {
  const terms = run.objective.parts.map((p) => run.last(p.term)).filter(Boolean);
  if (terms.length === 0) return '';
  const splits = [...new Set(terms.map((t) => SPLIT_WORDS[t.split]))];
  const step = Math.max(...terms.map((t) => t.step));
  return 'Numbers under the braces: the last means over ' + splits.join(' and ') + ', step ' +
    step.toLocaleString('en') + ', in ' + (run.unit(run.objective.parts[0].term) || 'pure numbers') + '.';
}

export function equation(run) {
  const spec = run.objective;
  if (!spec) return null;
  const betas = run.specs.filter((s) => s.kind === 'likelihood' || s.kind === 'prior');
  return section('equation', 'What was minimised',
    h('div', {class: 'equation', role: 'group', 'aria-label': spec.unicode}, rows(run, spec)),
    run.penalties.map((penalty) => penaltyLine(run, penalty)),
    h('p', {class: 'note'}, source(run), ' Marks below: identities that involve the piece (',
      h('span', {class: 'mark holds'}, '✓'), ' held, ', h('span', {class: 'mark fails'}, '✗'), ' failed, ',
      h('span', {class: 'mark open'}, '○'), ' meter). Hover, tap or move with Tab for what each means.'),
    betas.length > 0 && h('dl', {class: 'with'}, betas.map((s) =>
      h('div', {}, h('dt', {}, s.kind), h('dd', {}, formula(s.equation, s.unicode), h('span', {class: 'quiet'}, ' ' + s.summary))))),
    h('p', {class: 'note'}, h('b', {}, 'Convention. '), spec.convention + '. ', h('b', {}, 'From '), spec.reference + '.'));
}

