// What a run's last third says about where it was going: an interval, never a verdict of "no change".

// Two-sided 95 % quantiles of Student's t by degrees of freedom; between them the wider one.
const T = [[1, 12.71], [2, 4.303], [3, 3.183], [4, 2.777], [5, 2.571], [6, 2.447], [8, 2.307], [10, 2.229], [15, 2.132], [20, 2.087], [30, 2.043], [60, 2.001]];
const quantile = (dof) => T.filter(([d]) => d <= dof).at(-1)?.[1] ?? Infinity;

/// The share of |value| that a change over the last third must stay within to count as level.
export const LEVEL_SHARE = 0.005;

/// {change, low, high, from, to}: what a straight line through the points of the last third (the last
/// five where it has fewer) changes by over them, with a 95 % interval, widened where neighbours err alike. Undefined below five points.
export function lastThird(points) {
  if (points.length < 5) return undefined;
  const end = points.at(-1).x;
  const third = points.filter((p) => p.x >= end - (end - points[0].x) / 3);
  const use = third.length >= 5 ? third : points.slice(-5);
  const n = use.length, span = end - use[0].x;
  const mx = use.reduce((s, p) => s + p.x, 0) / n, my = use.reduce((s, p) => s + p.y, 0) / n;
  const sxx = use.reduce((s, p) => s + (p.x - mx) ** 2, 0);
  if (!(sxx > 0)) return undefined;
  const slope = use.reduce((s, p) => s + (p.x - mx) * (p.y - my), 0) / sxx;
  const rest = use.map((p) => p.y - my - slope * (p.x - mx));
  const squares = rest.reduce((s, r) => s + r * r, 0);
  const together = squares > 0 ? rest.slice(1).reduce((s, r, i) => s + r * rest[i], 0) / squares : 0;
  const alike = Math.min(0.9, Math.max(0, together));
  const se = Math.sqrt(squares / (n - 2) / sxx * (1 + alike) / (1 - alike));
  const half = quantile(n - 2) * se * span, change = slope * span;
  return {change, low: change - half, high: change + half, from: use[0].x, to: end};
}

/// The same from two records, by their own standard errors, where there are too few for a line: the
/// last one and the one before that is at least a fifth of the run away.
export function lastTwo(points) {
  if (points.length < 2) return undefined;
  const last = points.at(-1), far = (last.x - points[0].x) / 5;
  const before = points.filter((p) => p.x <= last.x - far).at(-1);
  if (!before || before === last || !(last.se > 0) || !(before.se > 0)) return undefined;
  const change = last.y - before.y, half = 1.96 * Math.hypot(last.se, before.se);
  return {change, low: change - half, high: change + half, from: before.x, to: last.x};
}

/// "rising", "falling", "level" (all of the interval matters less than LEVEL_SHARE of `size`) or
/// "unclear".
export function direction(trend, size) {
  const matters = LEVEL_SHARE * Math.abs(size);
  if (trend.low >= -matters && trend.high <= matters) return 'level';
  if (trend.low > 0) return 'rising';
  if (trend.high < 0) return 'falling';
  return 'unclear';
}
