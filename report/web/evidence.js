// What may be held for evidence, from the run's data alone.
import {count, isNumber} from './numbers.js';

export const baselines = (run) => Object.entries(run.data.baselines ?? {}).filter(([, v]) => isNumber(v))
  .map(([key, value]) => ({key, value, name: {independent_pixels: 'Every pixel on its own', mean_image: 'The mean image with one variance',
                                              principal_components: 'Principal components, as many as latent dimensions'}[key] ?? key}));

export function verdictOf(identity) {
  if (identity.fails > 0) {
    return identity.kind === 'statistical' ? {word: count(identity.fails) + ' of ' + count(identity.evaluations) + ' beyond 4 z', mood: 'doubt'}
                                           : {word: 'fails', mood: 'bad'};
  }
  return identity.holds > 0 ? {word: 'holds', mood: 'good'} : {word: 'meter', mood: 'open'};
}

const text = (value) => value.replace(/^["']|["']$/g, '');

/// Whether ELBO is no bound on a log-likelihood: Bernoulli masses of grey pixels are none.
export const greyBernoulli = (run) => text(run.setting('likelihood.name')) === 'bernoulli' && run.last('pixels/grey')?.value > 0;

/// Modes or classes of the data that occur among the samples: {found, of, split, step}; undefined
/// where neither was counted.
export function modes(run) {
  const found = run.last('probe/modes'), of = run.last('truth/modes');
  return found && of && isNumber(found.value) && isNumber(of.value) ? {found: found.value, of: of.value, step: found.step} : undefined;
}

/// Whether something keeps the scale of a critic's output from growing without bound.
export const boundedCritic = (run) => run.penalties.some((p) => ['gradient_penalty', 'weight_clipping'].includes(p.name));
