// LaTeX to MathML. Where Temml cannot read a formula, its plain symbol stands there.
import temml from 'temml';

export function formula(latex, otherwise = '') {
  const holder = document.createElement('span');
  try {
    temml.render(latex, holder, {throwOnError: true, strict: false, trust: false, annotate: false});
  } catch {
    holder.textContent = otherwise || latex;
    return holder;
  }
  const math = holder.querySelector('math');
  if (math && otherwise) math.setAttribute('aria-label', otherwise);
  holder.className = 'tex';
  return holder;
}
