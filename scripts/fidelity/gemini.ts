/** The request fields of generateContent. https://ai.google.dev/api/generate-content */
import { type FieldCase, type FieldList, pdf, png, schema, top, wav } from './field.ts';

const text = { text: 'hi' };
const user = { role: 'user', parts: [text] };
const f = { name: 'f', parametersJsonSchema: schema };
const tools = [{ functionDeclarations: [f] }];
const call = { functionCall: { name: 'f', args: {} } };
const data = (mimeType: string, base64: string) => ({ inlineData: { mimeType, data: base64 } });
const image = data('image/png', png);

function parts(...more: object[]): object {
  return { contents: [{ role: 'user', parts: [text, ...more] }] };
}

function history(...more: object[]): object {
  return { contents: [user, { role: 'model', parts: [text, ...more] }, user], tools };
}

function result(response: object, more: object = {}): object {
  const answer = { functionResponse: { name: 'f', response, ...more } };
  return { contents: [user, { role: 'model', parts: [call] }, { role: 'user', parts: [answer] }], tools };
}

function part(field: string, body: object, base: object = parts()): FieldCase {
  return { field: `contents[].parts[].${field}`, body, base };
}

function config(
  field: string,
  value: unknown,
  more: { base?: object; settled?: FieldCase['settled'] } = {},
): FieldCase {
  const { base, settled } = more;
  return {
    field: `generationConfig.${field}`,
    body: { generationConfig: { ...base, [field]: value } },
    ...(base && { base: { generationConfig: base } }),
    ...(settled !== undefined && { settled }),
  };
}

function tool(field: string, value: unknown): FieldCase {
  return {
    field: `tools[].functionDeclarations[].${field}`,
    body: { tools: [{ functionDeclarations: [{ ...f, [field]: value }] }] },
    base: { tools },
  };
}

const sunny = { functionResponse: { name: 'f', response: { output: 'sunny' } } };
const plain = result({ output: 'sunny' });
const json = { responseMimeType: 'application/json' };

const contents: readonly FieldCase[] = [
  { field: 'contents', body: { contents: [user, user] } },
  { field: 'contents[].role: model', body: history(), base: { contents: [user, user], tools } },
  part('text', parts(text)),
  part('inlineData (image)', parts(image)),
  part('inlineData (PDF)', parts(data('application/pdf', pdf))),
  part('inlineData (audio)', parts(data('audio/wav', wav))),
  part('inlineData (video)', parts(data('video/mp4', 'AAAA'))),
  part(
    'inlineData.displayName',
    parts({ inlineData: { mimeType: 'application/pdf', data: pdf, displayName: 'a.pdf' } }),
    parts(data('application/pdf', pdf)),
  ),
  part(
    'fileData',
    parts({ fileData: { mimeType: 'image/png', fileUri: 'https://generativelanguage.googleapis.com/v1beta/files/a' } }),
  ),
  part('functionCall, functionResponse', plain, { contents: [user, { role: 'model', parts: [text] }, user], tools }),
  part(
    'functionCall.id',
    {
      contents: [
        user,
        { role: 'model', parts: [{ functionCall: { ...call.functionCall, id: 'a' } }] },
        { role: 'user', parts: [{ functionResponse: { id: 'a', name: 'f', response: { output: 'sunny' } } }] },
      ],
      tools,
    },
    plain,
  ),
  part('functionResponse.response.error', result({ error: 'boom' }), plain),
  part('functionResponse.parts', result({ output: 'sunny' }, { parts: [image] }), plain),
  part('functionResponse.scheduling', result({ output: 'sunny' }, { scheduling: 'SILENT' }), plain),
  part('thought', history({ text: 'hm', thought: true }), history()),
  part('thoughtSignature', history({ text: 'so', thoughtSignature: 'c2ln' }), history({ text: 'so' })),
  part(
    'thoughtSignature (functionCall)',
    {
      contents: [
        user,
        { role: 'model', parts: [{ ...call, thoughtSignature: 'c2ln' }] },
        { role: 'user', parts: [sunny] },
      ],
      tools,
    },
    plain,
  ),
  part('executableCode', history({ executableCode: { language: 'PYTHON', code: '1' } }), history()),
  part('codeExecutionResult', history({ codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1' } }), history()),
  part('videoMetadata', parts({ ...data('video/mp4', 'AAAA'), videoMetadata: { fps: 1 } }), parts()),
  part('mediaResolution', parts({ ...image, mediaResolution: { level: 'MEDIA_RESOLUTION_LOW' } }), parts(image)),
  part('partMetadata', parts({ ...text, partMetadata: { a: 1 } }), parts(text)),
];

const asked = (functionCallingConfig: object) => ({ tools, toolConfig: { functionCallingConfig } });

const toolFields: readonly FieldCase[] = [
  top('tools', tools),
  tool('description', 'd'),
  {
    field: 'tools[].functionDeclarations[].parameters',
    body: {
      tools: [
        {
          functionDeclarations: [
            { name: 'f', parameters: { type: 'OBJECT', properties: { city: { type: 'STRING' } } } },
          ],
        },
      ],
    },
    base: { tools: [{ functionDeclarations: [{ name: 'f' }] }] },
  },
  tool('response', { type: 'STRING' }),
  tool('behavior', 'NON_BLOCKING'),
  ...['googleSearch', 'codeExecution', 'urlContext', 'googleMaps', 'computerUse', 'fileSearch'].map(
    (name): FieldCase => ({ field: `tools[].${name}`, body: { tools: [{ [name]: {} }] } }),
  ),
  {
    field: 'toolConfig.functionCallingConfig.mode: AUTO',
    body: asked({ mode: 'AUTO' }),
    base: { tools },
    settled: 'it is the default',
  },
  { field: 'toolConfig.functionCallingConfig.mode: ANY', body: asked({ mode: 'ANY' }), base: { tools } },
  { field: 'toolConfig.functionCallingConfig.mode: NONE', body: asked({ mode: 'NONE' }), base: { tools } },
  { field: 'toolConfig.functionCallingConfig.mode: VALIDATED', body: asked({ mode: 'VALIDATED' }), base: { tools } },
  {
    field: 'toolConfig.functionCallingConfig.allowedFunctionNames',
    body: asked({ mode: 'ANY', allowedFunctionNames: ['f'] }),
    base: asked({ mode: 'ANY' }),
  },
  {
    field: 'toolConfig.retrievalConfig',
    body: { tools, toolConfig: { retrievalConfig: { languageCode: 'de' } } },
    base: { tools },
  },
];

const options: readonly FieldCase[] = [
  { field: 'systemInstruction', body: { systemInstruction: { parts: [text] } } },
  top('safetySettings', [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }]),
  top('cachedContent', 'cachedContents/a'),
  top('labels', { a: 'b' }),
  top('store', true),
  top('serviceTier', 'flex'),
  top('modelArmorConfig', { promptTemplateName: 'a' }),
  config('maxOutputTokens', 200),
  config('temperature', 0.5),
  config('topP', 0.5),
  config('topK', 5),
  config('seed', 7),
  config('frequencyPenalty', 0.5),
  config('presencePenalty', 0.5),
  config('stopSequences', ['END']),
  config('candidateCount', 2),
  config('responseLogprobs', true),
  { field: 'generationConfig.logprobs', body: { generationConfig: { responseLogprobs: true, logprobs: 2 } } },
  config('responseMimeType', 'application/json'),
  config('responseJsonSchema', schema, { base: json }),
  config('responseSchema', { type: 'OBJECT', properties: { a: { type: 'STRING' } } }, { base: json }),
  config('responseModalities', ['TEXT', 'IMAGE']),
  {
    field: 'generationConfig.thinkingConfig.thinkingBudget',
    body: { generationConfig: { maxOutputTokens: 8000, thinkingConfig: { thinkingBudget: 2048 } } },
    base: { generationConfig: { maxOutputTokens: 8000 } },
  },
  {
    field: 'generationConfig.thinkingConfig.thinkingLevel',
    body: { generationConfig: { thinkingConfig: { thinkingLevel: 'HIGH' } } },
  },
  {
    field: 'generationConfig.thinkingConfig.includeThoughts',
    body: { generationConfig: { thinkingConfig: { thinkingLevel: 'HIGH', includeThoughts: true } } },
    base: { generationConfig: { thinkingConfig: { thinkingLevel: 'HIGH' } } },
    settled: { 'openai-responses': 'whoever asks for thinking is shown it' },
  },
  config('mediaResolution', 'MEDIA_RESOLUTION_LOW'),
  config('speechConfig', { languageCode: 'de' }),
  config('imageConfig', { aspectRatio: '1:1' }),
  config('audioTimestamp', true),
  config('enableEnhancedCivicAnswers', true),
  config('enableAffectiveDialog', true),
  config('modelSelectionConfig', { featureSelectionPreference: 'BALANCED' }),
  config('routingConfig', { autoMode: {} }),
  config('audioTranscriptionConfig', { a: 1 }),
  config('responseFormat', { a: 1 }),
  config('translationConfig', { a: 1 }),
];

export const geminiFields: FieldList = {
  least: { contents: [user] },
  cases: [...contents, ...toolFields, ...options],
};
