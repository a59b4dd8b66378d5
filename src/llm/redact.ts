/**
 * Makes a provider's words fit to be shown and kept: bounded, valid Unicode without control characters, and nothing in
 * them that looks like a secret. Providers quote keys in their errors ("Incorrect API key provided: sk-…").
 */
import { secretShapes } from '../lib/secret-shapes.ts';
import type { LlmError } from './error.ts';

/** The most characters of foreign text that are ever shown. */
export const shownCharactersMax = 2000;

/** Enough to hold every secret that begins within what is shown. */
const examinedCharactersMax = 2 * shownCharactersMax;

const secrets = secretShapes(4);
/** What follows such a word is a secret, whatever it looks like; the word itself stays readable. */
const labelled: readonly RegExp[] = [
  /(\bbearer\s+)[^\s"',;]{4,}/gi,
  /(\b(?:x-api-key|api[ _-]?key|secret|token|password|authorization|credential)s?\b[^\w\n]{0,4}(?:provided|is|was|given)?[\s:="']{1,4})[\w+/=*…-]{16,}/gi,
  /(\bkey\b[^\w\n]{0,4}(?:provided|is|was|given)?[\s:="']{1,4})[\w+/=*…-]{16,}/gi,
];

export function redact(text: string): string {
  let clean = withoutControls(text.slice(0, examinedCharactersMax).toWellFormed());
  for (const secret of secrets) clean = clean.replace(secret, '[redacted]');
  for (const secret of labelled) clean = clean.replace(secret, '$1[redacted]');
  clean = clean.trim();
  if (clean.length <= shownCharactersMax) return clean;
  return `${clean.slice(0, shownCharactersMax - 1).toWellFormed()}…`;
}

/** Shorter ones are no secrets but words (`none`, `ollama`), which may stand in any text. */
const secretLengthMin = 8;

/** What must not be told of a credential: its key, and the values of its headers, which may be keys too. */
export interface SecretHolder {
  readonly secret: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

function secretsOf({ secret, headers }: SecretHolder): readonly string[] {
  const told = headers === undefined ? [secret] : [secret, ...Object.values(headers)];
  return told.filter((each) => each !== undefined && each.length >= secretLengthMin) as string[];
}

/** Whether a text quotes one of these very secrets. */
export function quotesSecret(text: string, { secret, headers }: SecretHolder): boolean {
  const quotes = (each: string | undefined) =>
    each !== undefined && each.length >= secretLengthMin && text.includes(each);
  return quotes(secret) || (headers !== undefined && Object.values(headers).some(quotes));
}

/** The text without these very secrets: not every vendor's keys look like one, but ours at a vendor are known. */
export function hideSecret(text: string, holder: SecretHolder): string {
  return secretsOf(holder).reduce((shown, secret) => shown.replaceAll(secret, '[redacted]'), text);
}

/** Providers quote keys in their errors; whatever field it stands in, it goes neither to the caller nor to the log. */
export function withoutSecret(error: LlmError, holder: SecretHolder): LlmError {
  return {
    ...error,
    message: hideSecret(error.message, holder),
    ...(error.param !== undefined && { param: hideSecret(error.param, holder) }),
    ...(error.code !== undefined && { code: hideSecret(error.code, holder) }),
    ...(error.internal !== undefined && { internal: hideSecret(error.internal, holder) }),
  };
}

/** A NUL breaks the database, the others break terminals; line breaks and tabs are harmless. */
function withoutControls(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => (character === '\n' || character === '\t' ? character : ''));
}
