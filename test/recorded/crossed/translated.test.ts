/**
 * Recordings of Responses, Gemini and Converse for callers of the other two: each caller's official SDK reads, whole and
 * as a stream, what `expect.json` says; what it cannot be shown is told, and listed by name in exceptions.ts.
 */
import type { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { awsClient } from '../../bedrock/ask.ts';
import type { Rig } from '../../cases/rig.ts';
import { type Recording, recordingsExist } from '../../fakes/recording.ts';
import { startResponsesRig } from '../../responses/corpus.ts';
import { answerLosses } from './exceptions.ts';
import {
  answers,
  errors,
  modelOf,
  named,
  pairs,
  readAs,
  type Said,
  type Side,
  served,
  sides,
  truthOf,
} from './sides.ts';

let rig: Rig;
let aws: BedrockRuntimeClient;
beforeAll(async () => {
  rig = await startResponsesRig();
  aws = awsClient(rig);
});
afterAll(() => {
  aws.destroy();
  return rig.close();
});
beforeEach(() => rig.forget());

const read = (kept: Recording, from: Side, to: Side, stream: boolean) =>
  readAs(to, rig, aws, { model: modelOf[from], stream, serve: () => void rig.upstream.once(served(kept)) });

/** Ids of calls that Converse takes; the others are made anew. */
const legalId = /^[a-zA-Z0-9_-]{1,64}$/;

function expectSaid(got: Said, kept: Recording): void {
  const want = truthOf(kept);
  expect([got.text, got.reasoning, got.end]).toEqual([want.text, want.reasoning, want.end]);
  expect(got.calls).toEqual(
    want.calls.map((call) => ({ ...call, id: legalId.test(call.id ?? '') ? call.id : expect.any(String) })),
  );
  expect(new Set(got.calls.map(({ id }) => id)).size).toBe(got.calls.length);
  if (want.usage === undefined) return;
  const { thinking, ...usage } = want.usage;
  expect(got.usage).toMatchObject(usage);
  if (thinking !== undefined && got.usage?.thinking !== undefined) expect(got.usage.thinking).toBe(thinking);
}

describe.runIf(recordingsExist)('between Responses, Gemini and Converse', () => {
  it('there are recordings of each', () => {
    expect(sides.map((side) => answers[side].length)).toEqual([36, 27, 11]);
  });

  it('no exception is for a recording that does not exist', () => {
    const names = sides.flatMap((side) => answers[side].map((kept) => named(kept)[0]));
    expect(Object.keys(answerLosses).filter((name) => !names.includes(name))).toEqual([]);
  });
});

describe.runIf(recordingsExist).each(pairs)('%s, read by the SDK of %s', (from, to) => {
  it.each(answers[from].map(named))('%s', async (name, kept) => {
    for (const stream of [true, false]) {
      rig.forget();
      rig.later();
      expectSaid(await read(kept, from, to, stream), kept);
      const dropped = answerLosses[name]?.told[to] ?? [];
      for (const row of await rig.rows()) expect([row.status, row.dropped]).toEqual(['completed', dropped]);
    }
  });

  it.each(errors[from].map(named))('%s: the SDK throws what our contract says', async (_name, kept) => {
    const due = statusDue(kept);
    for (const stream of [true, false]) {
      rig.forget();
      rig.later();
      const failure: unknown = await read(kept, from, to, stream).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(Error);
      const { status, $metadata } = failure as { status?: number; $metadata?: { httpStatusCode?: number } };
      expect(status ?? $metadata?.httpStatusCode).toBe(due);
      for (const row of await rig.rows()) expect([row.status, row.costNanoUsd]).toEqual(['failed', '0']);
    }
  });
});

/** A credential that was refused, and a failure before any content, are nothing that a caller could mend. */
function statusDue({ status, response }: Recording): number {
  if (response.includes('The provided model identifier is invalid')) return 404;
  const isOurs = /insufficient_quota|Incorrect API key|API_KEY_INVALID/.test(response.toString());
  return isOurs || status === 200 ? 502 : status;
}
