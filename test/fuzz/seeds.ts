/** What fuzzing begins with: the smaller recordings of a dialect, and the fixtures of the matrix. */
import type { DialectId } from '../../src/llm/chat.ts';
import { listRecordings, type Recording, recordingsExist } from '../fakes/recording.ts';
import { fixtures } from '../golden/corpus.ts';
import { features } from '../golden/features.ts';

/** How the index of the recordings calls them. */
const names: Readonly<Record<DialectId, readonly string[]>> = {
  'openai-chat': ['openai-chat'],
  'openai-responses': ['openai-responses'],
  anthropic: ['anthropic-messages'],
  gemini: ['gemini-generateContent', 'gemini-streamGenerateContent'],
  'bedrock-converse': ['bedrock-converse', 'bedrock-converse-stream'],
};

const seedBytesMax = 6000;
const seedsMax = 24;

function recordings(id: DialectId, kind?: Recording['kind']): readonly Recording[] {
  if (!recordingsExist) return [];
  return names[id].flatMap((name) => listRecordings(name, kind));
}

function smallest(seeds: readonly Buffer[]): readonly Buffer[] {
  const fitting = seeds.filter((seed) => seed.length > 0 && seed.length <= seedBytesMax);
  return fitting.toSorted((a, b) => a.length - b.length).slice(0, seedsMax);
}

function answers(id: DialectId, stream: boolean): Buffer[] {
  const own = fixtures.find((each) => each.id === id);
  return features.flatMap((feature) => own?.answer(feature, stream)?.body ?? []);
}

export function requestSeeds(id: DialectId): readonly Buffer[] {
  const own = fixtures.find((each) => each.id === id);
  const made = features.flatMap((feature) => own?.request(feature, 'm', false) ?? []);
  const recorded = recordings(id).flatMap(({ request }) => (request === undefined ? [] : [request]));
  return [
    ...made.map((body) => Buffer.from(JSON.stringify(body))),
    ...smallest(recorded.map((body) => Buffer.from(JSON.stringify({ model: 'm', ...body })))),
  ];
}

export function responseSeeds(id: DialectId): readonly Buffer[] {
  return [...answers(id, false), ...smallest(recordings(id, 'json').map(({ response }) => response))];
}

export function streamSeeds(id: DialectId): readonly Buffer[] {
  return [...answers(id, true), ...smallest(recordings(id, 'stream').map(({ response }) => response))];
}

export function errorSeeds(id: DialectId): readonly Buffer[] {
  return [...answers(id, false), ...smallest(recordings(id, 'error').map(({ response }) => response))];
}
