// The config: what differs from the defaults and where it was set, then everything; the command that repeats it.
import {h, section} from './dom.js';

function origin(entry, overrides) {
  const match = /^override (\d+)$/.exec(entry.origin);
  if (match) return ['command line', overrides[Number(match[1]) - 1] ? h('code', {class: 'block quiet'}, overrides[Number(match[1]) - 1]) : null];
  return entry.origin ? [h('code', {}, entry.origin.replace(/:\d+$/, ''))] : ['–'];
}

const rank = (entry) => entry.origin.startsWith('override') ? 0 : entry.origin ? 1 : 2;

export function config(run) {
  if (run.config.length === 0) return null;
  const overrides = run.overrides.split('\n').filter(Boolean);
  const changed = run.config.filter((entry) => entry.value !== entry.default)
    .sort((a, b) => rank(a) - rank(b) || a.origin.localeCompare(b.origin, 'en', {numeric: true}));
  const cell = (entry) => h('td', {}, h('code', {}, entry.key), entry.description && h('span', {class: 'quiet block'}, entry.description));
  const copy = h('button', {type: 'button', class: 'small', onclick: async () => {
    try {
      await navigator.clipboard.writeText(run.run.command);
      copy.textContent = 'copied';
    } catch {
      const range = document.createRange();
      range.selectNodeContents(command);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      copy.textContent = 'selected';
    }
    setTimeout(() => { copy.textContent = 'copy'; }, 1500);
  }}, 'copy');
  const command = h('code', {}, run.run.command);
  return section('config', 'How it was made',
    h('p', {}, 'This command repeats the run, to the bit on this kind of machine:'),
    h('div', {class: 'command'}, h('pre', {tabindex: 0}, command), copy),
    h('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'What differs from the defaults'},
      h('table', {}, h('caption', {}, 'What differs from the defaults'),
        h('thead', {}, h('tr', {}, ['key', 'value', 'default', 'set in'].map((t) => h('th', {scope: 'col'}, t)))),
        h('tbody', {}, changed.map((entry) => h('tr', {}, cell(entry), h('td', {}, h('code', {}, entry.value)),
          h('td', {class: 'quiet'}, h('code', {}, entry.default || '–')), h('td', {}, origin(entry, overrides))))))),
    h('details', {class: 'more'}, h('summary', {}, 'The whole config (' + run.config.length + ' keys)'),
      h('pre', {tabindex: 0}, run.config.map((e) => e.key + ' = ' + e.value).join('\n'))),
    h('p', {class: 'note'}, ['Elbow ' + run.run.version, run.run.revision && 'revision ' + run.run.revision.slice(0, 12),
      run.run.cpu && run.run.cpu.trim() + ', ' + run.run.threads + (run.run.threads === 1 ? ' thread' : ' threads'),
      run.run.data && 'data ' + run.run.data + ' (SHA-256 ' + run.run.data_sha256.slice(0, 12) + '…)'].filter(Boolean).join(' · ')));
}
