/** The request fields of Chat Completions. https://platform.openai.com/docs/api-reference/chat/create */
import { type FieldCase, type FieldList, pdf, png, schema, top, wav } from './field.ts';

const user = { role: 'user', content: 'hi' };
const text = { type: 'text', text: 'hi' };
const call = { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{}' } };
const f = { name: 'f', parameters: schema };
const tools = [{ type: 'function', function: f }];
const json = (spec: object) => ({ type: 'json_schema', json_schema: { name: 'answer', schema, ...spec } });
const history = (assistant: object, ...results: object[]) => ({
  messages: [user, { role: 'assistant', ...assistant }, ...results, user],
  tools,
});
const result = { role: 'tool', tool_call_id: 'call_1', content: 'sunny' };
const called = history({ content: null, tool_calls: [call] }, result);
const plain = history({ content: 'so' });

function parts(...content: object[]): object {
  return { messages: [{ role: 'user', content: [text, ...content] }] };
}

function image(more: object = {}): object {
  return { type: 'image_url', image_url: { url: `data:image/png;base64,${png}`, ...more } };
}

function file(fields: object): object {
  return parts({ type: 'file', file: fields });
}

function message(field: string, body: object, base: object = { messages: [user] }): FieldCase {
  return { field: `messages[].${field}`, body, base };
}

const fileData = { file_data: `data:application/pdf;base64,${pdf}` };

const messages: readonly FieldCase[] = [
  message('role: system', { messages: [{ role: 'system', content: 'Be brief.' }, user] }),
  message('role: developer', { messages: [{ role: 'developer', content: 'Be brief.' }, user] }),
  message(
    'role: system (later)',
    { messages: [user, { role: 'system', content: 'Be brief.' }, user] },
    { messages: [user, user] },
  ),
  message('role: assistant', plain, { messages: [user, user], tools }),
  message('role: tool', called, { messages: [user, user], tools }),
  message('name', { messages: [{ ...user, name: 'Ann' }] }),
  message('content[].text', parts(text), parts()),
  message('content[].image_url', parts(image()), parts()),
  message(
    'content[].image_url (https)',
    parts({ type: 'image_url', image_url: { url: 'https://example.com/a.png' } }),
    parts(),
  ),
  message('content[].image_url.detail', parts(image({ detail: 'high' })), parts(image())),
  message('content[].input_audio', parts({ type: 'input_audio', input_audio: { data: wav, format: 'wav' } }), parts()),
  message('content[].file.file_data', file(fileData), parts()),
  message('content[].file.filename', file({ ...fileData, filename: 'a.pdf' }), file(fileData)),
  message('content[].file.file_id', file({ file_id: 'file-1' }), parts()),
  message(
    'content[].cache_control',
    { messages: [{ role: 'user', content: [{ ...text, cache_control: { type: 'ephemeral' } }] }] },
    parts(),
  ),
  message(
    'content[].prompt_cache_breakpoint',
    { messages: [{ role: 'user', content: [{ ...text, prompt_cache_breakpoint: { mode: 'explicit' } }] }] },
    parts(),
  ),
  message('refusal', history({ content: null, refusal: 'No.' }), history({ content: null })),
  message('audio', history({ content: 'so', audio: { id: 'audio_1' } }), plain),
  message('tool_calls', called, { messages: [user, user], tools }),
  message(
    'tool_calls[].custom',
    {
      ...history(
        { content: null, tool_calls: [{ id: 'call_1', type: 'custom', custom: { name: 'f', input: 'x' } }] },
        result,
      ),
    },
    { messages: [user, user], tools },
  ),
  message(
    'function_call',
    history(
      { content: null, function_call: { name: 'f', arguments: '{}' } },
      { role: 'function', name: 'f', content: 'sunny' },
    ),
    { messages: [user, user], tools },
  ),
  message('reasoning_content', history({ content: 'so', reasoning_content: 'hm' }), plain),
  message(
    'reasoning_details',
    history({ content: 'so', reasoning_details: [{ type: 'reasoning.text', text: 'hm', signature: 's' }] }),
    plain,
  ),
];

const toolFields: readonly FieldCase[] = [
  top('tools', tools),
  {
    field: 'tools[].function.description',
    body: { tools: [{ type: 'function', function: { ...f, description: 'd' } }] },
    base: { tools },
  },
  {
    field: 'tools[].function.strict',
    body: { tools: [{ type: 'function', function: { ...f, strict: true } }] },
    base: { tools },
  },
  {
    field: 'tools[].cache_control',
    body: { tools: [{ type: 'function', function: f, cache_control: { type: 'ephemeral' } }] },
    base: { tools },
  },
  { field: 'tools[].custom', body: { tools: [{ type: 'custom', custom: { name: 'f', description: 'd' } }] } },
  { field: 'tool_choice: auto', body: { tools, tool_choice: 'auto' }, base: { tools }, settled: 'it is the default' },
  { field: 'tool_choice: none', body: { tools, tool_choice: 'none' }, base: { tools } },
  { field: 'tool_choice: required', body: { tools, tool_choice: 'required' }, base: { tools } },
  {
    field: 'tool_choice: function',
    body: { tools, tool_choice: { type: 'function', function: { name: 'f' } } },
    base: { tools },
  },
  {
    field: 'tool_choice: allowed_tools',
    body: {
      tools: [...tools, { type: 'function', function: { name: 'g' } }],
      tool_choice: {
        type: 'allowed_tools',
        allowed_tools: { mode: 'auto', tools: [{ type: 'function', function: { name: 'f' } }] },
      },
    },
    base: { tools: [...tools, { type: 'function', function: { name: 'g' } }] },
  },
  { field: 'parallel_tool_calls: false', body: { tools, parallel_tool_calls: false }, base: { tools } },
  top('functions', [f]),
  { field: 'function_call', body: { functions: [f], function_call: { name: 'f' } }, base: { functions: [f] } },
];

const alwaysStrict = 'a schema is always enforced there';

const options: readonly FieldCase[] = [
  top('stream', true, 'the path or a header says it'),
  {
    field: 'stream_options.include_usage',
    body: { stream: true, stream_options: { include_usage: true } },
    base: { stream: true },
    settled: 'the gateway adds the usage itself',
  },
  {
    field: 'stream_options.include_obfuscation',
    body: { stream: true, stream_options: { include_obfuscation: false } },
    base: { stream: true },
  },
  top('max_tokens', 100),
  top('max_completion_tokens', 100),
  top('temperature', 0.5),
  top('top_p', 0.5),
  top('top_k', 5),
  top('frequency_penalty', 0.5),
  top('presence_penalty', 0.5),
  top('seed', 7),
  top('stop', ['END']),
  top('n', 2),
  top('logprobs', true),
  { field: 'top_logprobs', body: { logprobs: true, top_logprobs: 2 } },
  top('logit_bias', { 50256: -100 }),
  { field: 'response_format: text', body: { response_format: { type: 'text' } }, settled: 'it is the default' },
  { field: 'response_format: json_object', body: { response_format: { type: 'json_object' } } },
  { field: 'response_format: json_schema', body: { response_format: json({}) } },
  {
    field: 'response_format.json_schema.strict',
    body: { response_format: json({ strict: true }) },
    base: { response_format: json({}) },
    settled: { anthropic: alwaysStrict, gemini: alwaysStrict, 'bedrock-converse': alwaysStrict },
  },
  {
    field: 'response_format.json_schema.description',
    body: { response_format: json({ description: 'd' }) },
    base: { response_format: json({}) },
  },
  top('reasoning_effort', 'high'),
  { field: 'reasoning.max_tokens', body: { reasoning: { max_tokens: 2048 } } },
  top('verbosity', 'low'),
  { field: 'modalities: audio', body: { modalities: ['text', 'audio'] } },
  top('audio', { voice: 'alloy', format: 'wav' }),
  top('prediction', { type: 'content', content: 'x' }),
  top('web_search_options', {}),
  top('metadata', { a: 'b' }),
  top('moderation', { model: 'omni-moderation-latest' }),
  top('store', true),
  top('service_tier', 'flex'),
  top('user', 'u1'),
  top('safety_identifier', 'u1'),
  top('prompt_cache_key', 'k'),
  top('prompt_cache_options', { ttl: '1h' }),
  top('prompt_cache_retention', '24h'),
];

export const openaiChatFields: FieldList = {
  least: { model: 'm', messages: [user] },
  cases: [...messages, ...toolFields, ...options],
};
