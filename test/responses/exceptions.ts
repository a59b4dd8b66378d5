/**
 * Everything in the recordings of this API that callers of other APIs cannot be shown, and bodies that models of other
 * APIs cannot be given, by name. Each entry is asserted as it stands.
 */

export interface Losses {
  readonly 'openai-chat'?: readonly string[];
  readonly anthropic?: readonly string[];
}

const items = (...types: string[]): Losses => ({
  'openai-chat': types.map((type) => `content.${type}`),
  anthropic: ['content'],
});
const both = (...fields: string[]): Losses => ({ 'openai-chat': fields, anthropic: fields });

/** Items of tools that a provider runs itself, and what a vendor adds; told in `x-tollgate-dropped`. */
export const answerLosses: Readonly<Record<string, Losses>> = {
  'azure/stream--azure-image-generation-tool-1': items('image_generation_call'),
  'openai/stream--openai-apply-patch-tool-1': {
    'openai-chat': ['content.apply_patch_call', 'stop_reason'],
    anthropic: ['content'],
  },
  'openai/stream--openai-local-shell-tool-1': {
    'openai-chat': ['content.local_shell_call', 'stop_reason'],
    anthropic: ['content'],
  },
  'openai/stream--openai-mcp-tool-approval-1': {
    'openai-chat': ['content.mcp_list_tools', 'content.mcp_approval_request', 'stop_reason'],
    anthropic: ['content'],
  },
  'openai/stream--openai-shell-container-1': {
    'openai-chat': ['content.shell_call', 'content.shell_call_output', 'stop_reason'],
    anthropic: ['content'],
  },
  'openai/stream--openai-responses-compact-stateful-mode-stream--2': items('compaction'),
  'openai/stream--openai-responses-model-file-search-tool-stream--3': {
    'openai-chat': ['content.file_search_call', 'citations'],
    anthropic: ['content', 'annotations'],
  },
  'openai/stream--openai-responses-model-mcp-server-tool-stream': items('mcp_list_tools', 'mcp_call'),
  'openai/stream--openai-responses-model-web-search-tool-stream': items('web_search_call'),
  'openai/stream--openai-responses-thinking-with-code-execution-tool-stream': items('code_interpreter_call'),
  'openai/json--agent-with-web-search-tool-spans--1': {
    'openai-chat': ['content.web_search_call'],
    anthropic: ['content', 'annotations'],
  },
  'openai/json--openai-native-tool-search': items('tool_search_call', 'tool_search_output'),
  'xai/json--xai-x-search-tool-1': { 'openai-chat': ['content.x_search_call'], anthropic: ['content', 'annotations'] },
  'azure/stream--responses-protocol-dialects-with-azure-gpt-5-nano-streams-respon': both('content_filters'),
  'openai/json--openai-previous-response-id--1': both('total_tokens'),
};

/** Hints that another model does not know, and reasoning that it did not seal; told in `x-tollgate-dropped`. */
export const requestLosses: Readonly<Record<string, Losses>> = {
  'bedrock-mantle/stream--reused-tool-call-ids-stream--2': both('thinking'),
  'deepseek/stream--deepseek-responses-function-tool-stream--1': both('thinking'),
  'openai/stream--function-calling-openai-gpt-5-nano-can-use-tools-with-multi-turn--3': both('thinking'),
  'openai/stream--openai-responses-compact-stateful-mode-stream--2': both('context_management'),
  'openai/stream--openai-responses-moderation-stream': both('moderation'),
  'openai/stream--openai-responses-phase-streamed-on-part-start--1': both('thinking', 'messages.content.phase'),
  'xai/stream--function-calling-xai-grok-4-1-fast-non-reasoning-can-use-tools-w--1': both('thinking'),
  'xai/stream--with-extended-thinking-xai-grok-3-mini-streams-thinking-content': { 'openai-chat': ['thinking'] },
  'openai/json--responses-with-service-tier': both('service_tier'),
};

/** Refused, by the field that is named. */
export const requestRefusals: Readonly<Record<string, string>> = {
  'openai/stream--openai-responses-model-file-search-tool-stream--3': 'tools[0]',
  'openai/stream--openai-responses-model-mcp-server-tool-stream': 'tools[0]',
  'openai/stream--openai-responses-model-web-search-tool-stream': 'tools[0]',
  'openai/stream--openai-responses-thinking-with-code-execution-tool-stream': 'tools[0]',
  'openai/json--agent-with-web-search-tool-spans--1': 'tools[0]',
  'openai/json--openai-native-tool-search': 'tools[1]',
  'openai/json--background-mode-with-tool-vcr--2': 'background',
  'openai/json--openai-previous-response-id--1': 'previous_response_id',
  'openai/json--openai-responses-image-or-text-output': 'tools[0]',
  'openai/stream--openai-instructions-with-responses-logprobs-streaming': 'include',
  'codex-0.169.0/exec-custom-provider-turn1': 'tools[8]',
  'codex-0.169.0/exec-custom-provider-turn2-tool-result': 'tools[8]',
};
