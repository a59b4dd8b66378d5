import { describe, expect, it } from 'vitest';
import { parseJson, stringifyJson } from '../../lib/json.ts';
import type { ChatRequest } from '../../llm/chat.ts';
import { LlmFailure } from '../../llm/error.ts';
import type { TargetModel } from '../../llm/model.ts';
import { NoteList } from '../../llm/notes.ts';
import { gemini } from './index.ts';

const call = { model: 'named-by-the-path', stream: true };
const parse = (body: unknown): ChatRequest =>
  gemini.parseRequest(parseJson(Buffer.from(JSON.stringify(body)), gemini.rawKeys), call);
const user = (...parts: object[]) => ({ role: 'user', parts });
const model = (...parts: object[]) => ({ role: 'model', parts });
const hello = [user({ text: 'Hello' })];

function paramOf(body: unknown): string | undefined {
  try {
    parse(body);
  } catch (error) {
    if (error instanceof LlmFailure) return error.error.param;
    throw error;
  }
  throw new Error('it was taken');
}

/** To the wire and back, as text. */
function again(body: unknown, target: TargetModel = { name: 'm' }): unknown {
  const notes = new NoteList();
  const rendered = gemini.renderRequest(parse(body), target, notes);
  expect(notes.list).toEqual([]);
  return JSON.parse(stringifyJson(rendered));
}

describe('a request', () => {
  it('is read in both spellings', () => {
    const camel = {
      systemInstruction: { parts: [{ text: 'S' }] },
      contents: [
        user(
          { inlineData: { mimeType: 'image/PNG; x=y', data: 'AA==' } },
          { fileData: { fileUri: 'https://a/b.pdf' } },
        ),
        model({ functionCall: { name: 'f', args: { snake_case: 1 } }, thoughtSignature: 'S' }),
        user({ functionResponse: { name: 'f', response: { a_b: 1 } } }),
      ],
      tools: [
        { functionDeclarations: [{ name: 'f', parametersJsonSchema: { type: 'object', properties: { a_b: {} } } }] },
      ],
      toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['f'] } },
      generationConfig: {
        maxOutputTokens: 5,
        topK: 3,
        stopSequences: ['END'],
        responseMimeType: 'application/json',
        responseJsonSchema: { type: 'object' },
        thinkingConfig: { thinkingBudget: 100, includeThoughts: true },
      },
      safetySettings: [],
      labels: { my_label: 'x' },
    };
    // Written by hand would be long: only the API's own fields are spelled anew, the caller's own names stay.
    const own = ['snake_case', 'a_b', 'my_label'];
    const snake = JSON.parse(JSON.stringify(camel), (_key, value: unknown) =>
      typeof value !== 'object' || value === null || Array.isArray(value)
        ? value
        : Object.fromEntries(
            Object.entries(value).map(([key, item]) => [
              own.includes(key) ? key : key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
              item,
            ]),
          ),
    );
    expect(JSON.stringify(snake)).toContain('"function_declarations"');
    expect(parse(snake)).toEqual(parse(camel));
    expect(parse(camel)).toMatchObject({
      ...call,
      maxTokens: 5,
      toolChoice: { type: 'tool', name: 'f' },
      thinking: { mode: 'budget', budgetTokens: 100, display: 'summarized' },
      format: { type: 'json-schema', schema: '{"type":"object"}' },
    });
  });

  it('may leave out the role, and write one thing for a list of them', () => {
    const body = { contents: { parts: { text: 'Hello' } }, systemInstruction: 'S' };
    expect(parse(body)).toMatchObject({
      system: [{ type: 'text', text: 'S' }],
      turns: [{ role: 'user', blocks: [{ type: 'text', text: 'Hello' }] }],
    });
  });

  it('pairs results with calls by id, by name, by order', () => {
    const { turns } = parse({
      contents: [
        ...hello,
        model(
          { functionCall: { name: 'f', args: { n: 1 } } },
          { functionCall: { name: 'g' } },
          { functionCall: { name: 'f', args: { n: 2 }, id: 'own' } },
        ),
        user(
          { functionResponse: { name: 'f', id: 'own', response: { error: 'boom' } } },
          { functionResponse: { name: 'f', response: { output: 'one' } } },
          { functionResponse: { name: 'g', id: 'made-up-by-an-sdk', response: { list: [1] } } },
        ),
      ],
    });
    expect(turns[1]?.blocks).toMatchObject([{ id: 'call_1' }, { id: 'call_2', args: '{}' }, { id: 'own' }]);
    expect(turns[2]?.blocks).toMatchObject([
      { callId: 'own', isError: true, content: [{ text: 'boom' }] },
      { callId: 'call_1', content: [{ text: 'one' }] },
      { callId: 'call_2', content: [{ text: '{"list":[1]}' }] },
    ]);
  });

  it.each<[string, object]>([
    ['contents', {}],
    ['contents', { contents: [] }],
    ['messages', { messages: [] }],
    ['contents[0].role', { contents: [{ role: 'system', parts: [] }] }],
    ['contents[0].parts[0]', { contents: [user({})] }],
    ['contents[0].parts[0]', { contents: { parts: { type: null, unknown: null } } }],
    ['contents[0].parts[0].text', { contents: [user({ text: 5 })] }],
    [
      'contents[0].parts[0].inlineData.data',
      { contents: [user({ inlineData: { mimeType: 'image/png', data: '§' } })] },
    ],
    ['contents[0].parts[0].functionResponse', { contents: [user({ functionResponse: { name: 'f', response: {} } })] }],
    ['contents[1].parts[0]', { contents: [...hello, model({ functionCall: { name: 'f' } })] }],
    ['contents[0].parts[0].type', { contents: [user({ type: 'text' })] }],
    ['contents[0].parts[0]', { contents: [user({ functionCall: { name: 'f' } })] }],
    ['contents[0].parts[0].inlineData.mimeType', { contents: [user({ inlineData: { mimeType: ' ', data: 'AA==' } })] }],
    [
      'systemInstruction.parts[0]',
      { contents: hello, systemInstruction: { parts: [{ inlineData: { mimeType: 'image/png', data: 'AA==' } }] } },
    ],
    ['generationConfig.topK', { contents: hello, 'generationConfig.topK': 1 }],
    ['generationConfig.maxOutputTokens', { contents: hello, generationConfig: { maxOutputTokens: 1.5 } }],
    ['generationConfig.temperature', { contents: hello, generationConfig: { temperature: 3 } }],
    ['tools[0].functionDeclarations[0].name', { contents: hello, tools: [{ functionDeclarations: [{}] }] }],
    [
      'toolConfig.functionCallingConfig.allowedFunctionNames',
      { contents: hello, toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['f'] } } },
    ],
  ])('%s is refused by its place', (param, body) => {
    expect(paramOf(body)).toBe(param);
  });

  it('comes back as it was', () => {
    const body = {
      safetySettings: [{ category: 'HARM_CATEGORY_HATE_SPEECH', threshold: 'OFF' }],
      labels: { team: 'x' },
      generationConfig: {
        ...{ maxOutputTokens: 5, temperature: 1, topP: 0.5, topK: 3, seed: -7, stopSequences: ['END'] },
        thinkingConfig: { thinkingLevel: 'high', includeThoughts: true },
        candidateCount: 2,
        responseModalities: ['TEXT', 'IMAGE'],
      },
      tools: [{ functionDeclarations: [{ name: 'f', behavior: 'NON_BLOCKING' }] }, { googleSearch: {} }],
      toolConfig: { functionCallingConfig: { mode: 'VALIDATED' }, retrievalConfig: { languageCode: 'de' } },
      systemInstruction: { parts: [{ text: 'S' }] },
      contents: [
        user({ text: 'q' }, { fileData: { mimeType: 'video/mp4', fileUri: 'https://youtu.be/x' } }),
        model(
          { text: 'hm', thought: true, thoughtSignature: 'A' },
          { text: '', thoughtSignature: 'B' },
          { executableCode: { language: 'PYTHON', code: 'x' }, thoughtSignature: 'C' },
          { functionCall: { id: 'c1', name: 'f', args: { a: 1 } }, thoughtSignature: 'D' },
        ),
        user({ functionResponse: { id: 'c1', name: 'f', response: { list: [1] }, scheduling: 'SILENT' } }),
      ],
    };
    expect(again(body)).toEqual(body);
  });
});
