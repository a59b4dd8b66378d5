/**
 * Recorded bodies of Converse, addressed to models of chat and of Messages: what reaches the provider is a body that its
 * API takes, or the caller is told which field cannot be expressed.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Rig, startRig } from '../cases/rig.ts';
import { recordingsExist } from '../fakes/recording.ts';
import { chatBodyViolations } from '../recorded/strict-chat.ts';
import { messagesBodyViolations } from '../recorded/strict-messages.ts';
import { askBytes, bodies, conversePath, named } from './ask.ts';
import { requestLosses, requestRefusals } from './exceptions.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

const targets = {
  chat: { prefix: 'oa', violations: chatBodyViolations },
  messages: { prefix: 'an', violations: messagesBodyViolations },
};
const isRefused = (name: string) => requestRefusals[name] !== undefined;
const all = bodies.map(named);

describe.skipIf(!recordingsExist).each(['chat', 'messages'] as const)(
  'a body of Converse for a model of %s',
  (target) => {
    const { prefix, violations } = targets[target];

    it.each(all.filter(([name]) => !isRefused(name)))('%s: is one that the API takes', async (name, kept) => {
      for (const stream of [false, true]) {
        rig.forget();
        const answer = await askBytes(rig, conversePath(`${prefix}/m`, stream), kept.request);
        expect(answer.status).toBe(200);
        expect(violations(rig.upstream.chat.json ?? {})).toEqual([]);
        const dropped = requestLosses[name]?.[target] ?? [];
        expect(answer.headers['x-tollgate-dropped']).toBe(dropped.length === 0 ? undefined : dropped.join(', '));
      }
    });

    it.each(all.filter(([name]) => isRefused(name)))('%s: is refused, and says why', async (name, kept) => {
      const { body, ...answer } = await askBytes(rig, conversePath(`${prefix}/m`, false), kept.request);
      expect([answer.status, answer.headers['x-amzn-errortype']]).toEqual([400, 'ValidationException']);
      expect(body.toString()).toContain(requestRefusals[name]?.param ?? '?');
      expect(rig.upstream.calls).toEqual([]);
    });
  },
);
