/**
 * Which conversation a request belongs to: by what its client calls it, or by how it begins. Every turn repeats the
 * beginning, and clients write it the same each time.
 */
import { hash } from 'node:crypto';
import { readForReport } from '../../dialects/door.ts';
import type { JsonScan } from '../../lib/json.ts';
import type { Exchange } from '../exchange.ts';
import { cachedTokensMin } from './conversations.ts';

/** A beginning is not read further than this. */
const beginningBytesMax = 64 * 1024;
/** Marks for the cache move on with each turn. */
const cacheMarks = /,?"cache_control":\{[^{}]*\}/g;
/** Where the turns stand, in each dialect. */
const turnFields = ['messages', 'contents', 'input'];
const systemFields = ['system', 'instructions', 'systemInstruction'];

/** Unique among organizations. Undefined: it is nobody's next turn. */
export function conversationName(exchange: Exchange): string | undefined {
  const { scan, inputTokensEstimate } = exchange.ask;
  const named =
    exchange.header('x-tollgate-session') ??
    namedInBody(scan) ??
    // Nobody keeps it: nobody needs to find it again.
    (inputTokensEstimate < cachedTokensMin ? undefined : beginning(scan));
  return named === undefined ? undefined : hash('sha256', `${exchange.key.organization.id}\0${named}`, 'base64');
}

/** OpenAI's and Codex's own key of a conversation; Claude Code puts its session into the name of its user. */
function namedInBody(scan: JsonScan): string | undefined {
  const key = readForReport(scan, 'prompt_cache_key');
  if (typeof key === 'string' && key !== '') return `key ${key.slice(0, 256)}`;
  const metadata = readForReport(scan, 'metadata');
  const user =
    typeof metadata === 'object' && metadata !== null && 'user_id' in metadata ? metadata.user_id : undefined;
  return typeof user === 'string' && user.includes('session') ? `user ${user.slice(0, 512)}` : undefined;
}

function beginning(scan: JsonScan): string | undefined {
  const turns = scan.fields.find(({ name }) => turnFields.includes(name));
  if (turns === undefined) return undefined;
  const { body } = scan;
  const first = firstTurns(body, turns.valueStart, Math.min(turns.valueEnd, turns.valueStart + beginningBytesMax));
  const system = scan.fields.find(({ name }) => systemFields.includes(name));
  const instructions =
    system &&
    body.toString('latin1', system.valueStart, Math.min(system.valueEnd, system.valueStart + beginningBytesMax));
  const text = `begins ${first}${instructions ?? ''}`;
  return text.includes('"cache_control"') ? text.replaceAll(cacheMarks, '') : text;
}

/** The elements of a list up to the first that is the user's; the whole value where it is no list. */
function firstTurns(body: Buffer, start: number, end: number): string {
  if (body[start] !== openBracket) return body.toString('latin1', start, end);
  const to = endOfFirstUserTurn(body, start + 1, end);
  return body.toString('latin1', start, to);
}

const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const quote = 0x22;
const backslash = 0x5c;

function endOfFirstUserTurn(body: Buffer, start: number, end: number): number {
  let depth = 0;
  let turnAt = start;
  for (let i = start; i < end; i++) {
    const byte = body[i];
    if (byte === quote) i = endOfString(body, i, end);
    else if (byte === openBrace || byte === openBracket) {
      if (depth++ === 0) turnAt = i;
    } else if (byte === closeBrace || byte === closeBracket) {
      // The list itself ends.
      if (--depth < 0) return i;
      if (depth === 0 && body.subarray(turnAt, i).includes(userWord)) return i + 1;
    }
  }
  return end;
}

const userWord = Buffer.from('"user"');

function endOfString(body: Buffer, start: number, end: number): number {
  // Strings are long, and mostly without a quote inside: found without looking at each byte.
  for (let at = body.indexOf(quote, start + 1); at !== -1 && at < end; at = body.indexOf(quote, at + 1)) {
    let escapes = 0;
    while (body[at - 1 - escapes] === backslash) escapes++;
    if (escapes % 2 === 0) return at;
  }
  return end;
}
