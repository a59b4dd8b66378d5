/** The pure parsers: server-sent events, AWS event streams, the JSON scanner and its splices. */
import { AwsEventStreamBroken, AwsEventStreamParser } from '../../src/lib/aws-event-stream.ts';
import {
  type JsonEdit,
  JsonRefused,
  parseJson,
  parseScanned,
  scanJson,
  spliceJson,
  stringifyJson,
} from '../../src/lib/json.ts';
import { SseFrameTooLarge, SseParser } from '../../src/lib/sse.ts';
import { encode } from '../golden/bedrock-converse/event-stream.ts';
import { withChecksums } from './checksums.ts';
import { requestSeeds, streamSeeds } from './seeds.ts';
import { cutsOf, type FuzzTarget, piecesOf, same, Violation } from './target.ts';

const frameBytesMax = 64 * 1024;

function sseFrames(pieces: readonly Buffer[]): string[] {
  const frames: string[] = [];
  const parser = new SseParser(
    (event, data, raw) => frames.push(JSON.stringify([event, data?.toString('latin1'), raw.toString('latin1')])),
    frameBytesMax,
  );
  try {
    for (const piece of pieces) parser.push(piece);
    parser.end();
  } catch (error) {
    if (!(error instanceof SseFrameTooLarge)) throw error;
    frames.push('too large');
  }
  return frames;
}

const sse: FuzzTarget = {
  id: 'sse',
  seeds: () => [...streamSeeds('openai-chat'), ...streamSeeds('anthropic'), ...streamSeeds('gemini')],
  words: ['src/lib/sse.ts'],
  run: (input) => {
    const whole = sseFrames([Buffer.from(input)]);
    for (const cuts of cutsOf(input)) same(`cut at ${cuts.join()}`, sseFrames(piecesOf(input, cuts)), whole);
    if (whole.at(-1) === 'too large') return;
    const raw = whole.map((frame) => (JSON.parse(frame) as string[])[2]).join('');
    same('frames laid end to end', raw, input.toString('latin1'));
  },
};

function awsMessages(pieces: readonly Buffer[]): string[] {
  const messages: string[] = [];
  const parser = new AwsEventStreamParser(({ headers, payload, raw }) => {
    messages.push(JSON.stringify([[...headers], payload.toString('latin1'), raw.toString('latin1')]));
  }, frameBytesMax);
  try {
    for (const piece of pieces) parser.push(piece);
    messages.push(parser.isInside ? 'inside' : 'whole');
  } catch (error) {
    if (!(error instanceof AwsEventStreamBroken)) throw error;
    messages.push(`broken: ${error.message}`);
  }
  return messages;
}

const eventStream: FuzzTarget = {
  id: 'event-stream',
  seeds: () => [...streamSeeds('bedrock-converse'), encode({ type: 'x', isException: true, body: {} })],
  words: ['src/lib/aws-event-stream.ts'],
  repair: withChecksums,
  run: (input) => {
    const whole = awsMessages([Buffer.from(input)]);
    for (const cuts of cutsOf(input)) same(`cut at ${cuts.join()}`, awsMessages(piecesOf(input, cuts)), whole);
    const raw = whole
      .slice(0, -1)
      .map((message) => (JSON.parse(message) as string[])[2])
      .join('');
    if (!input.toString('latin1').startsWith(raw)) throw new Violation('messages are not the beginning of the stream');
    if (whole.at(-1) === 'whole') same('messages laid end to end', raw.length, input.length);
  },
};

/** Faults that JSON.parse does not know: a key twice, too deep, too many, no object, bytes that are no UTF-8. */
const ourFaults = ['duplicate', 'depth', 'items', 'not-object', 'utf8'];

function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

const rawKeys = ['input', 'arguments', 'schema'];

const json: FuzzTarget = {
  id: 'json',
  seeds: () => [...requestSeeds('openai-chat'), ...requestSeeds('anthropic')],
  words: ['src/lib/json.ts', 'src/lib/json-scanner.ts'],
  isJson: true,
  run: (input) => {
    const text = input.toString('utf8');
    const truth = parsed(text);
    try {
      const scan = scanJson(input);
      const value = parseScanned(scan);
      if (truth === undefined) throw new Violation('parsed what JSON.parse refuses');
      same('value', value, truth.value);
      same('names', scan.fields.map(({ name }) => name).toSorted(), Object.keys(value).toSorted());
      const raw = stringifyJson(parseJson(input, rawKeys));
      if (parsed(raw) === undefined) throw new Violation('raw values broke the text');
      same('written again', parsed(stringifyJson(value))?.value, truth.value);
    } catch (error) {
      if (!(error instanceof JsonRefused)) throw error;
      const isOurs = ourFaults.includes(error.fault) || text.startsWith('\ufeff');
      if (truth !== undefined && !isOurs) throw new Violation(`refused what JSON.parse takes: ${error.message}`);
    }
  },
};

/** Edits that depend on the input: set, rename, drop and add. */
function editsFor(names: readonly string[]): JsonEdit[] {
  const [first, second, third] = names;
  return [
    ...(first === undefined ? [] : [{ name: first, value: '{"set":1}' }]),
    ...(second === undefined ? [] : [{ name: second, value: undefined }]),
    ...(third === undefined ? [] : [{ name: third, value: undefined, rename: `${third}\u2028"x` }]),
    { name: 'zz-added', value: '[0]' },
  ];
}

const splice: FuzzTarget = {
  id: 'splice',
  seeds: () => [...requestSeeds('openai-chat'), ...requestSeeds('anthropic')],
  words: ['src/lib/json.ts'],
  isJson: true,
  run: (input) => {
    let names: string[];
    let truth: Record<string, unknown>;
    let out: Buffer;
    let edits: JsonEdit[];
    try {
      const scan = scanJson(input);
      truth = parseScanned(scan);
      names = scan.fields.map(({ name }) => name);
      edits = editsFor(names.filter((name) => name !== '__proto__'));
      out = Buffer.concat(spliceJson(scan, edits));
    } catch (error) {
      if (error instanceof JsonRefused) return;
      throw error;
    }
    const wanted = new Map<string, unknown>();
    for (const name of names) {
      const edit = edits.find((candidate) => candidate.name === name);
      if (edit !== undefined && edit.value === undefined && edit.rename === undefined) continue;
      wanted.set(edit?.rename ?? name, edit?.value === undefined ? truth[name] : JSON.parse(edit.value));
    }
    if (!wanted.has('zz-added')) wanted.set('zz-added', [0]);
    const got = parsed(out.toString('utf8'));
    if (got === undefined) throw new Violation(`spliced into no JSON: ${out.toString('utf8').slice(0, 300)}`);
    const value = got.value as Record<string, unknown>;
    for (const [name, item] of wanted) same(name, value[name], name === 'zz-added' ? (value[name] ?? item) : item);
    same('fields', Object.keys(value).length, wanted.size);
  },
};

export const libTargets: readonly FuzzTarget[] = [sse, eventStream, json, splice];
