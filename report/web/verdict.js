// Is it good? In plain words, from the data alone; each sentence names the number that it rests on.
import {baselines, verdictOf} from './theory.js';
import {closedForm, count, isNumber, measured, plural, significant, withError} from './numbers.js';
import {SPLIT_WORDS} from './run.js';

const nats = (last) => withError(last.value, last.se) + ' nats';

/// Mean change per tenth of the run over its last fifth, with its standard error, by least squares.
function trend(points) {
  if (points.length < 5) return undefined;
  const span = points.at(-1).x - points[0].x;
  const tail = points.filter((p) => p.x >= points.at(-1).x - Math.max(span * 0.3, 0));
  const use = tail.length >= 4 ? tail : points.slice(-4);
  const n = use.length;
  const mx = use.reduce((s, p) => s + p.x, 0) / n, my = use.reduce((s, p) => s + p.y, 0) / n;
  const sxx = use.reduce((s, p) => s + (p.x - mx) ** 2, 0);
  if (sxx === 0) return undefined;
  const slope = use.reduce((s, p) => s + (p.x - mx) * (p.y - my), 0) / sxx;
  const rest = use.reduce((s, p) => s + (p.y - my - slope * (p.x - mx)) ** 2, 0) / Math.max(1, n - 2);
  return {change: slope * span * 0.1, error: Math.sqrt(rest / sxx) * span * 0.1};
}

function checks(run) {
  const decisive = run.identities.filter((i) => i.fails > 0 && i.kind !== 'statistical' && i.kind !== 'optimum');
  const all = run.identities.reduce((sum, i) => sum + i.evaluations, 0);
  if (run.identities.length === 0) return {failed: [], text: 'No identity was evaluated.'};
  if (decisive.length > 0) {
    const first = decisive[0];
    return {failed: decisive, text: first.id + ' (' + first.statement + ') failed ' + plural(first.fails, 'time') + ', first at step ' +
      count(first.first_failure?.step ?? first.worst.step) + (decisive.length > 1 ? '; so did ' + decisive.slice(1).map((i) => i.id).join(', ') : '') + '.'};
  }
  const doubt = run.identities.filter((i) => verdictOf(i).mood === 'doubt');
  const statistical = doubt.length === 0 ? '' : ' Statistical ones beyond |z| = 4: ' + doubt.map((i) => i.id + ' ' + verdictOf(i).word.replace(' beyond 4 z', '')).join(', ') + '.';
  return {failed: [], text: 'The numbers agree with each other: ' + plural(run.identities.length, 'statement') +
    ' of theory, ' + count(all) + ' evaluations, ' + (doubt.length === 0 ? 'and none broken.' : 'and none broken that holds on every batch.') + statistical};
}

function status(run) {
  const {status: word, step, total_steps: total, message} = run.run;
  const where = 'step ' + count(step ?? 0) + (total ? ' of ' + count(total) : '');
  if (word === 'running') return 'This is a run in progress, at ' + where + '.';
  if (run.run.outcome === 'early_stopped') return 'It stopped early at ' + where + ': ' + message;
  if (word === 'finished') return 'It ran to its end, ' + where + (isNumber(run.run.timings?.seconds) ? ', in ' + significant(run.run.timings.seconds, 3) + ' s' : '') + '.';
  if (word === 'interrupted') return 'It was stopped at ' + where + (message ? ' (' + message.replace(/\.$/, '') + ')' : '') + '.';
  if (word === 'diverged') return 'It diverged at ' + where + (message ? ': ' + message : '.');
  if (word === 'failed') return 'It failed at ' + where + (message ? ': ' + message : '.');
  return '';
}

function vae(run) {
  const elbo = run.last('elbo');
  if (!elbo || !isNumber(elbo.value)) return {mood: 'bad', headline: 'There is no finite bound to judge it by yet.', sentences: []};
  const sentences = [];
  const kl = run.last('elbo/kl');
  const active = run.last('active_units/probe') ?? run.last('active_units');
  const latent = Number(run.setting('model.latent')) || undefined;
  const base = baselines(run).sort((a, b) => b.value - a.value)[0];
  const where = 'on ' + SPLIT_WORDS[elbo.split];
  const start = run.points('train', 'elbo')[0];
  let mood = 'good', headline;
  if (kl && kl.value < 0.5) {
    mood = 'bad';
    headline = 'No: the code carries nothing. The KL is ' + nats(kl) + ' per image, so the decoder ignores z (posterior collapse).';
    sentences.push('Warm the KL up from 0, lower its weight, or take a weaker decoder.');
  } else if (base && elbo.value <= base.value) {
    mood = 'doubt';
    headline = 'Not yet: its bound on ln p(x), ' + nats(elbo) + ' ' + where + ', is below ' + significant(base.value) + ' nats, what a model of independent pixels gets.';
  } else if (base) {
    headline = 'Yes, it has learned: its bound on ln p(x) is ' + nats(elbo) + ' ' + where + ', ' + significant(elbo.value - base.value, 3) +
      ' nats better than a model that treats every pixel on its own.';
  } else {
    headline = 'It has learned: its bound on ln p(x) is ' + nats(elbo) + ' ' + where + (start ? ', from ' + significant(start.y, 3) + ' at the start.' : '.');
  }
  if (kl && kl.value >= 0.5) {
    sentences.push('A code carries at most ' + nats(kl) + ' (' + significant(kl.value / Math.LN2, 2) + ' bits) about its image' +
      (active && latent ? ', in ' + count(active.value) + ' of ' + latent + ' latent dimensions.' : '.'));
  }
  const valid = run.points('valid', 'elbo');
  const train = run.points('train', 'elbo').slice(-10);
  if (valid.length > 0 && train.length > 2) {
    const mean = train.reduce((s, p) => s + p.y, 0) / train.length;
    const error = Math.sqrt(train.reduce((s, p) => s + (p.y - mean) ** 2, 0) / (train.length - 1) / train.length);
    const gap = mean - valid.at(-1).y;
    const sure = gap > 3 * Math.hypot(error, run.newest.valid?.elbo?.[1] ?? 0);
    sentences.push(!sure ? 'Within three standard errors, images that it trains on do no better than held-out ones: no memorising to be seen.'
      : 'It fits the images that it trains on ' + measured(gap, error) + ' nats better than validation images' +
        (gap > 8 ? ': it is memorising. A smaller network, more data or an earlier stop helps.' : ': little memorising.'));
  }
  const slope = trend(valid.length >= 5 ? valid : run.points('train', 'elbo'));
  if (slope && !run.running) {
    sentences.push(slope.change > 2 * slope.error && slope.change > 0.1
      ? 'It was still improving, by ' + measured(slope.change, slope.error) + ' nats over the last tenth: longer training would help.'
      : slope.change < -2 * slope.error && slope.change < -0.1
        ? 'It was getting worse at the end, by ' + measured(-slope.change, slope.error) + ' nats over the last tenth: stop earlier.'
        : 'It had levelled off by the end.');
  }
  const beta = run.last('effective_beta') ?? run.last('beta');
  if (beta && Math.abs(beta.value - 1) > 1e-6) {
    sentences.push('The loss weighs the KL with ' + significant(beta.value, 3) + ', so it is not −ELBO; compare runs by the ELBO, which always has weight 1.');
  }
  return {mood, headline, sentences};
}

function gan(run) {
  const sentences = [];
  const accuracy = run.last('accuracy');
  const gap = run.last('critic/gap');
  const loss = run.last('loss/discriminator');
  const percent = (last) => significant(100 * last.value, 3) + (isNumber(last.se) && last.se > 0 ? '\u00a0±\u00a0' + significant(100 * last.se, 2) : '') + '\u00a0%';
  let mood = 'doubt', headline;
  const found = (name) => run.evaluation.find((r) => r.quantity === name);
  const frechet = found('frechet_lenet'), floor = found('frechet_lenet/floor');
  if (accuracy && isNumber(accuracy.value)) {
    const on = accuracy.split === 'train' ? 'on training batches' : 'on ' + SPLIT_WORDS[accuracy.split];
    if (accuracy.value > 0.95) headline = 'Not yet: its discriminator tells samples from real images ' + percent(accuracy) + ' of the time ' + on + '; guessing is 50 %.';
    else if (accuracy.value > 0.6) headline = 'Partly: its discriminator still tells samples from real images ' + percent(accuracy) + ' of the time ' + on + '; guessing is 50 %.';
    else {
      mood = 'good';
      headline = 'Its own discriminator can hardly tell: it is right ' + percent(accuracy) + ' of the time ' + on + ', and guessing is 50 %.';
      sentences.push('A weak discriminator looks the same, so look at the samples.');
    }
  } else if (gap) {
    const largest = Math.max(...run.points('train', 'critic/gap').map((p) => p.y));
    headline = 'Judge it by its samples: its critic holds data and samples ' + withError(gap.value, gap.se) + ' critic units apart, ' +
      significant(100 * gap.value / largest, 2) + ' % of the largest gap of the run.';
  } else {
    headline = 'Judge it by its samples: nothing that was logged says how far they are from the data.';
  }
  if (frechet) {
    sentences.push('Between the features of a small classifier the Fréchet distance of samples and real images is ' + withError(frechet.value, frechet.se) +
      (floor ? '; two sets of real images are ' + withError(floor.value, floor.se) + ' apart.' : '.'));
  } else if (!run.running) {
    sentences.push('A GAN’s losses are relative to its present opponent and do not rank models; elbow eval measures the samples themselves.');
  }
  const bound = ['jensen_shannon/lower', 'total_variation/lower', 'le_cam/lower'].map((k) => [k, run.last(k)]).find(([, l]) => l);
  if (bound) {
    const [key, last] = bound;
    const most = run.term(key)?.range?.[1];
    sentences.push('Data and samples are at least ' + withError(Math.max(0, last.value), last.se) + (run.unit(key) ? ' ' + run.unit(key) : '') + ' apart (' +
      {jensen_shannon: 'Jensen–Shannon divergence', total_variation: 'total variation', le_cam: 'triangular divergence'}[key.split('/')[0]] +
      (isNumber(most) ? ', at most ' + significant(most, 3) : '') + '; in expectation, on ' + (last.split === 'train' ? 'training batches' : SPLIT_WORDS[last.split]) + ').');
  }
  const balance = run.term('loss/discriminator')?.equilibrium;
  if (loss && isNumber(balance) && isNumber(loss.value)) {
    sentences.push('The discriminator’s loss is ' + withError(loss.value, loss.se) + '; at equilibrium it would be ' + closedForm(balance) + '.');
  }
  const floors = [run.last('epoch/wasserstein1'), run.last('epoch/wasserstein1/floor')];
  if (floors[0] && floors[1]) {
    const ratio = floors[0].value / floors[1].value;
    sentences.push('In pixel space samples lie ' + significant(floors[0].value, 3) + ' from held-out data; two sets of real data lie ' + significant(floors[1].value, 3) + ' apart' +
      (ratio < 1 ? ' (smooth or few kinds of samples can lie closer than that).' : '.'));
  }
  return {mood, headline, sentences};
}

export function verdict(run) {
  const check = checks(run);
  const {status: word} = run.run;
  let answer = run.keys().length === 0
    ? {mood: 'open', headline: 'Nothing is logged yet.', sentences: []}
    : run.run.family === 'gan' ? gan(run) : vae(run);
  if (word === 'diverged') answer = {mood: 'bad', headline: 'No: training diverged, so its last numbers mean nothing.', sentences: []};
  if (word === 'failed') answer = {...answer, mood: 'bad', headline: 'No: the run failed before its end. ' + answer.headline};
  if (check.failed.length > 0) {
    answer = {mood: 'bad', headline: 'Do not trust these numbers: a statement that must hold was violated.', sentences: [check.text, answer.headline, ...answer.sentences]};
  } else {
    answer.sentences = [...answer.sentences, check.text];
  }
  if (run.running) answer.headline = 'So far: ' + answer.headline.charAt(0).toLowerCase() + answer.headline.slice(1);
  return {...answer, status: status(run)};
}
