// node verdict.mjs WEB: the sentences of the page where they are true, and near-misses where they must not stand.
import assert from 'node:assert/strict';
import {pathToFileURL} from 'node:url';
import {join} from 'node:path';

const load = (name) => import(pathToFileURL(join(process.argv[2], name)));
const {verdict} = await load('verdict.js');
const {Run} = await load('run.js');
const {lastThird, lastTwo, direction} = await load('trend.js');

function run({family, last = {}, series = {}, config = {}, penalties = [], evaluation = [], baselines = {}, terms = {}}) {
  const columns = {};
  for (const [split, keys] of Object.entries(series)) {
    columns[split] = {step: Object.values(keys)[0].map((_, i) => 10 * (i + 1)),
                      keys: Object.fromEntries(Object.entries(keys).map(([k, mean]) => [k, {mean}]))};
  }
  for (const [split, keys] of Object.entries(last)) {
    columns[split] ??= {step: [100], keys: {}};
    for (const [key, value] of Object.entries(keys)) columns[split].keys[key] ??= {mean: columns[split].step.map(() => value[0])};
  }
  return verdict(new Run({run: {family, status: 'finished', step: 100}, last, series: columns, terms, evaluation, identities: [], data: {baselines},
    config: Object.entries(config).map(([key, value]) => ({key, value})),
    specs: penalties.map((name) => ({kind: 'penalty', name, parts: []}))}));
}
const all = (v) => [v.headline, ...v.sentences].join(' ');

// Direction: an interval, not the absence of significance.
const noise = [0.7, -1.1, 0.4, 1.3, -0.9, 0.2, -0.6, 1.0, -1.2, 0.5];
const line = (slope, scale) => Array.from({length: 30}, (_, i) => ({x: i, y: slope * i + scale * noise[i % 10]}));
assert.equal(direction(lastThird(line(1, 0.1)), 100), 'rising');
assert.equal(direction(lastThird(line(-1, 0.1)), 100), 'falling');
assert.equal(direction(lastThird(line(0, 0.01)), 100), 'level');
assert.equal(direction(lastThird(line(0.1, 3)), 100), 'unclear');
assert.equal(lastThird(line(1, 1).slice(0, 4)), undefined);

assert.equal(direction(lastTwo([{x: 0, y: -200, se: 2}, {x: 50, y: -170, se: 2}, {x: 100, y: -155, se: 2}]), 155), 'rising');
assert.equal(direction(lastTwo([{x: 0, y: -200, se: 2}, {x: 50, y: -157, se: 2}, {x: 100, y: -155, se: 2}]), 155), 'unclear');
assert.equal(lastTwo([{x: 0, y: -200}, {x: 100, y: -155}]), undefined);

// A VAE.
const vae = (elbo, more = {}) => run({family: 'vae', series: {train: {elbo}}, last: {test: {elbo: [elbo.at(-1), 0.5, 100], 'elbo/kl': [10, 0.1, 100]}},
  baselines: {independent_pixels: -206}, ...more});
const falling = Array.from({length: 30}, (_, i) => -200 + 2 * i + noise[i % 10]);
assert.match(all(vae(falling)), /still improving/);
assert.doesNotMatch(all(vae(falling)), /levelled off/);
const flat = noise.concat(noise, noise).map((e) => -100 + 0.1 * e), rough = noise.concat(noise, noise).map((e, i) => -100 + 5 * e + 0.1 * i);
assert.match(all(vae(flat)), /levelled off/);
assert.match(all(vae(rough)), /cannot be told/);
assert.doesNotMatch(all(vae(rough)), /levelled off|was still improving,/);
assert.match(vae(flat).headline, /^Yes, it has learned/);
assert.match(vae(flat, {baselines: {independent_pixels: -101}}).headline, /^It cannot be told/);
assert.match(vae(flat, {baselines: {independent_pixels: -90}}).headline, /^Not yet/);
// By the pixels, not by the config: images that are black and white need no binarisation.
const pixels = (grey) => vae(flat, {config: {'likelihood.name': '"bernoulli"', 'data.binarize': '"none"'},
  last: {test: {elbo: [-100, 0.5, 100], 'elbo/kl': [10, 0.1, 100], 'pixels/grey': [grey, 0.1, 100]}}});
assert.match(pixels(46).headline, /bounds no ln p\(x\)/);
assert.doesNotMatch(pixels(0).headline, /bounds no/);
assert.match(vae(flat, {last: {test: {elbo: [-100, 0.5, 100], 'elbo/kl': [0.01, 0.001, 100]}}}).headline, /carries nothing/);
assert.doesNotMatch(vae(flat, {last: {test: {elbo: [-100, 0.5, 100], 'elbo/kl': [0.4, 0.01, 100]}}}).headline, /carries nothing/);

// A GAN: near one half is evidence of nothing; live and averaged stand beside each other.
const gan = (train, test, more = {}) => run({family: 'gan', last: {train, test}, ...more, config: {'ema.decay': '0.999', 'optimizer.batch_size': '128', ...more.config}});
const won = gan({accuracy: [1, 0, 100]}, {accuracy: [0.5, 0.01, 100]});
assert.match(won.headline, /separates samples from data that it was trained on/);
assert.match(all(won), /100\u00a0% on a training batch, with the weights that train; 50\.0.*with averaged weights/);
assert.match(gan({accuracy: [0.189, 0.01, 100]}, {}).headline, /separates/);
// Whatever the threshold, and on images that the discriminator has not seen.
const shifted = gan({accuracy: [0.5, 0.01, 100], 'critic/auc': [0.99, 0.004, 100]}, {accuracy: [0.5, 0.01, 100], 'critic/auc': [0.98, 0.004, 100]});
assert.match(shifted.headline, /separates samples from data\./);
assert.match(all(shifted), /0\.9900\u00a0±.*on a training batch.*; 0\.9800.*with averaged weights/);
assert.match(gan({'critic/auc': [0.02, 0.004, 100]}, {'critic/auc': [0.52, 0.02, 100]}).headline, /data that it was trained on/);
assert.match(gan({'critic/auc': [0.52, 0.02, 100]}, {'critic/auc': [0.5, 0.02, 100]}).headline, /cannot be told/);
assert.match(all(gan({'critic/auc': [0.02, 0.004, 100]}, {})), /scores samples above images/);
assert.doesNotMatch(gan({'critic/auc': [1, 0, 100]}, {}, {config: {'optimizer.batch_size': '2'}}).headline, /separates/);
const half = gan({accuracy: [0.5, 0.01, 100]}, {accuracy: [0.5, 0.01, 100]});
assert.match(half.headline, /cannot be told/);
assert.doesNotMatch(all(half) + all(won), /hardly/);
assert.match(gan({accuracy: [0.5, 0.01, 100], 'jensen_shannon/lower': [0.203, 0.01, 100]}, {}).headline, /separates/);
assert.doesNotMatch(gan({accuracy: [0.5, 0.01, 100], 'jensen_shannon/lower': [0.203, 0.1, 100]}, {}).headline, /separates/);
assert.match(gan({accuracy: [0.5, 0.01, 100], 'probe/modes': [0, null, 100], 'truth/modes': [8, null, 100]}, {}).headline, /0 of the 8 modes/);
assert.match(gan({accuracy: [0.5, 0.01, 100], 'probe/modes': [8, null, 100], 'truth/modes': [8, null, 100]}, {}).headline, /all 8 modes/);
assert.match(gan({'critic/gap': [2e11, 1e9, 100]}, {}).headline, /nothing bounds the critic/);
assert.match(all(gan({'critic/gap': [2e11, 1e9, 100], 'critic/auc': [1, 0, 100]}, {})), /separates.*no bound follows from the critic/);
const clipped = gan({'critic/gap': [2, 0.1, 100]}, {}, {penalties: ['weight_clipping']});
assert.doesNotMatch(clipped.headline, /nothing bounds/);
assert.doesNotMatch(all(clipped), /units apart|largest gap/);

// Numbers that are too large to be read.
const {measured, withError} = await load('numbers.js');
assert.equal(withError(-5807319495475, 15074793172), '(−5.807\u00a0±\u00a00.015)·10¹²');
assert.equal(withError(3e3, 2e9), '(0.0\u00a0±\u00a02.0)·10⁹');
assert.equal(measured(4.06e12, 1e10), '4.060·10¹²');
assert.equal(withError(-100.4, 0.27), '−100.40\u00a0±\u00a00.27');
