/** The only place that turns money, tokens, times, shares and ids into text for people. Pure; the language is English. */

const nanoPerUsd = 1_000_000_000n;
const nanoDigits = 9;

/** Decimal dollars as the API gives them ("12.5", "-0.000000001") as nano-dollars. Throws TypeError for any other text. */
export function parseUsd(text: string): bigint {
  const match = /^(-?)(\d{1,10})(?:\.(\d{1,9}))?$/.exec(text);
  if (match === null) throw new TypeError(`not an amount of dollars: ${text}`);
  const [, sign, whole = '0', fraction = ''] = match;
  const nano = BigInt(whole) * nanoPerUsd + BigInt(fraction.padEnd(nanoDigits, '0'));
  return sign === '-' ? -nano : nano;
}

/** `$12.40`, `$0.0042`, `-$3.00`: two decimals, or the first two digits that are not 0. Never `$0.00` for something. */
export function formatUsd(amount: string | bigint): string {
  const nano = typeof amount === 'string' ? parseUsd(amount) : amount;
  const size = nano < 0n ? -nano : nano;
  const decimals = size === 0n || size >= nanoPerUsd ? 2 : decimalsFor(size);
  return withSign(nano, `$${trimmed(rounded(size, decimals))}`);
}

/** Every digit: for whoever points at an amount. `$0.004212345` */
export function formatUsdExactly(amount: string | bigint): string {
  const nano = typeof amount === 'string' ? parseUsd(amount) : amount;
  const size = nano < 0n ? -nano : nano;
  return withSign(nano, `$${trimmed(rounded(size, nanoDigits))}`);
}

/** For axes and tight places: `$1.2k`, `$340`. */
export function formatUsdShort(amount: string | bigint): string {
  const nano = typeof amount === 'string' ? parseUsd(amount) : amount;
  const size = nano < 0n ? -nano : nano;
  if (size < 100n * nanoPerUsd) return formatUsd(nano);
  return withSign(nano, `$${formatCount(Number(size / nanoPerUsd))}`);
}

function decimalsFor(size: bigint): number {
  const leadingZeros = nanoDigits - size.toString().length;
  return Math.min(nanoDigits, leadingZeros + 2);
}

function rounded(size: bigint, decimals: number): string {
  const step = 10n ** BigInt(nanoDigits - decimals);
  const units = (size + step / 2n) / step;
  const digits = units.toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, -decimals).replaceAll(/\B(?=(\d{3})+$)/g, ',');
  return `${whole}.${digits.slice(-decimals)}`;
}

/** Zeros at the end go, as long as two decimals stay. */
function trimmed(decimal: string): string {
  return decimal.replace(/(\.\d\d\d*?)0+$/, '$1');
}

function withSign(nano: bigint, text: string): string {
  return nano < 0n ? `-${text}` : text;
}

/** `987`, `12.4k`, `3.1M`: tokens, requests and everything else that is counted. */
export function formatCount(count: number): string {
  const size = Math.abs(count);
  for (const [unit, letter] of units) {
    // What would be rounded up to the next unit is written in that unit.
    if (size >= unit * 0.9995) return `${significant(count / unit)}${letter}`;
  }
  return Number.isInteger(count) ? String(count) : significant(count);
}

const units = [
  [1e9, 'B'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const;

function significant(value: number): string {
  return Number(value.toPrecision(3)).toString();
}

/** `12,412` */
export function formatCountExactly(count: number): string {
  return count.toLocaleString('en');
}

/** A share of 0 to 1: `12.3%`, `<0.1%`, `>99.9%`. What is not nothing is never `0%`, what is not all never `100%`. */
export function formatShare(share: number): string {
  if (share > 0 && share < 0.001) return '<0.1%';
  if (share < 1 && share > 0.999) return '>99.9%';
  return `${Number((share * 100).toFixed(1))}%`;
}

/** How much something changed: `+12%`, `-3.4%`. Undefined where there was nothing before. */
export function formatChange(before: number, now: number): string | undefined {
  if (before === 0) return undefined;
  const percent = ((now - before) / before) * 100;
  const shown = Math.abs(percent) >= 10 ? percent.toFixed(0) : percent.toFixed(1);
  return `${percent > 0 ? '+' : ''}${Number(shown)}%`;
}

/** `820 ms`, `1.24 s`, `2 min 3 s`, `3 h 20 min`, `4 d 2 h` */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_995) return `${Number((ms / 1_000).toFixed(2))} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 3_600) return pair(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  const minutes = Math.round(seconds / 60);
  if (minutes < 1_440) return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.round(minutes / 60);
  return pair(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** `512 B`, `1.5 kB`, `20 MB` */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  const [unit, name] = bytes < 1e6 ? [1e3, 'kB'] : bytes < 1e9 ? [1e6, 'MB'] : [1e9, 'GB'];
  return `${significant(bytes / unit)} ${name}`;
}

/** `256 KiB`: for limits that are set in it. */
export function formatKib(bytes: number): string {
  return `${significant(bytes / 1024)} KiB`;
}

/** A whole time in the viewer's zone, with it: `21 Nov 2026, 23:41:10 GMT+1`. */
export function formatTime(time: string | number | Date, zone?: string): string {
  return new Date(time).toLocaleString('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
    ...(zone !== undefined && { timeZone: zone }),
  });
}

/** `21 Nov 2026` */
export function formatDay(time: string | number | Date, zone?: string): string {
  return new Date(time).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    ...(zone !== undefined && { timeZone: zone }),
  });
}

/** `now`, `42 s ago`, `3 min ago`, `in 2 h`; a day where it is more than a month away. */
export function formatRelative(time: string | number | Date, nowMs: number): string {
  const distanceMs = new Date(time).getTime() - nowMs;
  const seconds = Math.round(Math.abs(distanceMs) / 1_000);
  if (seconds < 5) return 'now';
  if (seconds > 30 * 86_400) return formatDay(time);
  const [amount, unit] =
    seconds < 60
      ? [seconds, 's']
      : seconds < 3_600
        ? [Math.floor(seconds / 60), 'min']
        : seconds < 86_400
          ? [Math.floor(seconds / 3_600), 'h']
          : [Math.floor(seconds / 86_400), 'd'];
  return distanceMs < 0 ? `${amount} ${unit} ago` : `in ${amount} ${unit}`;
}

/** `org_01k9…x3f2`: the kind, the beginning and the end, which are what people compare. */
export function formatId(id: string): string {
  const [, prefix = '', rest = id] = /^([a-z]+_)(.+)$/.exec(id) ?? [];
  return rest.length <= 10 ? id : `${prefix}${rest.slice(0, 4)}…${rest.slice(-4)}`;
}
