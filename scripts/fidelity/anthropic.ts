/** The request fields of Messages. https://platform.claude.com/docs/en/api/messages */
import { type FieldCase, type FieldList, pdf, png, schema, top } from './field.ts';

const text = { type: 'text', text: 'hi' };
const user = { role: 'user', content: [text] };
const tools = [{ name: 'f', input_schema: schema }];
const call = { type: 'tool_use', id: 'toolu_1', name: 'f', input: {} };
const cache = { cache_control: { type: 'ephemeral' } };
const base64 = (mediaType: string, data: string) => ({ type: 'base64', media_type: mediaType, data });
const image = { type: 'image', source: base64('image/png', png) };
const document = { type: 'document', source: base64('application/pdf', pdf) };

function parts(...content: object[]): object {
  return { messages: [{ role: 'user', content: [text, ...content] }] };
}

function history(...content: object[]): object {
  return { messages: [user, { role: 'assistant', content: [text, ...content] }, user], tools };
}

function result(fields: object): object {
  const block = { type: 'tool_result', tool_use_id: 'toolu_1', ...fields };
  return { messages: [user, { role: 'assistant', content: [call] }, { role: 'user', content: [block] }], tools };
}

function block(field: string, body: object, base: object = parts()): FieldCase {
  return { field: `messages[].content[].${field}`, body, base };
}

const plainResult = result({ content: 'sunny' });

const messages: readonly FieldCase[] = [
  {
    field: 'messages[].role: system',
    body: { messages: [user, { role: 'system', content: 'Be brief.' }, user] },
    base: { messages: [user, user] },
  },
  { field: 'messages[].role: assistant (last)', body: { messages: [user, { role: 'assistant', content: 'So' }] } },
  block('text', parts(text)),
  block(
    'text.citations',
    parts({
      ...text,
      citations: [
        { type: 'char_location', cited_text: 'a', document_index: 0, start_char_index: 0, end_char_index: 1 },
      ],
    }),
    parts(text),
  ),
  block('cache_control', parts({ ...text, ...cache }), parts(text)),
  block('image', parts(image)),
  block('image (url)', parts({ type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } })),
  block('image (file)', parts({ type: 'image', source: { type: 'file', file_id: 'file_1' } })),
  block('document', parts(document)),
  block('document (url)', parts({ type: 'document', source: { type: 'url', url: 'https://example.com/a.pdf' } })),
  block(
    'document (text)',
    parts({ type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'words' } }),
  ),
  block('document.title', parts({ ...document, title: 'a.pdf' }), parts(document)),
  block('document.context', parts({ ...document, context: 'c' }), parts(document)),
  block('document.citations', parts({ ...document, citations: { enabled: true } }), parts(document)),
  block('search_result', parts({ type: 'search_result', source: 's', title: 't', content: [text] })),
  block('container_upload', parts({ type: 'container_upload', file_id: 'file_1' })),
  block('thinking', history({ type: 'thinking', thinking: 'hm', signature: 's' }), history()),
  block('redacted_thinking', history({ type: 'redacted_thinking', data: 'd' }), history()),
  block('tool_use, tool_result', result({ content: 'sunny' }), { messages: [user, user], tools }),
  block(
    'server_tool_use',
    history({ type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} }),
    history(),
  ),
  block('tool_result.is_error', result({ content: 'boom', is_error: true }), result({ content: 'boom' })),
  block('tool_result.content[].image', result({ content: [text, image] }), result({ content: [text] })),
  block('tool_result.content[].document', result({ content: [text, document] }), result({ content: [text] })),
  block(
    'tool_result.content[].search_result',
    result({ content: [text, { type: 'search_result', source: 's', title: 't', content: [text] }] }),
    result({ content: [text] }),
  ),
  block('tool_result.cache_control', result({ content: 'sunny', ...cache }), plainResult),
];

function tool(field: string, more: object): FieldCase {
  return { field: `tools[].${field}`, body: { tools: [{ ...tools[0], ...more }] }, base: { tools } };
}

const toolFields: readonly FieldCase[] = [
  top('tools', tools),
  tool('description', { description: 'd' }),
  tool('strict', { strict: true }),
  tool('cache_control', cache),
  tool('input_examples', { input_examples: [{ city: 'Oslo' }] }),
  tool('defer_loading', { defer_loading: true }),
  tool('eager_input_streaming', { eager_input_streaming: true }),
  tool('allowed_callers', { allowed_callers: ['direct'] }),
  { field: 'tools[].type: web_search', body: { tools: [{ type: 'web_search_20250305', name: 'web_search' }] } },
  { field: 'tools[].type: bash', body: { tools: [{ type: 'bash_20250124', name: 'bash' }] } },
  {
    field: 'tool_choice: auto',
    body: { tools, tool_choice: { type: 'auto' } },
    base: { tools },
    settled: 'it is the default',
  },
  { field: 'tool_choice: any', body: { tools, tool_choice: { type: 'any' } }, base: { tools } },
  { field: 'tool_choice: tool', body: { tools, tool_choice: { type: 'tool', name: 'f' } }, base: { tools } },
  { field: 'tool_choice: none', body: { tools, tool_choice: { type: 'none' } }, base: { tools } },
  {
    field: 'tool_choice.disable_parallel_tool_use',
    body: { tools, tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
    base: { tools },
  },
];

const asItSeesFit = 'a model that thinks does so as it sees fit, unless an effort is asked for';

const options: readonly FieldCase[] = [
  top('stream', true, 'the path or a header says it'),
  { field: 'max_tokens', body: { max_tokens: 200 } },
  { field: 'system', body: { system: 'Be brief.' } },
  { field: 'system[].cache_control', body: { system: [{ ...text, ...cache }] }, base: { system: [text] } },
  top('temperature', 0.5),
  top('top_p', 0.5),
  top('top_k', 5),
  top('stop_sequences', ['END']),
  {
    field: 'thinking: enabled',
    body: { max_tokens: 8000, thinking: { type: 'enabled', budget_tokens: 2048 } },
    base: { max_tokens: 8000 },
  },
  {
    field: 'thinking: disabled',
    body: { thinking: { type: 'disabled' } },
    settled: { 'bedrock-converse': 'a model that takes a budget does not think without one' },
  },
  {
    field: 'thinking: adaptive',
    body: { max_tokens: 20_000, thinking: { type: 'adaptive' } },
    base: { max_tokens: 20_000 },
    settled: { 'openai-chat': asItSeesFit, 'openai-responses': asItSeesFit },
  },
  {
    field: 'thinking.display',
    body: { max_tokens: 20_000, thinking: { type: 'adaptive', display: 'omitted' } },
    base: { max_tokens: 20_000, thinking: { type: 'adaptive' } },
  },
  { field: 'output_config.effort', body: { output_config: { effort: 'medium' } } },
  { field: 'output_config.format', body: { output_config: { format: { type: 'json_schema', schema } } } },
  { field: 'output_format', body: { output_format: { type: 'json_schema', schema } } },
  { field: 'output_config.task_budget', body: { output_config: { task_budget: { type: 'tokens', total: 20_000 } } } },
  { field: 'metadata.user_id', body: { metadata: { user_id: 'u1' } } },
  top('cache_control', { type: 'ephemeral' }),
  top('service_tier', 'standard_only'),
  top('container', 'container_1'),
  top('mcp_servers', [{ type: 'url', url: 'https://example.com', name: 'a' }]),
  top('context_management', { edits: [{ type: 'clear_tool_uses_20250919' }] }),
  top('inference_geo', 'us'),
  top('speed', 'fast'),
  top('betas', ['x']),
  top('billing_policy', { a: 1 }),
  top('compaction', { type: 'auto' }),
  top('diagnostics', { previous_message_id: null }),
  top('fallback_credit_token', 't'),
  top('fallbacks', [{ model: 'x' }]),
  top('thread', { id: 't' }),
  top('user_profile_id', 'p'),
  top('workspace_id', 'w'),
];

export const anthropicFields: FieldList = {
  least: { model: 'm', max_tokens: 20_000, messages: [user] },
  cases: [...messages, ...toolFields, ...options],
};
