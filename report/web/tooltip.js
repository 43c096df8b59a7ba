// What a symbol or number means, beside it on hover and on focus. Escape closes.
import {h, fill} from './dom.js';
import {formula} from './formula.js';
import {closedForm, isNumber, withError} from './numbers.js';
import {SPLIT_WORDS} from './run.js';

const SIGNS = {'+': 'never negative', '-': 'never positive', '±': 'either sign'};

let box, owner;

function place(element) {
  const at = element.getBoundingClientRect();
  box.style.left = '0px';
  box.hidden = false;
  const width = box.offsetWidth, height = box.offsetHeight;
  const room = document.documentElement.clientWidth;
  const left = Math.max(8, Math.min(at.left, room - width - 8));
  const below = at.bottom + 8 + height < window.innerHeight || at.top < height + 8;
  box.style.left = left + window.scrollX + 'px';
  box.style.top = (below ? at.bottom + 8 : at.top - height - 8) + window.scrollY + 'px';
}

export function hide() {
  if (!owner) return;
  owner.removeAttribute('aria-describedby');
  owner = undefined;
  box.hidden = true;
}

/// Shows what `content()` gives while the element is hovered or has the focus.
export function explain(element, content) {
  const show = () => {
    if (owner === element) return;
    hide();
    fill(box, content());
    owner = element;
    element.setAttribute('aria-describedby', 'tooltip');
    place(element);
  };
  element.addEventListener('mouseenter', show);
  element.addEventListener('focus', show);
  element.addEventListener('click', show);
  // Only its own: scrolling to what has the focus takes the pointer off something else.
  element.addEventListener('mouseleave', () => { if (owner === element && document.activeElement !== element) hide(); });
  element.addEventListener('blur', () => { if (owner === element) hide(); });
  return element;
}

export function start() {
  box = h('div', {id: 'tooltip', role: 'tooltip', hidden: true});
  document.body.append(box);
  document.addEventListener('keydown', (event) => { if (event.key === 'Escape') hide(); });
  window.addEventListener('resize', hide);
}

const line = (label, ...content) => h('div', {class: 'fact'}, h('dt', {}, label), h('dd', {}, ...content));

/// The card of a term: symbol, value, unit, meaning, what it is mistaken for.
export function termCard(run, key) {
  const term = run.term(key) ?? {};
  const last = run.last(key);
  return [
    h('p', {class: 'card-title'}, term.latex ? formula(term.latex, term.symbol) : run.symbol(key), ' ',
      h('code', {}, key)),
    term.meaning && h('p', {}, term.meaning),
    h('dl', {},
      last && line('last value', withError(last.value, last.se), ' ', run.unit(key),
                   isNumber(last.se) && last.se > 0 ? ' (± one standard error)' : '',
                   ', ' + SPLIT_WORDS[last.split] + ', step ' + last.step.toLocaleString('en')),
      line('unit', term.unit === '1' ? 'pure number' : term.unit || '–', SIGNS[term.sign] ? ', ' + SIGNS[term.sign] : ''),
      term.reduction && line('reduced by', term.reduction),
      term.estimator && line('estimated by', term.estimator),
      isNumber(term.equilibrium) && line('at equilibrium', closedForm(term.equilibrium)),
      term.confused_with && line('not', term.confused_with)),
  ];
}
