/** Asks the rig for bytes: no decoding, no SDK. */
import { request } from 'undici';
import { type Rig, rigKey } from '../cases/rig.ts';
import { paths, type Wire } from './corpus.ts';

export interface Bytes {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Buffer;
}

export async function askBytes(rig: Rig, wire: Wire, body: unknown, path: string = paths[wire]): Promise<Bytes> {
  const answer = await request(rig.url + path, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${rigKey}`,
      ...(wire === 'anthropic' && { 'anthropic-version': '2023-06-01' }),
    },
    body: JSON.stringify(body),
  });
  return { status: answer.statusCode, headers: answer.headers, body: Buffer.from(await answer.body.arrayBuffer()) };
}
