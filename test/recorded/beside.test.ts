/**
 * Recordings of what stands beside the chats of Responses, Gemini and Bedrock: tokens that a provider counts, an answer
 * that it keeps, and Claude through InvokeModel. Each arrives byte for byte; other bodies of InvokeModel are refused.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bedrock } from '../../src/providers/bedrock.ts';
import { geminiCompatible } from '../../src/providers/gemini-compatible.ts';
import { askBytes as askBedrock } from '../bedrock/ask.ts';
import type { Rig } from '../cases/rig.ts';
import { listRecordings, type Recording, recording, recordingsExist } from '../fakes/recording.ts';
import { askAt, geminiPath } from '../gemini/corpus.ts';
import { ask, call, startResponsesRig } from '../responses/corpus.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startResponsesRig({
    providers: { ge: geminiCompatible, be: bedrock },
    credential: { settings: { region: 'us-east-1' } },
  });
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

function only(dialect: string, part = '', kind: Recording['kind'] = 'json'): Recording {
  const [kept, ...more] = listRecordings(dialect, kind).filter(({ id }) => id.includes(part));
  if (kept === undefined || more.length > 0) throw new Error(`${more.length + 1} recordings of ${dialect} ${part}`);
  return kept;
}

const idOf = ({ response }: Recording) => (JSON.parse(response.toString()) as { id: string }).id;

describe.runIf(recordingsExist)('beside the answers', () => {
  it('tokens that a provider of Responses counts', async () => {
    const kept = only('openai-responses-input_tokens');
    rig.upstream.once(recording(kept.id));
    const answer = await call(rig, 'POST', '/v1/responses/input_tokens', { ...kept.request, model: 're/m' });
    expect([answer.status, answer.body.toString()]).toEqual([200, kept.response.toString()]);
    expect(rig.upstream.calls[0]?.json).toEqual({ ...kept.request, model: 'm' });
  });

  it.each([{}, { store: false }])(
    'an answer that a provider of Responses made in the background (asked with %o)',
    async (more) => {
      const kept = only('openai-responses-get');
      const begun = only('openai-responses', 'background-mode');
      const queued = begun.response.toString().replaceAll(idOf(begun), idOf(kept));
      rig.upstream.once((_call, reply) => reply.send(200, {}, Buffer.from(queued)));
      const first = await ask(rig, { ...begun.request, ...more, model: 're/m' });
      expect([first.status, first.body.toString()]).toEqual([200, queued]);
      rig.upstream.once(recording(kept.id));
      const answer = await call(rig, 'GET', `/v1/responses/${idOf(kept)}?stream=false`);
      expect([answer.status, answer.body.toString()]).toEqual([200, kept.response.toString()]);
    },
  );

  it('tokens that a provider of Gemini counts, and an estimate where it does not know the model', async () => {
    const kept = only('gemini-countTokens');
    rig.upstream.once(recording(kept.id));
    const answer = await askAt(rig, geminiPath('ge/m', 'countTokens'), kept.request);
    expect([answer.status, answer.text()]).toEqual([200, kept.response.toString()]);
    expect(rig.upstream.calls[0]?.json).toEqual(kept.request);
    const missing = only('gemini-countTokens', '', 'error');
    rig.upstream.once(recording(missing.id));
    const failed = await askAt(rig, geminiPath('ge/m', 'countTokens'), missing.request);
    expect([failed.status, failed.headers['x-tollgate-estimated']]).toEqual([200, 'true']);
    expect(failed.json()).toEqual({ totalTokens: expect.any(Number) });
  });

  it('Claude through InvokeModel, with its prompt cache', async () => {
    const kept = only('bedrock-invoke', 'prompt-cache');
    rig.upstream.once(recording(kept.id));
    const model = encodeURIComponent('anthropic.claude-3-5-haiku-20241022-v1:0');
    const answer = await askBedrock(rig, `/model/be%2F${model}/invoke`, kept.request);
    expect([answer.status, answer.body.toString()]).toEqual([200, kept.response.toString()]);
    expect(rig.upstream.calls[0]?.path).toBe(`/model/${model}/invoke`);
    expect(rig.upstream.calls[0]?.json).toEqual(kept.request);
    const { status, usage } = await rig.row();
    expect([status, usage]).toMatchObject(['completed', { input: 4, cacheWrite5m: 18_131, output: 50 }]);
  });

  it.each(
    [...listRecordings('bedrock-invoke'), ...listRecordings('bedrock-invoke-with-response-stream')]
      .filter(({ id }) => !id.includes('prompt-cache'))
      .map((kept) => [kept.id, kept] as const),
  )('%s: a body of InvokeModel that is not Messages is refused before anybody is asked', async (_id, kept) => {
    const path = new URL(kept.path, 'http://host').pathname.replace('/model/', '/model/be%2F');
    const answer = await askBedrock(rig, path, kept.request);
    expect([answer.status, rig.upstream.calls]).toEqual([400, []]);
    expect(JSON.parse(answer.body.toString())).toEqual({
      message: expect.stringMatching(/^messages.*(is required|must be)/),
    });
  });
});
