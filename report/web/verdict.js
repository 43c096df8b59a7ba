// Is it good? In plain words, from the data alone; each sentence names the number that it rests on.
import {baselines, boundedCritic, greyBernoulli, modes, verdictOf} from './evidence.js';
import {closedForm, count, isNumber, plural, significant, withError} from './numbers.js';
import {SPLIT_WORDS} from './run.js';
import {direction, lastThird, lastTwo, LEVEL_SHARE} from './trend.js';

const nats = (last) => withError(last.value, last.se) + ' nats';

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

/// How the ELBO moved at the end of the run, on validation images where they were measured
/// often enough.
function movement(run) {
  for (const split of ['valid', 'train']) {
    const points = run.points(split, 'elbo');
    const line = lastThird(points);
    const trend = line ?? lastTwo(points);
    if (!trend) continue;
    const size = points.at(-1).y;
    const range = 'From step ' + count(trend.from) + ' to step ' + count(trend.to) + ' the ELBO on ' + SPLIT_WORDS[split] + ' changed by between ' +
      significant(trend.low, 2) + ' and ' + significant(trend.high, 2) + ' nats (95 % interval' + (line ? ' of a straight line)' : ' by the records’ standard errors)');
    return range + {rising: ': it was still improving, and longer training would probably help.',
                    falling: ': it was getting worse.',
                    level: ': levelled off, within ' + significant(100 * LEVEL_SHARE, 1) + ' % of the ELBO.',
                    unclear: ': whether it was still improving cannot be told.'}[direction(trend, size)];
  }
  return 'There are too few records to tell whether it was still improving.';
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
  const doubt = 3 * (isNumber(elbo.se) ? elbo.se : Infinity);
  let mood = 'good', headline;
  if (kl && kl.value + 2 * (kl.se ?? 0) < 0.1) {
    mood = 'bad';
    headline = 'The code carries nothing to speak of: the KL is ' + nats(kl) + ' per datum, and a code can say no more than that about it (posterior collapse).';
    sentences.push('Warming the KL up from 0, a lower weight of it, or a weaker decoder can help.');
  } else if (greyBernoulli(run)) {
    mood = 'doubt';
    headline = 'Its ELBO is ' + nats(elbo) + ' ' + where + ', but a Bernoulli decoder of grey pixels has no likelihood: this bounds no ln p(x).';
    sentences.push('With data.binarize = "dynamic" it would.');
  } else if (base && elbo.value <= base.value - doubt) {
    mood = 'doubt';
    headline = 'Not yet: its bound on ln p(x), ' + nats(elbo) + ' ' + where + ', is below ' + significant(base.value) + ' nats, what the best of the simple models gets (' + base.name.toLowerCase() + ').';
  } else if (base && elbo.value > base.value + doubt) {
    headline = 'Yes, it has learned: its bound on ln p(x) is ' + nats(elbo) + ' ' + where + ', ' + significant(elbo.value - base.value, 3) +
      ' nats better than the best of the simple models (' + base.name.toLowerCase() + ').';
  } else if (base) {
    mood = 'doubt';
    headline = 'It cannot be told: its bound on ln p(x), ' + nats(elbo) + ' ' + where + ', is not surely above or below ' + significant(base.value) + ' nats, what the best of the simple models gets.';
  } else {
    mood = 'open';
    headline = 'Its bound on ln p(x) is ' + nats(elbo) + ' ' + where + (start ? '; the first training batch logged had ' + significant(start.y, 3) + '.' : '.');
  }
  if (kl && kl.value >= 0.1) {
    sentences.push('A code carries at most ' + nats(kl) + ' (' + significant(kl.value / Math.LN2, 2) + ' bits) about its image on average' +
      (active && latent ? ', in ' + count(active.value) + ' of ' + latent + ' latent dimensions.' : '.'));
  }
  const valid = run.newest.valid?.elbo;
  const train = run.newest.train?.elbo;
  if (valid && isNumber(valid[0]) && train && isNumber(train[0]) && train[1] > 0 && valid[1] > 0) {
    const error = Math.hypot(train[1], valid[1]);
    const gap = train[0] - valid[0];
    sentences.push('Its last training batch has an ELBO ' + withError(Math.abs(gap), error) + ' nats ' + (gap < 0 ? 'below' : 'above') + ' that of validation images' +
      (gap > 3 * error ? ': it fits that batch better.' : ': within three standard errors or below, so it shows no memorising and rules out little of it.'));
  }
  if (!run.running) sentences.push(movement(run));
  const beta = run.last('effective_beta') ?? run.last('beta');
  if (beta && Math.abs(beta.value - 1) > 1e-6) {
    sentences.push('The loss weighs the KL with ' + significant(beta.value, 3) + ', so it is not −ELBO; compare runs by the ELBO, which always has weight 1.');
  }
  return {mood, headline, sentences};
}

/// A number of the discriminator: of the weights that train on training batches, and of the
/// weights that are evaluated on held-out images (averages, where the run keeps some).
function ofEachWeights(run, key) {
  const averaged = Number(run.setting('ema.decay')) > 0;
  const held = run.last(key, ['test', 'valid']), live = run.last('live/' + key, ['test', 'valid']), train = run.last(key, ['train']);
  return [
    train && {...train, of: 'on a training batch' + (averaged ? ', with the weights that train' : '')},
    live && {...live, of: 'on ' + SPLIT_WORDS[live.split] + ', with the weights that train'},
    held && {...held, of: 'on ' + SPLIT_WORDS[held.split] + (averaged ? ', with averaged weights' : '')},
  ].filter((a) => a && isNumber(a.value));
}

function gan(run) {
  const sentences = [];
  const right = ofEachWeights(run, 'accuracy');
  const loss = run.last('loss/discriminator');
  const counted = modes(run);
  const found = (name) => run.evaluation.find((r) => r.quantity === name);
  const measured = found('critic/auc'), frechet = found('frechet_lenet'), floor = found('frechet_lenet/floor');
  const aucs = [...ofEachWeights(run, 'critic/auc'), ...(measured && isNumber(measured.value) ? [{...measured, split: 'eval', of: 'by elbow eval'}] : [])];
  const percent = (last) => significant(100 * last.value, 3) + (isNumber(last.se) && last.se > 0 ? '\u00a0±\u00a0' + significant(100 * last.se, 2) : '') + '\u00a0%';
  const told = right.map((a) => percent(a) + ' ' + a.of).join('; ');
  const bounds = ['jensen_shannon/lower', 'total_variation/lower', 'le_cam/lower'].map((key) => ({key, ...run.last(key)}))
    .filter((b) => isNumber(b.value)).slice(0, 1);
  // Away from one half, on either side, is evidence that they differ; near one half is evidence of nothing:
  // the threshold at 0 may stand wrong, and another discriminator may do better. On images that it was trained
  // on it may know them by heart.
  // All right of a few is no error of 0: a share of n has one of 1 / (2 √n) at most.
  const batch = Number(run.setting('optimizer.batch_size')) || 1;
  const least = (a) => a.split === 'train' ? Math.max(a.se || 0, 0.5 / Math.sqrt(batch)) : a.se || 0;
  const apart = [...[...right, ...aucs].filter((a) => Math.abs(a.value - 0.5) > Math.max(0.1, 4 * least(a))),
                 ...bounds.filter((b) => b.value > 0.05 && b.value > 4 * (b.se ?? Infinity))];
  const separates = apart.length > 0, byHeart = separates && apart.every((a) => a.split === 'train');
  const unbounded = run.has('critic/gap') && !boundedCritic(run);
  let mood = 'open', headline;
  if (counted && counted.found < counted.of) {
    mood = counted.found < counted.of / 2 ? 'bad' : 'doubt';
    headline = 'Its samples have ' + count(counted.found) + ' of the ' + count(counted.of) + ' modes of the data, at step ' + count(counted.step) + '.';
  } else if (separates) {
    mood = 'doubt';
    headline = 'Its discriminator separates samples from data' + (byHeart ? ' that it was trained on' : '') + (counted ? ', all ' + count(counted.of) + ' modes are there' : '') + '.';
  } else if (unbounded) {
    mood = 'doubt';
    headline = 'It cannot be told: nothing bounds the critic, so its outputs, gap and loss have no scale.';
  } else {
    headline = (counted ? 'Its samples have all ' + count(counted.of) + ' modes of the data; how close they are' : 'How good its samples are') + ' cannot be told from what was logged.';
  }
  if (unbounded) {
    sentences.push('Without a gradient penalty or weight clipping no bound follows from the critic’s gap, however large: add [[penalty]] with name = "gradient_penalty".');
  }
  if (right.length > 0) {
    sentences.push('The discriminator is right, with its threshold at 0: ' + told + '. ' + (separates
      ? 'A strong discriminator separates good samples too.' : 'Near 50 % says nothing by itself: discriminator and threshold may be poor.'));
  }
  if (aucs.length > 0) {
    sentences.push('The chance that it scores an image above a sample, whatever the threshold (AUC; one half where it cannot tell): ' +
      aucs.map((a) => withError(a.value, a.se) + ' ' + a.of).join('; ') + '.' +
      (aucs.some((a) => a.value < 0.4) ? ' Below one half it scores samples above images.' : ''));
  }
  if (frechet) {
    sentences.push('Between the features of a small classifier the Fréchet distance of samples and real images is ' + withError(frechet.value, frechet.se) +
      (floor ? '; two sets of real images are ' + withError(floor.value, floor.se) + ' apart.' : '.'));
  } else if (!run.running) {
    sentences.push('A GAN’s losses are relative to its present opponent and do not rank models; look at the samples, and elbow eval measures them.');
  }
  for (const bound of bounds) {
    const most = run.term(bound.key)?.range?.[1];
    sentences.push('Data and samples are at least ' + withError(Math.max(0, bound.value), bound.se) + (run.unit(bound.key) ? ' ' + run.unit(bound.key) : '') + ' apart (' +
      {jensen_shannon: 'Jensen–Shannon divergence', total_variation: 'total variation', le_cam: 'triangular divergence'}[bound.key.split('/')[0]] +
      (isNumber(most) ? ', at most ' + significant(most, 3) : '') + '; in expectation, on ' + (bound.split === 'train' ? 'training batches, which the discriminator may have memorised' : SPLIT_WORDS[bound.split]) + ').');
  }
  const balance = run.term('loss/discriminator')?.equilibrium;
  if (loss && isNumber(balance) && isNumber(loss.value)) {
    sentences.push('The discriminator’s loss is ' + withError(loss.value, loss.se) + ' on ' + SPLIT_WORDS[loss.split] + '; at equilibrium it would be ' + closedForm(balance) + '.');
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
