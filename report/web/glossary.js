// Exactly the terms that stand on this page.
import {h, section} from './dom.js';
import {formula} from './formula.js';

const SIGN = {'+': '≥ 0', '-': '≤ 0', '±': '±'};

export function glossary(run) {
  const patterns = new Set([...run.onPage].map((key) => run.pattern(key)).filter((p) => run.terms[p]));
  const first = [...(run.objective?.parts ?? []), ...run.penalties.flatMap((p) => p.parts)].map((p) => run.pattern(p.term));
  const main = [...new Set(first.filter((p) => patterns.has(p)))];
  const rest = Object.keys(run.terms).filter((p) => patterns.has(p) && !main.includes(p));
  if (main.length + rest.length === 0) return null;
  const entry = (pattern) => {
    const term = run.terms[pattern];
    return h('div', {class: 'entry', id: 'term-' + pattern},
      h('dt', {}, term.latex ? formula(term.latex, term.symbol) : term.symbol, ' ', h('code', {}, pattern),
        h('span', {class: 'quiet'}, ' ' + [term.unit === '1' ? 'pure number' : term.unit, SIGN[term.sign]].filter(Boolean).join(', '))),
      h('dd', {}, term.meaning.charAt(0).toUpperCase() + term.meaning.slice(1) + (term.meaning.endsWith('.') ? '' : '.'),
        term.confused_with && h('span', {class: 'block'}, h('b', {}, 'Not '), term.confused_with + '.'),
        h('span', {class: 'quiet block'}, [term.reduction, term.estimator, term.reference].filter(Boolean).join(' · '))));
  };
  return section('glossary', 'Glossary',
    h('p', {class: 'note'}, 'Natural logarithms throughout: 1 nat = 1.443 bits.'),
    main.length > 0 && h('dl', {class: 'glossary'}, main.map(entry)),
    rest.length > 0 && h('details', {class: 'more', open: main.length === 0}, h('summary', {}, 'The other terms on this page (' + rest.length + ')'),
      h('dl', {class: 'glossary'}, rest.map(entry))));
}
