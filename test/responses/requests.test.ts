/** Bodies that were really sent to this API, addressed to models of two others: taken, or refused by the field. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Rig } from '../cases/rig.ts';
import { chatBodyViolations } from '../recorded/strict-chat.ts';
import { messagesBodyViolations } from '../recorded/strict-messages.ts';
import { ask, bodies, startResponsesRig } from './corpus.ts';
import { requestLosses, requestRefusals } from './exceptions.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startResponsesRig();
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

const targets = [
  ['openai-chat', 'oa/m', chatBodyViolations],
  ['anthropic', 'an/m', messagesBodyViolations],
] as const;

describe.runIf(bodies.length > 0).each(targets)('a body for a model of %s', (dialect, model, violations) => {
  it.each(bodies.map((each) => [each.name, each] as const))('%s', async (name, { body }) => {
    const answer = await ask(rig, { ...body, model, stream: false });
    const refused = requestRefusals[name];
    if (refused !== undefined) {
      expect([answer.status, JSON.parse(answer.body.toString()).error.param]).toEqual([400, refused]);
      expect(rig.upstream.calls).toEqual([]);
      return;
    }
    expect(answer.status).toBe(200);
    expect(violations(rig.upstream.calls[0]?.json ?? {})).toEqual([]);
    expect((await rig.row()).dropped).toEqual(requestLosses[name]?.[dialect] ?? []);
  });

  it('the tables name nothing that is not there', () => {
    const names = bodies.map(({ name }) => name);
    expect(
      [...Object.keys(requestLosses), ...Object.keys(requestRefusals)].filter((name) => !names.includes(name)),
    ).toEqual([]);
  });
});
