/**
 * Every recording, asked for by a caller of the other dialect through its official SDK, whole and as a stream: it reads
 * what expect.json says, and is told of everything that its dialect cannot say.
 */
import { APIError as MessagesError } from '@anthropic-ai/sdk';
import { APIError as ChatError } from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Rig, startRig } from '../cases/rig.ts';
import { type Recording, recording, recordingsExist } from '../fakes/recording.ts';
import { chatStreamViolations } from '../validators/chat-stream.ts';
import { messagesStreamViolations } from '../validators/messages-stream.ts';
import { askBytes } from './ask.ts';
import { corpus, otherWire, plainBody, prefixes, shortName, type Wire, wireOf } from './corpus.ts';
import { answerLosses, endsInError } from './exceptions.ts';
import { expectRow } from './row.ts';
import { readBySdk, type SdkReading } from './sdk-readers.ts';
import { asCompletion, asMessage, type Reading, truthOf } from './truth.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

const wires: readonly Wire[] = recordingsExist ? ['openai-chat', 'anthropic'] : [];
const named = (kept: Recording) => [shortName(kept), kept] as const;
const modelOf = (kept: Recording) => `${prefixes[wireOf(kept)]}/m`;
const answers = (wire: Wire) => [...corpus(wire, 'stream'), ...corpus(wire, 'json')];
const whole = (wire: Wire) => answers(wire).filter((kept) => endsInError[shortName(kept)] === undefined);
const broken = (wire: Wire) => answers(wire).filter((kept) => endsInError[shortName(kept)] !== undefined);

function expectReading(got: SdkReading, kept: Recording, caller: Wire): void {
  const truth = truthOf(kept);
  const want: Reading = (caller === 'anthropic' ? asMessage : asCompletion)(truth, modelOf(kept));
  expect([got.text, got.reasoning, got.finish, got.model]).toEqual([
    want.text,
    want.reasoning,
    want.finish,
    want.model,
  ]);
  if (want.usage !== undefined) expect(got.usage).toEqual(want.usage);
  else for (const count of Object.values(got.usage ?? {})) expect(Number.isInteger(count)).toBe(true);
  expectCalls(got, want);
  // Chat keeps a citation as an annotation; Messages has no place for those of a chat provider.
  expect(got.citations).toBe(caller === 'openai-chat' ? truth.citations : 0);
  if (caller === 'openai-chat' && truth.finish === 'refusal') expect(got.refusal ?? got.text).not.toBe('');
}

/** Names and arguments as they were; ids too where the caller's dialect allows them, else legal and unique ones. */
function expectCalls(got: SdkReading, want: Reading): void {
  expect(got.calls.map(({ name, args }) => [name, args])).toEqual(want.calls.map(({ name, args }) => [name, args]));
  for (const [i, call] of got.calls.entries()) {
    if (want.calls[i]?.id !== undefined) expect(call.id).toBe(want.calls[i].id);
    else expect(call.id).toMatch(/^[a-zA-Z0-9_-]+$/);
  }
  expect(new Set(got.calls.map((call) => call.id)).size).toBe(got.calls.length);
}

describe.skipIf(!recordingsExist).each(wires)('%s, translated', (wire) => {
  const caller = otherWire[wire];

  it.each(whole(wire).map(named))('%s: the SDK reads the whole answer', async (name, kept) => {
    rig.upstream.once(recording(kept.id));
    const got = await readBySdk(rig, caller, modelOf(kept), false);
    expectReading(got, kept, caller);
    const dropped = answerLosses[name]?.dropped ?? [];
    expect(got.dropped).toBe(dropped.length === 0 ? null : dropped.join(', '));
    const row = await rig.row();
    expectRow(row, kept);
    expect(row.dropped).toEqual(dropped);
  });

  it.each(whole(wire).map(named))('%s: the SDK reads the stream', async (name, kept) => {
    rig.upstream.once(recording(kept.id));
    const got = await readBySdk(rig, caller, modelOf(kept), true);
    expectReading(got, kept, caller);
    const row = await rig.row();
    expectRow(row, kept);
    expect(row.dropped).toEqual(answerLosses[name]?.dropped ?? []);
  });

  it.each(whole(wire).map(named))('%s: the stream is valid', async (_name, kept) => {
    for (const includeUsage of caller === 'openai-chat' ? [true, false] : [true]) {
      rig.upstream.once(recording(kept.id));
      expect(violations(caller, await rawStream(caller, kept, includeUsage), 'whole', includeUsage)).toEqual([]);
    }
  });

  it.each(broken(wire).map(named))('%s: the SDK throws, after whatever came before', async (_name, kept) => {
    const message = truthOf(kept).error ?? '';
    for (const stream of [true, false]) {
      rig.forget();
      rig.upstream.once(recording(kept.id));
      const failure: unknown = await readBySdk(rig, caller, modelOf(kept), stream).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(caller === 'anthropic' ? MessagesError : ChatError);
      expect(String(failure)).toContain(message);
      const row = await rig.row();
      if (stream) expectRow(row, kept);
      else expect(row).toMatchObject({ status: 'failed', httpStatus: 400 });
    }
    rig.upstream.once(recording(kept.id));
    expect(violations(caller, await rawStream(caller, kept, true), 'failed', true)).toEqual([]);
  });
});

async function rawStream(caller: Wire, kept: Recording, includeUsage: boolean): Promise<string> {
  const body = plainBody(modelOf(kept), true);
  const options = includeUsage && caller === 'openai-chat' ? { stream_options: { include_usage: true } } : {};
  return (await askBytes(rig, caller, { ...body, ...options })).body.toString();
}

function violations(caller: Wire, text: string, outcome: 'whole' | 'failed', includeUsage: boolean): string[] {
  if (caller === 'anthropic') return messagesStreamViolations(text, { outcome });
  return chatStreamViolations(text, { includeUsage, outcome });
}
