/** The request fields of Responses. https://platform.openai.com/docs/api-reference/responses/create */
import { type FieldCase, type FieldList, pdf, png, schema, top, wav } from './field.ts';

const text = { type: 'input_text', text: 'hi' };
const user = { type: 'message', role: 'user', content: [text] };
const said = { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'so', annotations: [] }] };
const f = { type: 'function', name: 'f', parameters: schema, strict: false };
const tools = [f];
const call = { type: 'function_call', call_id: 'call_1', name: 'f', arguments: '{}' };
const result = (output: unknown) => ({ type: 'function_call_output', call_id: 'call_1', output });
const image = { type: 'input_image', detail: 'auto', image_url: `data:image/png;base64,${png}` };
const file = { type: 'input_file', filename: 'a.pdf', file_data: `data:application/pdf;base64,${pdf}` };
const format = (more: object) => ({ text: { format: { type: 'json_schema', name: 'answer', schema, ...more } } });

function items(...between: object[]): object {
  return { input: [user, ...between, user], tools };
}

function parts(...more: object[]): object {
  return { input: [{ ...user, content: [text, ...more] }] };
}

function item(field: string, body: object, base: object = items()): FieldCase {
  return { field: `input[].${field}`, body, base };
}

const input: readonly FieldCase[] = [
  top('input', 'hello'),
  top('instructions', 'Be brief.'),
  item('role: system', items({ ...user, role: 'system' })),
  item('role: developer', items({ ...user, role: 'developer' })),
  item('role: assistant', items(said)),
  item('content[].input_image', parts(image), parts()),
  item('content[].input_image.detail', parts({ ...image, detail: 'high' }), parts(image)),
  item('content[].input_image.file_id', parts({ type: 'input_image', detail: 'auto', file_id: 'file-1' }), parts()),
  item('content[].input_file', parts(file), parts()),
  item('content[].input_file.file_id', parts({ type: 'input_file', file_id: 'file-1' }), parts()),
  item('content[].input_file.file_url', parts({ type: 'input_file', file_url: 'https://example.com/a.pdf' }), parts()),
  item('content[].input_audio', parts({ type: 'input_audio', input_audio: { data: wav, format: 'wav' } }), parts()),
  item('content[].refusal', items({ ...said, content: [{ type: 'refusal', refusal: 'No.' }] })),
  item('type: function_call', items(call, result('sunny'))),
  item('type: function_call_output (image)', items(call, result([text, image])), items(call, result([text]))),
  item(
    'type: custom_tool_call',
    items(
      { type: 'custom_tool_call', call_id: 'call_1', name: 'g', input: 'x' },
      { type: 'custom_tool_call_output', call_id: 'call_1', output: 'y' },
    ),
  ),
  item(
    'type: reasoning',
    items({ type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'hm' }] }, said),
    items(said),
  ),
  item(
    'type: reasoning (encrypted)',
    items({ type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'e' }, said),
    items(said),
  ),
  item('type: item_reference', items({ type: 'item_reference', id: 'msg_1' })),
  item('type: compaction', items({ type: 'compaction', id: 'cmp_1', encrypted_content: 'e' })),
  item('type: web_search_call', items({ type: 'web_search_call', id: 'ws_1', status: 'completed' })),
  item(
    'type: local_shell_call',
    items({
      type: 'local_shell_call',
      id: 'l',
      call_id: 'c',
      status: 'completed',
      action: { type: 'exec', command: ['ls'], env: {} },
    }),
  ),
];

const toolFields: readonly FieldCase[] = [
  top('tools', tools),
  { field: 'tools[].description', body: { tools: [{ ...f, description: 'd' }] }, base: { tools } },
  { field: 'tools[].strict', body: { tools: [{ ...f, strict: true }] }, base: { tools } },
  { field: 'tools[].type: custom', body: { tools: [{ type: 'custom', name: 'g', description: 'd' }] } },
  { field: 'tools[].type: web_search', body: { tools: [{ type: 'web_search' }] } },
  {
    field: 'tools[].type: code_interpreter',
    body: { tools: [{ type: 'code_interpreter', container: { type: 'auto' } }] },
  },
  {
    field: 'tools[].type: mcp',
    body: { tools: [{ type: 'mcp', server_label: 'a', server_url: 'https://example.com' }] },
  },
  {
    field: 'tools[].type: namespace',
    body: { tools: [{ type: 'namespace', name: 'n', description: 'd', tools: [f] }] },
  },
  { field: 'tool_choice: auto', body: { tools, tool_choice: 'auto' }, base: { tools }, settled: 'it is the default' },
  { field: 'tool_choice: none', body: { tools, tool_choice: 'none' }, base: { tools } },
  { field: 'tool_choice: required', body: { tools, tool_choice: 'required' }, base: { tools } },
  { field: 'tool_choice: function', body: { tools, tool_choice: { type: 'function', name: 'f' } }, base: { tools } },
  {
    field: 'tool_choice: allowed_tools',
    body: {
      tools: [...tools, { ...f, name: 'g' }],
      tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'f' }] },
    },
    base: { tools: [...tools, { ...f, name: 'g' }] },
  },
  { field: 'parallel_tool_calls: false', body: { tools, parallel_tool_calls: false }, base: { tools } },
  top('max_tool_calls', 3),
];

const alwaysStrict = 'a schema is always enforced there';
const everywhere = 'seals come with every answer, asked for or not';

const options: readonly FieldCase[] = [
  top('stream', true, 'the path or a header says it'),
  {
    field: 'stream_options.include_obfuscation',
    body: { stream: true, stream_options: { include_obfuscation: false } },
    base: { stream: true },
  },
  top('max_output_tokens', 100),
  top('temperature', 0.5),
  top('top_p', 0.5),
  top('top_logprobs', 2),
  { field: 'reasoning.effort', body: { reasoning: { effort: 'high' } } },
  {
    field: 'reasoning.summary',
    body: { reasoning: { effort: 'high', summary: 'detailed' } },
    base: { reasoning: { effort: 'high' } },
  },
  { field: 'text.format: json_object', body: { text: { format: { type: 'json_object' } } } },
  { field: 'text.format: json_schema', body: format({}) },
  {
    field: 'text.format.strict',
    body: format({ strict: true }),
    base: format({}),
    settled: { anthropic: alwaysStrict, gemini: alwaysStrict, 'bedrock-converse': alwaysStrict },
  },
  { field: 'text.format.description', body: format({ description: 'd' }), base: format({}) },
  { field: 'text.verbosity', body: { text: { verbosity: 'low' } } },
  {
    field: 'include: reasoning.encrypted_content',
    body: { include: ['reasoning.encrypted_content'] },
    settled: everywhere,
  },
  { field: 'include: message.output_text.logprobs', body: { include: ['message.output_text.logprobs'] } },
  { field: 'store: false', body: { store: false }, settled: 'nothing is kept there' },
  { field: 'store: true', body: { store: true } },
  top('previous_response_id', 'resp_1'),
  top('conversation', 'conv_1'),
  top('prompt', { id: 'pmpt_1' }),
  top('background', true),
  top('context_management', [{ type: 'compaction', compact_threshold: 1000 }]),
  top('truncation', 'auto'),
  top('metadata', { a: 'b' }),
  top('moderation', { model: 'omni-moderation-latest' }),
  top('access_programs', { a: true }),
  top('image', { quality: 'low' }),
  top('service_tier', 'flex'),
  top('user', 'u1'),
  top('safety_identifier', 'u1'),
  top('prompt_cache_key', 'k'),
  top('prompt_cache_options', { ttl: '1h' }),
  top('prompt_cache_retention', '24h'),
];

export const openaiResponsesFields: FieldList = {
  least: { model: 'm', input: [user] },
  cases: [...input, ...toolFields, ...options],
};
