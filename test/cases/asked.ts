/** Asks as a case does, and asserts what holds for every case: the request was one that the real API takes, one row, the money. */
import { expect } from 'vitest';
import type { SettlementRecord } from '../../src/journal/record.ts';
import { chatRequestViolations } from '../validators/chat-request.ts';
import { type ErrorRules, errorViolations } from '../validators/error-answer.ts';
import { messagesRequestViolations } from '../validators/messages-request.ts';
import type { Answer, Rig } from './rig.ts';
import { bodyOf, type DoorName, dialectOf } from './stream-reader.ts';

export type Sent = Record<string, unknown> & { readonly messages: readonly Record<string, unknown>[] };

export interface Asked {
  readonly answer: Answer;
  /** What the provider received. */
  readonly up: Sent;
  readonly upText: string;
  readonly row: SettlementRecord;
  /** `x-tollgate-dropped`. */
  readonly dropped: readonly string[];
}

/** A request that must succeed. `rest` may be a whole body. */
export async function asked(
  rig: Rig,
  door: DoorName,
  model: string,
  rest: object = {},
  headers: Record<string, string> = {},
): Promise<Asked> {
  const answer = await rig[door](bodyOf(door, model, rest), headers);
  return checked(rig, door, model, answer);
}

/** The same for a body that must go out byte for byte. */
export async function askedRaw(rig: Rig, door: DoorName, model: string, body: string): Promise<Asked> {
  const path = door === 'chat' ? '/v1/chat/completions' : '/v1/messages';
  return checked(rig, door, model, await rig.post(path, body, { 'anthropic-version': '2023-06-01' }));
}

async function checked(rig: Rig, door: DoorName, model: string, answer: Answer): Promise<Asked> {
  expect(answer.status, answer.body).toBe(200);
  expect(rig.upstream.violations).toEqual([]);
  const { chat } = rig.upstream;
  const upText = chat.body.toString('utf8');
  const up = JSON.parse(upText) as Sent;
  const upstream = model.startsWith('oa/') ? 'openai-chat' : 'anthropic';
  expect(chat.dialect).toBe(upstream);
  const isMade = upstream !== dialectOf(door);
  if (isMade)
    expect(upstream === 'openai-chat' ? chatRequestViolations(up) : messagesRequestViolations(up)).toEqual([]);
  const row = await rig.row();
  expect(row).toMatchObject({ status: 'completed', httpStatus: 200, servedModel: model, upstreamDialect: upstream });
  expect(row.clientDialect).toBe(dialectOf(door));
  expect(row.costNanoUsd).toBe(String(cost(row)));
  expect(row.dropped).toEqual(droppedOf(answer));
  return { answer, up, upText, row, dropped: row.dropped };
}

/** A request that the gateway must refuse itself, in the caller's shape; nobody is asked, nothing is charged. */
export async function refused(
  rig: Rig,
  door: DoorName,
  model: string,
  rest: object,
  rules: Omit<ErrorRules, 'dialect'> & { readonly says?: RegExp } = {},
): Promise<void> {
  const answer = await rig[door](bodyOf(door, model, rest));
  const { says, ...shape } = rules;
  expect(errorViolations(answer, { dialect: dialectOf(door), status: 400, ...shape })).toEqual([]);
  if (says !== undefined) expect(answer.body).toMatch(says);
  expect(rig.upstream.calls).toEqual([]);
  expect(await rig.row()).toMatchObject({
    status: 'failed',
    errorKind: 'invalid-request',
    costNanoUsd: '0',
    attempts: [],
  });
}

function droppedOf(answer: Answer): string[] {
  const header = answer.headers['x-tollgate-dropped'];
  return typeof header === 'string' ? header.split(', ') : [];
}

/** By the rig's prices, in nano-dollars a token. */
function cost({ usage }: SettlementRecord): number {
  const { input, output, cacheRead, cacheWrite5m, cacheWrite1h } = usage;
  return input * 1000 + output * 2000 + cacheRead * 100 + cacheWrite5m * 1250 + cacheWrite1h * 2000;
}
