import { describe, expect, it } from 'vitest';
import { parse, refusal } from './codec.fixture.ts';
import { parseCountRequest } from './count-request.ts';

const hello = [{ role: 'user', content: [{ text: 'Hello' }] }];
const blocksOf = (...content: unknown[]) => parse({ messages: [{ role: 'user', content }] }).turns[0]?.blocks;

describe('a Converse request', () => {
  it('has its model and its form from the path', () => {
    expect(parse({ messages: hello })).toMatchObject({ model: 'm', stream: true });
  });

  it('keeps arguments, schemas and JSON results as they were written', () => {
    const request = parse(`{"messages":[
      {"role":"user","content":[{"text":"q"}]},
      {"role":"assistant","content":[{"toolUse":{"toolUseId":"a","name":"f","input":{"b":1.0,"a":12345678901234567890}}}]},
      {"role":"user","content":[{"toolResult":{"toolUseId":"a","content":[{"json":{"n":1.0}}],"status":"error"}}]}],
      "toolConfig":{"tools":[{"toolSpec":{"name":"f","strict":true,"inputSchema":{"json":{"type":"object","x":1.0}}}},{"cachePoint":{"type":"default","ttl":"1h"}}],"toolChoice":{"any":{}}}}`);
    expect(request.turns[1]?.blocks).toEqual([
      { type: 'tool-call', id: 'a', name: 'f', args: '{"b":1.0,"a":12345678901234567890}' },
    ]);
    expect(request.turns[2]?.blocks).toEqual([
      { type: 'tool-result', callId: 'a', isError: true, content: [{ type: 'text', text: '{"n":1.0}' }] },
    ]);
    expect(request.tools).toEqual([
      { name: 'f', at: 'toolConfig.tools[0]', strict: true, schema: '{"type":"object","x":1.0}', cache: '1h' },
    ]);
    expect(request.toolChoice).toEqual({ type: 'required' });
  });

  it('reads every kind of part', () => {
    expect(
      blocksOf(
        { text: 'a' },
        { cachePoint: { type: 'default' } },
        { image: { format: 'png', source: { bytes: 'AAAA' } } },
        { document: { format: 'md', name: 'notes', source: { text: 'x' }, citations: { enabled: true } } },
        { video: { format: 'three_gp', source: { s3Location: { uri: 's3://b/v' } } } },
        { audio: { format: 'mp3', source: { bytes: 'AAAA' } } },
        { guardContent: { text: { text: 'check', qualifiers: ['query'] } } },
        { searchResult: { source: 's', title: 't', content: [{ text: 'c' }] } },
      ),
    ).toEqual([
      { type: 'text', text: 'a', cache: '5m' },
      { type: 'media', kind: 'image', mediaType: 'image/png', source: { base64: 'AAAA' } },
      {
        ...{ type: 'media', kind: 'document', mediaType: 'text/markdown', name: 'notes', source: { text: 'x' } },
        carried: { dialect: 'bedrock-converse', raw: { citations: { enabled: true } } },
      },
      { type: 'media', kind: 'video', mediaType: 'video/3gpp', source: { url: 's3://b/v' } },
      { type: 'media', kind: 'audio', mediaType: 'audio/mpeg', source: { base64: 'AAAA' } },
      {
        ...{ type: 'text', text: 'check' },
        carried: { dialect: 'bedrock-converse', raw: { guardContent: { qualifiers: ['query'] } } },
      },
      {
        type: 'opaque',
        carried: { dialect: 'bedrock-converse', raw: expect.objectContaining({ searchResult: expect.anything() }) },
      },
    ]);
  });

  it('tells its own seals from those of others', () => {
    const thought = (signature: string) => ({ reasoningContent: { reasoningText: { text: 't', signature } } });
    const redacted = (redactedContent: string) => ({ reasoningContent: { redactedContent } });
    const tagged = Buffer.from('tg1.gemini.c2Vh').toString('base64');
    expect(blocksOf(thought('c2Vh'), thought('tg1.anthropic.x'), redacted('c2Vh'), redacted(tagged))).toEqual([
      { type: 'thinking', text: 't', seal: { dialect: 'bedrock-converse', value: 'c2Vh' } },
      { type: 'thinking', text: 't', seal: { dialect: 'anthropic', value: 'x' } },
      { type: 'thinking', text: '', redacted: true, seal: { dialect: 'bedrock-converse', value: 'c2Vh' } },
      { type: 'thinking', text: '', redacted: true, seal: { dialect: 'gemini', value: 'c2Vh' } },
    ]);
  });

  it.each<[unknown, unknown, unknown]>([
    [{ thinking: { type: 'enabled', budget_tokens: 2048 } }, undefined, { mode: 'budget', budgetTokens: 2048 }],
    [{ reasoning_config: { type: 'enabled', budget_tokens: 1024 } }, undefined, { mode: 'budget', budgetTokens: 1024 }],
    [
      { thinking: { type: 'adaptive', display: 'omitted' } },
      'high',
      { mode: 'adaptive', effort: 'high', display: 'omitted' },
    ],
    [{ thinking: { type: 'disabled' } }, undefined, { mode: 'off' }],
    [{ reasoning_effort: 'low' }, undefined, { mode: 'adaptive', effort: 'low' }],
    [{ reasoning: { effort: 'none' } }, undefined, { mode: 'off' }],
    [
      { reasoningConfig: { type: 'enabled', maxReasoningEffort: 'medium' } },
      undefined,
      { mode: 'adaptive', effort: 'medium' },
    ],
    [{ output_config: { effort: 'max' } }, undefined, { mode: 'adaptive', effort: 'max' }],
    [undefined, 'xhigh', { mode: 'adaptive', effort: 'xhigh' }],
    [{ top_k: 5 }, undefined, undefined],
  ])('understands how much to think: %j with effort %s', (fields, effort, thinking) => {
    const request = parse({ messages: hello, additionalModelRequestFields: fields, outputConfig: { effort } });
    expect(request.thinking).toEqual(thinking);
  });

  it('reads options, and carries what it does not know', () => {
    const request = parse({
      messages: hello,
      system: [{ text: 's' }, { cachePoint: { type: 'default' } }],
      inferenceConfig: { maxTokens: 9, temperature: 0.5, topP: 0.9, stopSequences: ['x'], next: 1 },
      outputConfig: {
        textFormat: { type: 'json_schema', structure: { jsonSchema: { schema: '{"a":1.0}', name: 'n' } } },
      },
      additionalModelRequestFields: { top_k: 5, anthropic_beta: ['b'] },
      guardrailConfig: { guardrailIdentifier: 'g' },
      performanceConfig: { latency: 'optimized' },
    });
    expect(request).toMatchObject({
      system: [{ type: 'text', text: 's', cache: '5m' }],
      ...{ maxTokens: 9, temperature: 0.5, topP: 0.9, topK: 5, stop: ['x'] },
      format: { type: 'json-schema', schema: '{"a":1.0}', name: 'n' },
    });
    expect(request.carried?.raw).toEqual({
      inferenceConfig: { next: 1 },
      additionalModelRequestFields: { anthropic_beta: ['b'] },
      guardrailConfig: { guardrailIdentifier: 'g' },
      performanceConfig: { latency: 'optimized' },
    });
  });

  const use = { toolUse: { toolUseId: 'a', name: 'f', input: {} } };
  const answer = { toolResult: { toolUseId: 'a', content: [] } };
  it.each<[string, unknown]>([
    ['messages', {}],
    ['messages', { messages: [] }],
    ['messages[0].role', { messages: [{ role: 'system', content: [] }] }],
    ['messages[0].content', { messages: [{ role: 'user', content: 'Hello' }] }],
    ['messages[0].content[0]', { messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }] }],
    ['messages[0].content[0].image.source', { messages: [{ role: 'user', content: [{ image: { source: {} } }] }] }],
    [
      'messages[0].content[0].image.source.bytes',
      { messages: [{ role: 'user', content: [{ image: { source: { bytes: '!' } } }] }] },
    ],
    ['messages[0].content[0].toolUse', { messages: [{ role: 'assistant', content: [use] }, ...hello] }],
    ['messages[0].content[0].toolResult.toolUseId', { messages: [{ role: 'user', content: [answer] }] }],
    [
      'messages[2].content[0].toolResult.toolUseId',
      {
        messages: [
          { role: 'assistant', content: [use] },
          { role: 'user', content: [answer] },
          { role: 'user', content: [answer] },
        ],
      },
    ],
    ['inferenceConfig.maxTokens', { messages: hello, inferenceConfig: { maxTokens: 0 } }],
    ['inferenceConfig.temperature', { messages: hello, inferenceConfig: { temperature: 2 } }],
    [
      'outputConfig.textFormat.structure.jsonSchema.schema',
      {
        messages: hello,
        outputConfig: { textFormat: { type: 'json_schema', structure: { jsonSchema: { schema: '{' } } } },
      },
    ],
    ['max_tokens', { messages: hello, max_tokens: 5 }],
    ['tools', { messages: hello, tools: [] }],
  ])('is refused with the path of what is wrong: %s', (param, body) => {
    expect(refusal(() => parse(body))).toBe(param);
  });

  it('is counted in its envelope', () => {
    const asked = { model: 'm', stream: false };
    expect(parseCountRequest({ input: JSON.stringify({ converse: { messages: hello } }) }, asked).turns).toHaveLength(
      1,
    );
    const invoked = Buffer.from(JSON.stringify({ messages: [{ role: 'user', content: 'Hi' }] })).toString('base64');
    expect(parseCountRequest({ input: JSON.stringify({ invokeModel: { body: invoked } }) }, asked)).toMatchObject({
      model: 'm',
      turns: [{ role: 'user', blocks: [{ type: 'text', text: 'Hi' }] }],
    });
    expect(refusal(() => parseCountRequest({ input: '{}' }, asked))).toBe('input');
  });
});
