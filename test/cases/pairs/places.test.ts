/** What a translation refuses is named as the caller wrote it, whatever dialect the provider speaks. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DialectId } from '../../../src/llm/chat.ts';
import { startMatrixRig } from '../../golden/matrix.ts';
import { modelOf } from '../../golden/run.ts';
import { type Rig, rigKey } from '../rig.ts';
import { translatedRoads } from './road.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startMatrixRig();
});
afterAll(() => rig.close());

const schema = { type: 'object', properties: {} };
const responsesTool = { type: 'function', name: 'f', parameters: schema };
const geminiFile = {
  fileData: { mimeType: 'image/png', fileUri: 'https://generativelanguage.googleapis.com/v1beta/files/x' },
};
const bedrockFile = { video: { format: 'mp4', source: { s3Location: { uri: 's3://b/x.mp4' } } } };
const anthropicFile = { type: 'image', source: { type: 'file', file_id: 'file_1' } };

/** A file that only the caller's own provider can read: as the second part of the second message. */
const inMessage: Readonly<Record<DialectId, readonly [place: RegExp, body: object]>> = {
  'openai-chat': [
    /messages\[1\]\.content\[1\]/,
    {
      messages: [
        { role: 'user', content: 'a' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'b' },
            { type: 'file', file: { file_id: 'f' } },
          ],
        },
      ],
    },
  ],
  'openai-responses': [
    /input\[1\]\.content\[1\]/,
    {
      input: [
        { role: 'user', content: 'a' },
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'b' },
            { type: 'input_file', file_id: 'f' },
          ],
        },
      ],
    },
  ],
  anthropic: [
    /messages\[1\]\.content\[1\]/,
    {
      max_tokens: 9,
      messages: [
        { role: 'user', content: 'a' },
        { role: 'user', content: [{ type: 'text', text: 'b' }, anthropicFile] },
      ],
    },
  ],
  gemini: [
    /contents\[1\]\.parts\[1\]/,
    {
      contents: [
        { role: 'user', parts: [{ text: 'a' }] },
        { role: 'user', parts: [{ text: 'b' }, geminiFile] },
      ],
    },
  ],
  'bedrock-converse': [
    /messages\[1\]\.content\[1\]/,
    {
      messages: [
        { role: 'user', content: [{ text: 'a' }] },
        { role: 'user', content: [{ text: 'b' }, bedrockFile] },
      ],
    },
  ],
};

/** The same file in the result of the second of two calls; Chat's results hold text. */
const inResult: Readonly<Record<Exclude<DialectId, 'openai-chat'>, readonly [place: RegExp, body: object]>> = {
  'openai-responses': [
    /input\[4\]\.output\[1\]/,
    {
      tools: [responsesTool],
      input: [
        { role: 'user', content: 'a' },
        ...['c1', 'c2'].map((call_id) => ({ type: 'function_call', call_id, name: 'f', arguments: '{}' })),
        { type: 'function_call_output', call_id: 'c1', output: 'one' },
        {
          type: 'function_call_output',
          call_id: 'c2',
          output: [
            { type: 'input_text', text: 'two' },
            { type: 'input_file', file_id: 'f' },
          ],
        },
      ],
    },
  ],
  anthropic: [
    /messages\[2\]\.content\[1\]\.content\[1\]/,
    {
      max_tokens: 9,
      tools: [{ name: 'f', input_schema: schema }],
      messages: [
        { role: 'user', content: 'a' },
        { role: 'assistant', content: ['c1', 'c2'].map((id) => ({ type: 'tool_use', id, name: 'f', input: {} })) },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'c1', content: 'one' },
            { type: 'tool_result', tool_use_id: 'c2', content: [{ type: 'text', text: 'two' }, anthropicFile] },
          ],
        },
      ],
    },
  ],
  gemini: [
    /contents\[2\]\.parts\[1\]\.functionResponse\.parts\[0\]/,
    {
      tools: [{ functionDeclarations: [{ name: 'f' }] }],
      contents: [
        { role: 'user', parts: [{ text: 'a' }] },
        { role: 'model', parts: ['c1', 'c2'].map((id) => ({ functionCall: { id, name: 'f', args: {} } })) },
        {
          role: 'user',
          parts: [
            { functionResponse: { id: 'c1', name: 'f', response: { result: 'one' } } },
            { functionResponse: { id: 'c2', name: 'f', response: { result: 'two' }, parts: [geminiFile] } },
          ],
        },
      ],
    },
  ],
  'bedrock-converse': [
    /messages\[2\]\.content\[1\]\.toolResult\.content\[1\]/,
    {
      toolConfig: { tools: [{ toolSpec: { name: 'f', inputSchema: { json: schema } } }] },
      messages: [
        { role: 'user', content: [{ text: 'a' }] },
        {
          role: 'assistant',
          content: ['c1', 'c2'].map((toolUseId) => ({ toolUse: { toolUseId, name: 'f', input: {} } })),
        },
        {
          role: 'user',
          content: [
            { toolResult: { toolUseId: 'c1', content: [{ text: 'one' }] } },
            { toolResult: { toolUseId: 'c2', content: [{ text: 'two' }, bedrockFile] } },
          ],
        },
      ],
    },
  ],
};

/** A tool that the caller's own provider runs, behind others. */
const asTool: Readonly<Record<Exclude<DialectId, 'openai-chat'>, readonly [place: RegExp, body: object]>> = {
  'openai-responses': [
    /(?<!\.)tools\[1\](?!\.)/,
    {
      tools: [
        { type: 'namespace', name: 'n', tools: [responsesTool, { ...responsesTool, name: 'g' }] },
        { type: 'code_interpreter', container: { type: 'auto' } },
      ],
      input: 'a',
    },
  ],
  anthropic: [
    /(?<!\.)tools\[1\]/,
    {
      max_tokens: 9,
      tools: [
        { name: 'f', input_schema: schema },
        { type: 'code_execution_20250825', name: 'code_execution' },
      ],
      messages: [{ role: 'user', content: 'a' }],
    },
  ],
  gemini: [
    /(?<!\.)tools\[1\]\.codeExecution/,
    {
      tools: [{ functionDeclarations: [{ name: 'f' }, { name: 'g' }] }, { codeExecution: {} }],
      contents: [{ role: 'user', parts: [{ text: 'a' }] }],
    },
  ],
  'bedrock-converse': [
    /toolConfig\.tools\[1\]/,
    {
      toolConfig: {
        tools: [{ toolSpec: { name: 'f', inputSchema: { json: schema } } }, { systemTool: { name: 'nova_grounding' } }],
      },
      messages: [{ role: 'user', content: [{ text: 'a' }] }],
    },
  ],
};

const tables = { 'a part of a message': inMessage, 'a part of a result': inResult, 'a tool': asTool };

describe.each(Object.entries(tables))('case 57 and what else is refused by name: %s', (_what, table) => {
  const roads = translatedRoads.filter(([caller]) => caller in table);
  it.each(roads)('%s over %s', async (id, _provider, { caller, provider }) => {
    const [place, body] = (table as typeof inMessage)[id];
    rig.forget();
    const model = modelOf(provider);
    const named = 'model' in (caller.request('text', model, false) ?? {}) ? { model } : {};
    const answer = await fetch(rig.url + caller.path(model, false), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${rigKey}`, ...caller.headers },
      body: JSON.stringify({ ...named, ...body }),
    });
    const text = await answer.text();
    expect(answer.status, text).toBe(400);
    expect(text).toMatch(place);
    expect(rig.upstream.calls).toEqual([]);
  });
});
