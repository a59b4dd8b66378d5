/**
 * What is taken out of prompts and answers before they are kept: what looks like a vendor's key, and patterns of the
 * organization's own. Nobody's regular expressions run here: a pattern is a text in which `#` is a digit, `@` a letter or
 * digit, and one `*` up to 64 characters of a word; so that the time it takes grows with the text and not with its pattern.
 */
import { secretShapes } from '../../lib/secret-shapes.ts';
import type { ContentRule } from '../../snapshot/snapshot.ts';

export const patternsMax = 20;
export const patternLengthMax = 100;
/** A pattern of wildcards alone would take out everything. */
const plainCharactersMin = 2;
const starLengthMax = 64;

/** Shorter ones are ordinary words. */
const secretCharactersMin = 12;

const named: Readonly<Record<string, RegExp>> = {
  email: /[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}/g,
  card: /(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)/g,
  phone: /(?<![\w+])\+\d(?:[ ().-]{0,2}\d){6,14}(?!\d)/g,
};

/** The names that stand for shapes: `email`, `card`, `phone`. */
export const patternNames: readonly string[] = Object.keys(named);

/** Undefined: it is fine; else why it is none, as the end of a sentence that begins with the pattern. */
export function patternProblem(pattern: string): string | undefined {
  if (pattern in named) return undefined;
  if (pattern.length > patternLengthMax) return `is longer than ${patternLengthMax} characters`;
  if (/[\p{Cc}"\\]/u.test(pattern)) return 'holds a quote, a backslash or a control character';
  if ((pattern.match(/\*/g) ?? []).length > 1) return 'has more than one *';
  const isDigits = (pattern.match(/#/g) ?? []).length >= 6;
  const plain = pattern.replaceAll(/[#@*]/g, '').length;
  return isDigits || plain >= plainCharactersMin ? undefined : 'would take out nearly everything';
}

export type Redact = (text: string) => string;

/** `mark` stands where something was. */
export function redactor({ secrets, patterns }: ContentRule['redact']): Redact {
  const shapes = [
    ...(secrets ? secretShapes(secretCharactersMin) : []),
    ...patterns.filter((pattern) => patternProblem(pattern) === undefined).map(toShape),
  ];
  return (text) => shapes.reduce((rest, shape) => rest.replace(shape, mark), text);
}

export const mark = '[redacted]';

function toShape(pattern: string): RegExp {
  const known = named[pattern];
  if (known !== undefined) return known;
  const source = pattern
    .replaceAll(/[.+?^${}()|[\]/-]/g, '\\$&')
    .replaceAll('#', '\\d')
    .replaceAll('@', '[A-Za-z0-9]');
  return new RegExp(source.replace('*', `[\\w.~+/=-]{0,${starLengthMax}}`), 'g');
}

/** Pictures and sound in base64 would fill the room of words. */
const longRun = /[A-Za-z0-9+/_-]{2048,}={0,2}/g;

export function withoutMedia(text: string): string {
  return text.replace(longRun, (run) => `[${run.length} characters left out]`);
}
