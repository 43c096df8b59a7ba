// Numbers as people read them: a true minus, and digits that the standard error supports.

export const isNumber = (x) => typeof x === 'number' && Number.isFinite(x);

function plain(value, decimals) {
  const text = Math.abs(value).toFixed(decimals);
  const [whole, rest] = text.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  const digits = rest ? grouped + '.' + rest : grouped;
  return value < 0 && Number(text) !== 0 ? '−' + digits : digits;
}

const tenTo = (exponent) => '·10' + [...String(Number(exponent))].map((c) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[c] ?? '⁻').join('');

export function scientific(value, digits) {
  const [mantissa, exponent] = value.toExponential(digits - 1).split('e');
  return mantissa.replace('-', '−') + tenTo(exponent);
}

/// The power of ten to be drawn out of a number that is too large to be read; 0 for others.
function exponentOf(value, se) {
  const size = Math.floor(Math.log10(Math.max(Math.abs(value), se)));
  return size > 7 ? size : 0;
}

/// `value` with `digits` significant digits; "nan", "inf" and null included.
export function significant(value, digits = 4) {
  if (value === null || value === undefined) return '–';
  if (!isNumber(value)) return String(value).replace('-', '−');
  if (value === 0) return '0';
  const size = Math.floor(Math.log10(Math.abs(value)));
  if (size < -4 || size > 7) return scientific(value, Math.min(digits, 3));
  return plain(value, Math.max(0, Math.min(digits - 1 - size, 8)));
}

/// Decimals that show two digits of the error.
function decimalsFor(se) {
  return Math.max(0, Math.min(8, 1 - Math.floor(Math.log10(se))));
}

/// The value to the precision of its standard error.
export function measured(value, se) {
  if (!isNumber(value) || !isNumber(se) || se <= 0) return significant(value);
  const exponent = exponentOf(value, se), scale = 10 ** exponent;
  return plain(value / scale, decimalsFor(se / scale)) + (exponent ? tenTo(exponent) : '');
}

/// "−100.40 ± 0.27".
export function withError(value, se) {
  if (!isNumber(value) || !isNumber(se) || se <= 0) return significant(value);
  const exponent = exponentOf(value, se), scale = 10 ** exponent, decimals = decimalsFor(se / scale);
  const text = plain(value / scale, decimals) + '\u00a0±\u00a0' + plain(se / scale, decimals);
  return exponent ? '(' + text + ')' + tenTo(exponent) : text;
}

export const count = (n) => plain(Math.round(n), 0);

export const plural = (n, word, many = word + 's') => count(n) + ' ' + (n === 1 ? word : many);

export function duration(seconds) {
  if (!isNumber(seconds)) return '';
  if (seconds < 90) return significant(seconds, 2) + ' s';
  if (seconds < 5400) return Math.round(seconds / 60) + ' min';
  return significant(seconds / 3600, 2) + ' h';
}

/// ln 2 and its multiples by name, as in "2 ln 2 = 1.386".
export function closedForm(value) {
  const k = value / Math.LN2;
  const multiples = [0.5, 1, 1.5, 2, 3, 4];
  const found = multiples.find((m) => Math.abs(Math.abs(k) - m) < 1e-4);
  if (!found) return significant(value);
  const factor = found === 1 ? '' : (found === 0.5 ? '½ ' : String(found) + ' ');
  return (value < 0 ? '−' : '') + factor + 'ln 2 = ' + significant(value);
}
