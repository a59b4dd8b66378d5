/** The request fields of Converse. https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html */
import { type FieldCase, type FieldList, pdf, png, schema, top, wav } from './field.ts';

const text = { text: 'hi' };
const user = { role: 'user', content: [text] };
const spec = { name: 'f', inputSchema: { json: schema } };
const toolConfig = { tools: [{ toolSpec: spec }] };
const call = { toolUse: { toolUseId: 'tooluse_1', name: 'f', input: {} } };
const image = { image: { format: 'png', source: { bytes: png } } };
const document = { format: 'pdf', name: 'a', source: { bytes: pdf } };
const cachePoint = { cachePoint: { type: 'default' } };

function parts(...more: object[]): object {
  return { messages: [{ role: 'user', content: [text, ...more] }] };
}

function history(...more: object[]): object {
  return { messages: [user, { role: 'assistant', content: [text, ...more] }, user], toolConfig };
}

function result(fields: object): object {
  const answer = { toolResult: { toolUseId: 'tooluse_1', ...fields } };
  return { messages: [user, { role: 'assistant', content: [call] }, { role: 'user', content: [answer] }], toolConfig };
}

function block(field: string, body: object, base: object = parts()): FieldCase {
  return { field: `messages[].content[].${field}`, body, base };
}

function tool(field: string, more: object): FieldCase {
  return { field: `toolConfig.${field}`, body: { toolConfig: { ...toolConfig, ...more } }, base: { toolConfig } };
}

const plain = result({ content: [text] });
const thinking = { thinking: { type: 'enabled', budget_tokens: 2048 } };
const limit = { inferenceConfig: { maxTokens: 8000 } };
const format = (more: object) => ({
  outputConfig: {
    textFormat: { type: 'json_schema', structure: { jsonSchema: { schema: JSON.stringify(schema), ...more } } },
  },
});

const messages: readonly FieldCase[] = [
  { field: 'messages', body: { messages: [user, { role: 'assistant', content: [text] }, user] } },
  { field: 'messages[].role: assistant (last)', body: { messages: [user, { role: 'assistant', content: [text] }] } },
  block('text', parts(text)),
  block('image', parts(image)),
  block('image (s3)', parts({ image: { format: 'png', source: { s3Location: { uri: 's3://a/b.png' } } } })),
  block('document', parts({ document })),
  block('document.context', parts({ document: { ...document, context: 'c' } }), parts({ document })),
  block('document.citations', parts({ document: { ...document, citations: { enabled: true } } }), parts({ document })),
  block('document (text)', parts({ document: { format: 'txt', name: 'a', source: { text: 'words' } } })),
  block('audio', parts({ audio: { format: 'wav', source: { bytes: wav } } })),
  block('video', parts({ video: { format: 'mp4', source: { bytes: 'AAAA' } } })),
  block('cachePoint', parts(cachePoint)),
  block('guardContent', parts({ guardContent: { text: { text: 'x' } } })),
  block(
    'searchResult',
    parts({ searchResult: { source: 's', title: 't', content: [text], citations: { enabled: false } } }),
  ),
  block(
    'reasoningContent.reasoningText',
    history({ reasoningContent: { reasoningText: { text: 'hm', signature: 's' } } }),
    history(),
  ),
  block('reasoningContent.redactedContent', history({ reasoningContent: { redactedContent: 'ZA==' } }), history()),
  block('toolUse, toolResult', plain, { messages: [user, { role: 'assistant', content: [text] }, user], toolConfig }),
  block('toolResult.status: error', result({ content: [text], status: 'error' }), plain),
  block('toolResult.content[].json', result({ content: [text, { json: { a: 1 } }] }), plain),
  block('toolResult.content[].image', result({ content: [text, image] }), plain),
  block('toolResult.content[].document', result({ content: [text, { document }] }), plain),
];

const isLabel = 'it is a label, which no answer shows';

const options: readonly FieldCase[] = [
  { field: 'modelId', body: { modelId: 'm' }, settled: 'the path says it' },
  { field: 'system', body: { system: [text] } },
  { field: 'system[].cachePoint', body: { system: [text, cachePoint] }, base: { system: [text] } },
  {
    field: 'system[].guardContent',
    body: { system: [text, { guardContent: { text: { text: 'x' } } }] },
    base: { system: [text] },
  },
  { field: 'inferenceConfig.maxTokens', body: { inferenceConfig: { maxTokens: 200 } } },
  { field: 'inferenceConfig.temperature', body: { inferenceConfig: { temperature: 0.5 } } },
  { field: 'inferenceConfig.topP', body: { inferenceConfig: { topP: 0.5 } } },
  { field: 'inferenceConfig.stopSequences', body: { inferenceConfig: { stopSequences: ['END'] } } },
  { field: 'toolConfig.tools', body: { toolConfig } },
  tool('tools[].toolSpec.description', { tools: [{ toolSpec: { ...spec, description: 'd' } }] }),
  tool('tools[].toolSpec.strict', { tools: [{ toolSpec: { ...spec, strict: true } }] }),
  tool('tools[].cachePoint', { tools: [{ toolSpec: spec }, cachePoint] }),
  {
    field: 'toolConfig.tools[].systemTool',
    body: { toolConfig: { tools: [{ systemTool: { name: 'nova_grounding' } }] } },
  },
  { ...tool('toolChoice: auto', { toolChoice: { auto: {} } }), settled: 'it is the default' },
  tool('toolChoice: any', { toolChoice: { any: {} } }),
  tool('toolChoice: tool', { toolChoice: { tool: { name: 'f' } } }),
  { field: 'outputConfig.textFormat', body: format({}) },
  {
    field: 'outputConfig.textFormat.structure.jsonSchema.name',
    body: format({ name: 'answer' }),
    base: format({}),
    settled: isLabel,
  },
  {
    field: 'outputConfig.textFormat.structure.jsonSchema.description',
    body: format({ description: 'd' }),
    base: format({}),
  },
  { field: 'outputConfig.effort', body: { outputConfig: { effort: 'medium' } } },
  {
    field: 'additionalModelRequestFields.thinking',
    body: { ...limit, additionalModelRequestFields: thinking },
    base: limit,
  },
  { field: 'additionalModelRequestFields.top_k', body: { additionalModelRequestFields: { top_k: 5 } } },
  { field: 'additionalModelRequestFields (others)', body: { additionalModelRequestFields: { a: 1 } } },
  top('additionalModelResponseFieldPaths', ['/stop_sequence']),
  top('guardrailConfig', { guardrailIdentifier: 'g', guardrailVersion: '1' }),
  top('promptVariables', { a: { text: 'x' } }),
  top('requestMetadata', { a: 'b' }),
  top('performanceConfig', { latency: 'optimized' }),
  top('serviceTier', { type: 'flex' }),
];

export const bedrockConverseFields: FieldList = {
  least: { messages: [user] },
  cases: [...messages, ...options],
};
