/** What of a recorded Responses answer is told in another way, or repeats what its caller asked. */
import type { Told } from './leaves.ts';

export interface StreamEvent {
  readonly type: string;
}

const asked = [
  ...['object', 'created_at', 'completed_at', 'status', 'background', 'instructions', 'max_output_tokens', 'metadata'],
  ...['max_tool_calls', 'parallel_tool_calls', 'previous_response_id', 'prompt_cache_key', 'prompt_cache_retention'],
  ...[
    'reasoning',
    'safety_identifier',
    'store',
    'temperature',
    'text',
    'tool_choice',
    'tools',
    'top_logprobs',
    'top_p',
  ],
  ...[
    'truncation',
    'user',
    'frequency_penalty',
    'presence_penalty',
    'billing',
    'moderation',
    'tool_usage',
    'output_text',
  ],
  ...[
    'prompt_cache_options',
    'access_programs',
    'image',
    'input_transformations',
    'prompt_cache_diagnostics',
    'logprobs',
  ],
  'service_tier',
];

export const told: readonly Told[] = [
  {
    at: /\.(sequence_number|output_index|content_index|summary_index|annotation_index|obfuscation)$/,
    how: 'order and padding of an event',
  },
  { at: /^<[\w.]*>\.type$/, how: 'which event it is' },
  { at: /\.(item_id|id)$/, how: 'whose it is: of a call its call_id says it, of reasoning its seal' },
  { at: /\.status$/, how: 'how far it is: block events say it' },
  { at: /\.role$/, how: 'Turn.role; an answer is the assistant’s' },
  {
    at: /^<[\w.]*>(\.input\[\]|\.output\[\]|\.item|\.part|\.response\.output\[\])(\.(content|summary)\[\])?\.type$/,
    how: 'the type of a block',
  },
  { at: /^<>\.tools\[\]\.type$/, how: 'Tool.form and Tool.opaque' },
  { at: new RegExp(`^(<>|<[\\w.]+>\\.response)\\.(${asked.join('|')})(\\.|\\[|$)`), how: 'repeats the request' },
  {
    at: /\.usage\.(?!output_tokens)/,
    how: 'Usage.input leaves out what was cached; costs and totals are the vendor’s own',
  },
  { at: /\.(encrypted_content)$/, how: 'Seal.value has it; a later one is sealed anew' },
  { at: /\.logprobs\[\]/, how: 'asked for by callers of this dialect only, who are relayed' },
  { at: /^<response\.\w+_call(_\w+)?\.|^<response\.mcp_list_tools/, how: 'progress of an item that comes whole' },
  { at: /^<response\.output_item\.added>\.item\./, how: 'the finished item says it again' },
  {
    at: /^<error>\.error\.(type|code|message)$/,
    how: 'LlmError.kind; what concerns our account is not the caller’s to read',
  },
];
