/** A provider that recomputes each signature from what it received, as AWS does. */
import { createHash, createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bedrock } from '../../src/providers/bedrock.ts';
import { type Rig, startRig } from '../cases/rig.ts';
import type { UpstreamCall } from '../fakes/call.ts';
import type { Script } from '../fakes/upstream.ts';
import { askBytes, conversePath, hello } from './ask.ts';

const keys = { id: 'AKIAIOSFODNN7EXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html, by hand. */
function signatureDue(call: UpstreamCall, body: Buffer): string {
  const authorization = String(call.headers.authorization);
  const [, scope = '', names = ''] = /Credential=[^/]+\/([^,]+), SignedHeaders=([^,]+),/.exec(authorization) ?? [];
  const headers = names.split(';').map((name) => `${name}:${String(call.headers[name]).trim()}\n`);
  const path = call.path.split('/').map(encodeURIComponent).join('/');
  const hash = createHash('sha256').update(body).digest('hex');
  const canonical = ['POST', path, call.query, headers.join(''), names, hash].join('\n');
  const text = [
    'AWS4-HMAC-SHA256',
    call.headers['x-amz-date'],
    scope,
    createHash('sha256').update(canonical).digest('hex'),
  ].join('\n');
  const key = scope.split('/').reduce<Buffer>((secret, part) => hmac(secret, part), Buffer.from(`AWS4${keys.secret}`));
  return hmac(key, text).toString('hex');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

const answer = {
  output: { message: { role: 'assistant', content: [{ text: 'Hi' }] } },
  stopReason: 'end_turn',
  usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
  metrics: { latencyMs: 1 },
};

let tamper = (body: Buffer) => body;

const verify: Script = (call, reply) => {
  const sent = /Signature=([0-9a-f]{64})$/.exec(String(call.headers.authorization))?.[1];
  if (sent === signatureDue(call, tamper(call.body))) return reply.json(200, answer);
  const message = 'The request signature we calculated does not match the signature you provided.';
  return reply.json(403, { message }, { 'x-amzn-errortype': 'InvalidSignatureException' });
};

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({
    upstream: { script: verify },
    providers: { be: bedrock },
    credential: { secret: `${keys.id}:${keys.secret}`, settings: { region: 'eu-central-1' } },
  });
});
afterAll(() => rig.close());
beforeEach(() => {
  tamper = (body) => body;
  rig.forget();
});

describe('a call to Bedrock with access keys', () => {
  it.each([
    'us.amazon.nova-lite-v1:0',
    'arn:aws:bedrock:eu-central-1:1:inference-profile/a b',
    'openai.gpt-oss-120b-1:0',
  ])('%s: is signed so that AWS takes it', async (model) => {
    const got = await askBytes(rig, conversePath(`be/${model}`, false), hello);
    expect(got.status).toBe(200);
    const [call] = rig.upstream.calls;
    expect(call?.path).toBe(`/model/${encodeURIComponent(model)}/converse`);
    expect(call?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE\/\d{8}\/eu-central-1\/bedrock\/aws4_request, /,
    );
    expect(JSON.stringify(call?.headers)).not.toContain(keys.secret);
  });

  it('a body that was changed on its way is refused, and the caller is not blamed', async () => {
    tamper = (body) => Buffer.concat([body, Buffer.from(' ')]);
    const got = await askBytes(rig, conversePath('be/m', false), hello);
    expect(got.status).toBe(502);
    expect(got.body.toString()).not.toContain('signature');
    expect(await rig.row()).toMatchObject({ status: 'failed', errorKind: 'upstream-credential' });
  });
});
