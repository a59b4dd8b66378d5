/** Callers of Bedrock: by bytes, and through the official SDK. */
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { request } from 'undici';
import { type Rig, rigKey } from '../cases/rig.ts';
import { listRecordings, type Recording } from '../fakes/recording.ts';

export interface Bytes {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Buffer;
}

export async function askBytes(rig: Rig, path: string, body: unknown, headers = {}): Promise<Bytes> {
  const answer = await request(rig.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${rigKey}`, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: answer.statusCode, headers: answer.headers, body: Buffer.from(await answer.body.arrayBuffer()) };
}

/** The SDK speaks HTTP/2 by itself. */
export function awsClient(rig: { readonly url: string }): BedrockRuntimeClient {
  return new BedrockRuntimeClient({
    endpoint: rig.url,
    region: 'us-east-1',
    token: { token: rigKey },
    authSchemePreference: ['httpBearerAuth'],
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler(),
  });
}

export function conversePath(model: string, stream: boolean): string {
  return `/model/${encodeURIComponent(model)}/converse${stream ? '-stream' : ''}`;
}

/** One was kept without its bytes. */
export const streams: readonly Recording[] = listRecordings('bedrock-converse-stream').filter(
  ({ response }) => response.length > 0,
);
export const answers: readonly Recording[] = listRecordings('bedrock-converse', 'json');
export const errors: readonly Recording[] = listRecordings('bedrock-converse', 'error');

/** Every body that was recorded, whatever became of it. */
export const bodies: readonly Recording[] = [
  ...listRecordings('bedrock-converse-stream'),
  ...listRecordings('bedrock-converse'),
].filter(({ request }) => request !== undefined);

export const named = (kept: Recording) => [kept.id.split('/').slice(2).join('/'), kept] as const;

export const hello = { messages: [{ role: 'user', content: [{ text: 'Hello' }] }] };
