/**
 * Exact money: dollars as decimal text, nano-dollars (10^-9) for charges, pico-dollars (10^-12) for rates. Text in,
 * bigint out; a binary fraction such as 0.1 never takes part in the arithmetic.
 */

const nanoDigits = 9;
const decimal = /^([+-]?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;
/** No real price or balance is longer; a bigint of a million digits would stop the process. */
const textLengthMax = 64;

/**
 * `text` times 10^power as an integer. A number is taken by its shortest decimal text, so that 0.075 is exactly 0.075.
 * What is finer than one unit throws RangeError, or is rounded to the nearest unit (half up) when `rounding` says so.
 */
export function scaleDecimal(value: string | number, power: number, rounding: 'exact' | 'nearest' = 'exact'): bigint {
  const text = String(value).trim();
  const match = text.length <= textLengthMax ? decimal.exec(text) : null;
  if (match === null) throw new RangeError(`"${text.slice(0, textLengthMax)}" is not a decimal number`);
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const shift = power + Number(exponent) - fraction.length;
  const digits = BigInt(whole + fraction);
  const units = shift >= 0 ? digits * 10n ** BigInt(shift) : divide(digits, 10n ** BigInt(-shift), text, rounding);
  return sign === '-' ? -units : units;
}

/** `$12.50`, `12.5` or `-0.0042` as nano-dollars. Throws RangeError for what is not exact in nano-dollars. */
export function parseUsd(text: string): bigint {
  return scaleDecimal(text.replace(/^(\s*[+-]?)\$/, '$1'), nanoDigits);
}

/** Pico-dollars for one token, from dollars per million tokens: $0.075 is 75,000. */
export function picoUsdPerToken(usdPerMillion: string | number, rounding: 'exact' | 'nearest' = 'exact'): bigint {
  return scaleDecimal(usdPerMillion, 6, rounding);
}

/** Pico-dollars for one piece (a request, a search), from dollars per thousand pieces. */
export function picoUsdPerPiece(usdPerThousand: string | number, rounding: 'exact' | 'nearest' = 'exact'): bigint {
  return scaleDecimal(usdPerThousand, 9, rounding);
}

/** The one rounding of a charge: to the nearest nano-dollar, half up. `pico` is not negative. */
export function nanoFromPicoUsd(pico: bigint): bigint {
  return (pico + 500n) / 1000n;
}

/** Exact and never shorter than cents: `$0.0042`, `$12.50`, `-$3.00`; `$0.00` is nothing at all. */
export function formatUsd(nano: bigint): string {
  const amount = nano < 0n ? -nano : nano;
  const fraction = String(amount % 1_000_000_000n).padStart(nanoDigits, '0');
  const shown = fraction.replace(/0+$/, '').padEnd(2, '0');
  return `${nano < 0n ? '-' : ''}$${amount / 1_000_000_000n}.${shown}`;
}

/** Dollars as plain decimal text, exact to the pico-dollar, without zeros at its end: `0.00000125`. */
export function formatPicoUsd(pico: bigint): string {
  const amount = pico < 0n ? -pico : pico;
  const fraction = String(amount % 1_000_000_000_000n)
    .padStart(12, '0')
    .replace(/0+$/, '');
  return `${pico < 0n ? '-' : ''}${amount / 1_000_000_000_000n}${fraction === '' ? '' : `.${fraction}`}`;
}

function divide(digits: bigint, by: bigint, text: string, rounding: 'exact' | 'nearest'): bigint {
  if (rounding === 'nearest') return (2n * digits + by) / (2n * by);
  if (digits % by !== 0n) throw new RangeError(`${text} is finer than the smallest unit`);
  return digits / by;
}
