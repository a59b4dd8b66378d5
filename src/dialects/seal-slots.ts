/** Where seals stand in the bytes of each wire format, so that a relayed body can be searched without being parsed. */
import type { DialectId, Seal } from '../llm/chat.ts';
import { unsealedPrefix } from './openai-responses/sealed.ts';

interface SealSlots {
  /** Text without which a body or a frame has no seal: bytes are searched for it first. */
  readonly marker: Buffer;
  /** Keys whose string values are seals. */
  readonly keys: readonly Buffer[];
}

const sealSlots: Readonly<Record<DialectId, readonly SealSlots[]>> = {
  'openai-chat': [slots('"reasoning_details"', 'signature', 'data')],
  'openai-responses': [slots('"encrypted_content"', 'encrypted_content')],
  anthropic: [slots('"signature"', 'signature'), slots('"redacted_thinking"', 'data')],
  gemini: [slots('"thoughtSignature"', 'thoughtSignature'), slots('"thought_signature"', 'thought_signature')],
  'bedrock-converse': [slots('"signature"', 'signature'), slots('"redactedContent"', 'redactedContent')],
};

/**
 * Dialects that refuse thinking without a seal, or a turn that goes on without the thinking that it began with, and the
 * field in which they name a call.
 * https://platform.claude.com/docs/en/build-with-claude/extended-thinking#preserving-thinking-blocks
 * https://platform.openai.com/docs/guides/reasoning#encrypted-reasoning-items
 */
const callFields: Partial<Readonly<Record<DialectId, Buffer>>> = {
  anthropic: Buffer.from('"tool_use_id"'),
  'bedrock-converse': Buffer.from('"toolUseId"'),
  'openai-responses': Buffer.from('"call_id"'),
};
/** Stands in every body of a dialect that asks for thinking within a budget, the form that wants its head. */
const budgetWords: Partial<Readonly<Record<DialectId, Buffer>>> = {
  anthropic: Buffer.from('"enabled"'),
  'bedrock-converse': Buffer.from('"enabled"'),
};

/** Keys of a block of thinking whose seal is an empty string where nobody sealed it: of its text, and of its seal. */
const unsealedKeys: Partial<Readonly<Record<DialectId, readonly [Buffer, Buffer]>>> = {
  anthropic: [Buffer.from('"thinking"'), Buffer.from('"signature"')],
};
/** How the id of reasoning begins that was made here of an answer without seals, as `"id"` has it. */
const madeId = Buffer.from(`"${unsealedPrefix}`);
const idKey = Buffer.from('"id"');

/** Whether a body may hold thinking that its provider would refuse because nobody sealed it. */
export function hasUnsealed(body: Buffer, dialect: DialectId): boolean {
  if (dialect === 'openai-responses' && body.includes(madeId))
    return stringsOf(body, idKey).some((from) => body.subarray(from, from + madeId.length).equals(madeId));
  const [text, seal] = unsealedKeys[dialect] ?? [];
  if (text === undefined || seal === undefined) return false;
  return stringsOf(body, seal).some((from) => body[from + 1] === quote) && stringsOf(body, text).some(() => true);
}

/** Whether it matters in this dialect what became of a call's thinking. */
export function remembersCalls(dialect: DialectId): boolean {
  return callFields[dialect] !== undefined;
}

/** The calls in a body that have a result, where anything depends on them; each once, in their order. */
export function answeredCalls(body: Buffer, dialect: DialectId): readonly string[] {
  const field = callFields[dialect];
  const found: string[] = [];
  if (field !== undefined) collect(body, field, found);
  return [...new Set(found)];
}

/** Whether a body asks for thinking in a form that refuses a turn without its beginning. */
export function wantsHead(body: Buffer, dialect: DialectId): boolean {
  const word = budgetWords[dialect];
  return word !== undefined && body.includes(word);
}

/** A seal as it stands in the bytes of its own dialect: a codec may keep a whole entry, as JSON text, for one. */
export function slotTexts({ dialect, value }: Seal): readonly string[] {
  if (!value.startsWith('{')) return [value];
  const found: string[] = [];
  for (const { keys } of sealSlots[dialect]) for (const key of keys) collect(Buffer.from(value), key, found);
  return found;
}

function slots(marker: string, ...keys: readonly string[]): SealSlots {
  return { marker: Buffer.from(marker), keys: keys.map((key) => Buffer.from(`"${key}"`)) };
}

/** The seals in a body or a frame of JSON, in no particular order. Inside a text their quotes would be escaped. */
export function findSeals(bytes: Buffer, dialect: DialectId): string[] {
  const found: string[] = [];
  for (const { marker, keys } of sealSlots[dialect]) {
    if (bytes.includes(marker)) for (const key of keys) collect(bytes, key, found);
  }
  return found;
}

const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;
const space = 0x20;

function collect(bytes: Buffer, key: Buffer, found: string[]): void {
  for (const from of stringsOf(bytes, key)) {
    const to = closingQuote(bytes, from + 1);
    if (to > from + 1) found.push(textOf(bytes.subarray(from, to + 1)));
  }
}

/** Where a string begins that is the value of this key: the place of its quote. */
function* stringsOf(bytes: Buffer, key: Buffer): Generator<number, undefined> {
  for (let at = bytes.indexOf(key); at !== -1; at = bytes.indexOf(key, at + 1)) {
    const colonAt = skipSpace(bytes, at + key.length);
    if (bytes[colonAt] !== colon) continue;
    const from = skipSpace(bytes, colonAt + 1);
    if (bytes[from] === quote) yield from;
  }
}

function skipSpace(bytes: Buffer, from: number): number {
  let at = from;
  while ((bytes[at] ?? colon) <= space) at++;
  return at;
}

/** -1 when the string does not end. */
function closingQuote(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(quote, from); at !== -1; at = bytes.indexOf(quote, at + 1)) {
    let escapes = 0;
    while (bytes[at - 1 - escapes] === backslash) escapes++;
    if (escapes % 2 === 0) return at;
  }
  return -1;
}

/** `text` with its quotes. Most seals are base64: only a few have an escape to undo. */
function textOf(text: Buffer): string {
  if (!text.includes(backslash)) return text.toString('utf8', 1, text.length - 1);
  try {
    const value: unknown = JSON.parse(text.toString('utf8'));
    return typeof value === 'string' ? value : '';
  } catch {
    return '';
  }
}
