import { describe, expect, it } from 'vitest';
import { scanJson, spliceJson } from '../../lib/json.ts';
import { packSeal } from '../../llm/seal.ts';
import { withoutForeignThinking } from './foreign-thinking.ts';
import { writeRedacted } from './seals.ts';
import { rawKeys } from './wire.ts';

const spliced = (body: unknown) => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const scan = scanJson(Buffer.from(text), rawKeys);
  return Buffer.concat(spliceJson(scan, withoutForeignThinking(scan))).toString();
};
const thought = (signature: string) => ({ reasoningContent: { reasoningText: { text: 't', signature } } });
const foreign = { dialect: 'anthropic', value: 'c2Vh' } as const;
const tagged = packSeal(foreign, 'bedrock-converse');
const hidden = { reasoningContent: { redactedContent: writeRedacted(foreign) } };
const user = { role: 'user', content: [{ text: 'q' }] };
const use = { toolUse: { toolUseId: 'a', name: 'f', input: {} } };

describe('thinking of others in a relayed body', () => {
  it('is taken out, and everything else is as it was', () => {
    const body = `{ "system":[], "messages":[${JSON.stringify(user)},{"role":"assistant","content":[${JSON.stringify(thought(tagged))},${JSON.stringify(hidden)},${JSON.stringify(thought('own'))},{"toolUse":{"toolUseId":"a","name":"f","input":{"n":1.0}}}]}] }`;
    expect(spliced(body)).toBe(
      `{ "system":[], "messages":[${JSON.stringify(user)},{"role":"assistant","content":[${JSON.stringify(thought('own'))},{"toolUse":{"toolUseId":"a","name":"f","input":{"n":1.0}}}]}] }`,
    );
  });

  it('a body without any is not touched, whatever its texts say', () => {
    const body = `{"messages":[ {"role":"user","content":[{"text":"\\"tg1.anthropic.x\\""}]} ]}`;
    expect(spliced(body)).toBe(body);
  });

  it('takes a thinking budget with it, where the turn goes on without its thinking', () => {
    const messages = [user, { role: 'assistant', content: [thought(tagged), use] }];
    const additionalModelRequestFields = { thinking: { type: 'enabled', budget_tokens: 2000 }, x: 1 };
    expect(JSON.parse(spliced({ messages, additionalModelRequestFields }))).toEqual({
      messages: [user, { role: 'assistant', content: [use] }],
      additionalModelRequestFields: { x: 1 },
    });
  });
});
