/** One request through the gateway, whose providers answer by the given scripts in turn. */
import { request as send } from 'undici';
import type { SettlementRecord } from '../../../src/journal/record.ts';
import { rigKey } from '../../cases/rig.ts';
import type { Script } from '../../fakes/upstream.ts';
import type { Fixtures, WireAnswer } from '../../golden/features.ts';
import type { MatrixRig } from './cells.ts';

export interface Told {
  readonly answer: WireAnswer;
  readonly row: SettlementRecord;
  /** How often a provider was asked, as the providers saw it. */
  readonly calls: number;
}

export async function askOnce(
  rig: MatrixRig,
  { caller, route, stream }: { caller: Fixtures; route: string; stream: boolean },
  scripts: readonly Script[],
  heard: (soFar: Buffer) => void = () => {},
): Promise<Told> {
  rig.forget();
  for (const script of scripts) rig.upstream.once(script);
  const reply = await send(rig.url + caller.path(route, stream), {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${rigKey}`, ...caller.headers },
    body: JSON.stringify(caller.request('text', route, stream)),
  });
  let body: Buffer = Buffer.alloc(0);
  for await (const piece of reply.body) {
    body = Buffer.concat([body, piece as Buffer]);
    heard(body);
  }
  const answer = { status: reply.statusCode, headers: reply.headers as Record<string, string>, body };
  return { answer, row: await rig.row(), calls: rig.upstream.calls.length };
}
