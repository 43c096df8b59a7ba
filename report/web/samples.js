// What the model makes: samples over time with a slider, then the other pictures.
import {h, fill, section} from './dom.js';
import {count, plural} from './numbers.js';

const TITLES = {'reconstructions.png': 'Reconstructions', 'traversal.png': 'Walking along one latent dimension',
                'manifold.png': 'The latent plane'};

const image = (picture, alt) => h('img', {src: picture.src, alt, decoding: 'async'});

function slider(run) {
  const all = run.pictures.samples;
  let index = all.length - 1;
  const img = image(all[index], '');
  const text = h('output', {for: 'sample-step'});
  const caption = h('figcaption', {});
  const range = h('input', {type: 'range', id: 'sample-step', min: 0, max: all.length - 1, step: 1, value: index,
                            'aria-label': 'step of the samples', oninput: () => show(Number(range.value))});
  let timer;
  const play = h('button', {type: 'button', class: 'small', onclick: () => {
    if (timer) return stop();
    let at = index === all.length - 1 ? 0 : index;
    play.textContent = 'stop';
    timer = setInterval(() => {
      show(at);
      if (++at >= all.length) stop();
    }, 350);
  }}, 'play');
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
    play.textContent = 'play';
  };
  function show(i) {
    index = i;
    range.value = i;
    img.src = all[i].src;
    img.alt = 'Samples at step ' + all[i].step;
    range.setAttribute('aria-valuetext', 'step ' + all[i].step);
    fill(text, 'step ' + count(all[i].step));
    fill(caption, all[i].caption);
  }
  show(index);
  const left = run.pictures.samples_there - all.length;
  return h('figure', {class: 'picture'}, h('h3', {}, 'Samples'), img,
    all.length > 1 && h('div', {class: 'slider'}, play, range, text), caption,
    left > 0 && h('p', {class: 'note'}, plural(left, 'more picture') + ' in the run’s directory samples/ ' +
      (left === 1 ? 'is' : 'are') + ' left out to keep this page small.'));
}

export function samples(run) {
  const {samples: all, others} = run.pictures;
  if (all.length === 0 && others.length === 0) return null;
  return section('samples', 'What it makes',
    h('div', {class: 'pictures'},
      all.length > 0 && slider(run),
      others.map((picture) => h('figure', {class: 'picture'},
        h('h3', {}, TITLES[picture.name] ?? picture.name), image(picture, picture.caption),
        h('figcaption', {}, picture.caption + (picture.step ? ' Step ' + count(picture.step) + '.' : ''))))));
}
