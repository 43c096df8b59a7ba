// Elements from plain data. Text is always a text node: nothing in a run can become markup.

export function h(tag, attributes = {}, ...children) {
  const svg = tag === 'svg' || tag === 'path';
  const element = svg ? document.createElementNS('http://www.w3.org/2000/svg', tag)
                      : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'style') element.style.cssText = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    element.append(child);
  }
  return element;
}

/// A section of the page with its heading; `id` is what the navigation links to.
export function section(id, title, ...children) {
  return h('section', {id, 'aria-labelledby': id + '-title'},
           h('h2', {id: id + '-title'}, title), ...children);
}

/// Replaces what an element holds.
export function fill(element, ...children) {
  element.replaceChildren(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false));
  return element;
}
