/**
 * JSON at the byte level: one pass that checks structure and limits and finds the top-level fields, so that a body can
 * be relayed with only some of its fields spliced; and a parser that keeps chosen values as raw text, so that a tool's
 * arguments keep their key order, big integers and `1.0` (JSON.parse would lose them).
 */
import { isAscii, isUtf8 } from 'node:buffer';
import { type JsonField, type JsonLimits, JsonRefused, JsonScanner, jsonLimits } from './json-scanner.ts';

export { JsonRefused } from './json-scanner.ts';

export interface JsonScan {
  readonly body: Buffer;
  readonly fields: readonly JsonField[];
  /** Values under the raw keys, outermost only: [start, end) pairs in order. */
  readonly rawSpans: readonly number[];
  /** Values that are long strings, outside the raw ones: [start, end) pairs in order, between their quotes. */
  readonly longStrings: readonly number[];
}

/**
 * Checks one JSON object: UTF-8, brackets, commas, literals, numbers, depth and size, and no top-level key twice (two
 * readers of such a body could see two different models). Throws JsonRefused. It accepts what JSON.parse accepts, and
 * no more, except that the insides of strings are not examined: a control character or a bad escape there passes here,
 * and is refused by JSON.parse or by the provider.
 */
export function scanJson(body: Buffer, rawKeys: readonly string[] = [], limits: JsonLimits = jsonLimits): JsonScan {
  if (!isUtf8(body)) throw new JsonRefused('utf8', 'the body is not valid UTF-8', 0);
  const scanner = new JsonScanner(body, rawKeys, limits);
  scanner.run();
  return { body, fields: scanner.fields, rawSpans: scanner.rawSpans, longStrings: scanner.longStrings };
}

/** Parses a scanned body; values under its raw keys come as strings of raw JSON text. Throws JsonRefused. */
export function parseScanned(scan: JsonScan): Record<string, unknown> {
  try {
    return JSON.parse(withRawAsStrings(scan)) as Record<string, unknown>;
  } catch {
    throw new JsonRefused('syntax', 'the body is not valid JSON', 0);
  }
}

/** Scan and parse in one. Throws JsonRefused. */
export function parseJson(body: Buffer, rawKeys: readonly string[] = []): Record<string, unknown> {
  return parseScanned(scanJson(body, rawKeys));
}

/** A value that `stringifyJson` writes as it stands. The text must be valid JSON. */
export class RawJson {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/**
 * What stood under a raw key, to be written: its JSON text as it is. A string that is no JSON text comes from a body that
 * was read without raw keys, as stream frames are, and stays a string.
 */
export function rawOrText(text: string): RawJson | string {
  try {
    JSON.parse(text);
    return new RawJson(text);
  } catch {
    return text;
  }
}

/** JSON.stringify that also knows RawJson; undefined fields are left out, as there. */
export function stringifyJson(value: unknown): string {
  if (value instanceof RawJson) return value.text;
  if (Array.isArray(value))
    return `[${value.map((item) => (item === undefined ? 'null' : stringifyJson(item))).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  let text = '';
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined) continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${stringifyJson(item)}`;
  }
  return `{${text}}`;
}

/**
 * The same JSON in one line, as a server-sent event wants it: raw values keep their line ends, which can only stand
 * between values.
 */
export function oneLine(json: string): string {
  return json.includes('\n') || json.includes('\r') ? json.replace(/[\r\n]+/g, ' ') : json;
}

/** A replacement, removal (`value` undefined) or addition of one top-level field. `value` is JSON text. */
export interface JsonEdit {
  readonly name: string;
  readonly value: string | undefined;
  /** Give the field this name instead. */
  readonly rename?: string;
}

/** The body with its edits, as slices of the original and new pieces: nothing else is copied or changed. */
export function spliceJson(scan: JsonScan, edits: readonly JsonEdit[]): Buffer[] {
  const { body, fields } = scan;
  const added = edits.filter((edit) => edit.value !== undefined && !fields.some((field) => field.name === edit.name));
  const pieces: Buffer[] = [];
  let from = 0;
  let kept = 0;
  fields.forEach((field, i) => {
    const edit = edits.find((candidate) => candidate.name === field.name);
    if (edit === undefined) {
      kept++;
      return;
    }
    if (edit.value === undefined && edit.rename === undefined) {
      // The comma goes with it: the one before, or for the first kept field the one after.
      const next = fields[i + 1];
      const previous = fields[i - 1];
      const cutFrom = kept > 0 && previous ? Math.max(from, previous.valueEnd) : field.nameStart;
      const cutTo = kept > 0 || !next ? field.valueEnd : next.nameStart;
      pieces.push(body.subarray(from, Math.max(from, cutFrom)));
      from = Math.max(from, cutTo);
      return;
    }
    kept++;
    if (edit.rename !== undefined) {
      pieces.push(body.subarray(from, field.nameStart), Buffer.from(JSON.stringify(edit.rename)));
      from = field.nameEnd;
    }
    if (edit.value !== undefined) {
      pieces.push(body.subarray(from, field.valueStart), Buffer.from(edit.value));
      from = field.valueEnd;
    }
  });
  if (added.length > 0) {
    const close = body.lastIndexOf(CLOSE_BRACE);
    const text = added.map((edit) => `${JSON.stringify(edit.rename ?? edit.name)}:${edit.value}`).join(',');
    pieces.push(body.subarray(from, close), Buffer.from(kept > 0 ? `,${text}` : text));
    from = close;
  }
  pieces.push(body.subarray(from));
  return pieces.filter((piece) => piece.length > 0);
}

/** The value of a scanned field, parsed; undefined when the field is not there. */
export function readField(scan: JsonScan, name: string): unknown {
  const field = scan.fields.find((candidate) => candidate.name === name);
  if (field === undefined) return undefined;
  try {
    return JSON.parse(scan.body.toString('utf8', field.valueStart, field.valueEnd));
  } catch {
    throw new JsonRefused('syntax', `the value of "${name}" is not valid JSON`, field.valueStart);
  }
}

function withRawAsStrings({ body, rawSpans }: JsonScan): string {
  // Both look alike then, and Latin-1 is read several times as fast: it shows on a picture of 20 MB.
  if (rawSpans.length === 0) return body.toString(isAscii(body) ? 'latin1' : 'utf8');
  let text = '';
  let from = 0;
  for (let i = 0; i < rawSpans.length; i += 2) {
    const start = rawSpans[i] as number;
    const end = rawSpans[i + 1] as number;
    const raw = body.toString('utf8', start, end);
    JSON.parse(raw);
    text += body.toString('utf8', from, start) + JSON.stringify(raw);
    from = end;
  }
  return text + body.toString('utf8', from);
}

const CLOSE_BRACE = 125;
