/** Case 108 inside the process; the real one is stopped in test/faults/shutdown.test.ts, and killed in kill.test.ts. */
import { expect, it } from 'vitest';
import { errorViolations } from '../validators/error-answer.ts';
import { startRig } from './rig.ts';
import { ask } from './stream-reader.ts';

it('case 108: a request that is between two attempts when time is over asks nobody again', async () => {
  const rig = await startRig({ settings: { retryDelayMs: 200 } });
  rig.upstream.once((_call, reply) => reply.json(503, { error: { message: 'busy', type: 'server_error' } }));
  const running = ask(rig, 'chat', 'oa/m');
  await rig.upstream.waitForCalls(1);
  await rig.upstream.waitForClosed();
  rig.gateway.beginDrain();
  rig.gateway.failAll();
  expect(errorViolations(await running, { dialect: 'openai-chat', status: 503 })).toEqual([]);
  await rig.gateway.drained();
  expect(rig.upstream.chats).toHaveLength(1);
  expect(await rig.row()).toMatchObject({ status: 'failed', costNanoUsd: '0' });
  await rig.close();
});
