import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Rig, rigKey, startRig } from '../cases/rig.ts';
import { rawRequest, rawRequestText } from '../harness/raw-client.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

it.each(['oa', 're', 'an', 'ge'])(
  'a picture in a bucket is refused by its place over %s, and nobody is asked',
  async (upstream) => {
    const image = { format: 'png', source: { s3Location: { uri: 's3://bucket/picture.png' } } };
    const body = JSON.stringify({ messages: [{ role: 'user', content: [{ text: 'what?' }, { image }] }] });
    const headers = { authorization: `Bearer ${rigKey}`, 'content-type': 'application/json' };
    const answer = await rawRequest(rig.url, rawRequestText(`/model/${upstream}%2Fm/converse`, headers, body));
    expect(answer.status).toBe(400);
    expect(answer.body.toString()).toContain('messages[0].content[1]');
    expect(rig.upstream.calls).toEqual([]);
  },
);
