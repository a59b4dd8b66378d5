/**
 * Everything in the corpus that is not simply passed on or said in the other dialect's words, by name and with the reason.
 * Each entry is asserted as it stands: one that no longer applies fails its test, and so does one that is missing.
 */

/** What was wrong with a provider's own count: the row keeps it. */
export const usageFlags: Readonly<Record<string, readonly string[]>> = {
  'azure/stream--function-calling-azure-grok-4-1-fast-non-reasoning-can-use-tools--3': ['clamped:cached_tokens'],
  'azure/json--function-calling-azure-grok-4-1-fast-non-reasoning-can-use-paral': ['clamped:cached_tokens'],
  'azure/json--with-schema-with-azure-grok-4-1-fast-non-reasoning-allows-removi': ['clamped:cached_tokens'],
  'gemini/json--compatible-api-with-tool-calls-without-id--1': ['gap:total_tokens'],
  'openai/stream--agents-with-events-with-content--7': ['usage-missing'],
  'openai/stream--open-ai-function-calls-tools-streaming-parallel': ['usage-missing'],
  'anthropic/stream--anthropic-compaction-1': ['beside:compaction'],
  'anthropic/stream--anthropic-advisor-tool-stream': ['beside:advisor_message'],
};

/** Streams that end in a provider's error: the caller must see a failure, after whatever came before it. */
export const endsInError: Readonly<Record<string, string>> = {
  'groq/stream--tool-use-failed-error-streaming': 'error event after reasoning',
  'openrouter/stream--openrouter-stream-error': 'error in a chunk after its finish_reason',
};

export interface Loss {
  /** What the caller is told (`x-tollgate-dropped`) and the row keeps. */
  readonly dropped: readonly string[];
  readonly why: string;
}

const serverBlocks = 'blocks of tools that the provider runs itself exist in its own dialect only';

const sources = 'the sources of a whole answer have no place in Messages';
const beside = 'a field beside the answer that only its own dialect has';

/** Answers of which a caller of the other dialect cannot be shown everything. */
export const answerLosses: Readonly<Record<string, Loss>> = {
  'openai/json--chat-text-to-audio': { dropped: ['content'], why: 'Messages has no audio in answers' },
  'perplexity/stream--perplexity-text': { dropped: ['citations'], why: sources },
  'perplexity/json--with-extended-thinking-perplexity-sonar-reasoning-pro-preserves--1': {
    dropped: ['citations', 'search_results'],
    why: sources,
  },
  'anthropic/stream--anthropic-advisor-stop-reasons': {
    dropped: ['content.server_tool_use', 'content.advisor_tool_result'],
    why: serverBlocks,
  },
  'anthropic/stream--anthropic-compaction-1': {
    dropped: ['content.compaction', 'context_management'],
    why: serverBlocks,
  },
  'anthropic/stream--anthropic-refusal': { dropped: ['stop_details'], why: beside },
  'anthropic/json--anthropic-memory-tool': { dropped: ['context_management'], why: beside },
  'anthropic/stream--web-search-with-anthropic-claude-haiku-4-5-streams-search-turns': {
    dropped: ['content.server_tool_use', 'content.web_search_tool_result'],
    why: serverBlocks,
  },
  'anthropic/stream--anthropic-advisor-tool-stream': {
    dropped: ['content.server_tool_use', 'content.advisor_tool_result'],
    why: serverBlocks,
  },
  'anthropic/stream--anthropic-mcp-servers-stream': {
    dropped: ['content.mcp_tool_use', 'content.mcp_tool_result'],
    why: serverBlocks,
  },
  'anthropic/stream--anthropic-model-web-search-tool-stream': {
    dropped: ['content.server_tool_use', 'content.web_search_tool_result'],
    why: serverBlocks,
  },
  'anthropic/stream--anthropic-web-fetch-tool-stream': {
    dropped: ['content.server_tool_use', 'content.web_fetch_tool_result'],
    why: serverBlocks,
  },
  'anthropic/json--code-execution-with-anthropic-claude-haiku-4-5-runs-code-server': {
    dropped: ['content.server_tool_use', 'content.bash_code_execution_tool_result', 'container'],
    why: serverBlocks,
  },
  'anthropic/json--anthropic-code-execution-files-cache-prefix-stable-messages-sonn--2': {
    dropped: ['content.server_tool_use', 'content.bash_code_execution_tool_result', 'container'],
    why: serverBlocks,
  },
  'anthropic/json--pause-turn-web-search-vcr': {
    dropped: ['content.server_tool_use', 'content.web_search_tool_result', 'stop_reason'],
    why: `${serverBlocks}, and chat cannot continue a paused turn`,
  },
  'anthropic/json--receive-history-from-another-provider': {
    dropped: ['content.server_tool_use', 'content.code_execution_tool_result', 'container'],
    why: serverBlocks,
  },
};

export interface Refusal {
  readonly param: string;
  readonly why: string;
}

const serverTool = 'the tool is run by its own provider';

/** Bodies that are a 400 for a model of the other dialect, because leaving the field out would change the answer. */
export const requestRefusals: Readonly<Record<string, Refusal>> = {
  'openai/stream--chat-streaming-detailed-usage': { param: 'messages', why: 'Messages needs a message of the user' },
  'openai/json--testfinishreasondeduplication-test-streaming-deduplicates-finish--1': {
    param: 'n',
    why: 'Messages gives one answer per request',
  },
  'openai/json--chat-audio-to-text': { param: 'messages[0].content[1]', why: 'Messages takes no audio' },
  'openai/json--chat-text-to-audio': { param: 'audio', why: 'Messages gives no audio' },
  'openai/json--multimodal-tool-return-matrix-tool-return-content-uploaded-file--1': {
    param: 'messages[3].content[0]',
    why: "a file id is the provider's own",
  },
  'openai/json--openai-web-search-tool': { param: 'web_search_options', why: serverTool },
  'openrouter/stream--openrouter-web-search-tool-usage-stream': { param: 'tools[0]', why: serverTool },
  'anthropic/stream--web-search-with-anthropic-claude-haiku-4-5-streams-search-turns': {
    param: 'tools[0]',
    why: serverTool,
  },
  'anthropic/stream--anthropic-native-tool-search-streaming--1': { param: 'tools[2]', why: serverTool },
  'anthropic/stream--anthropic-advisor-tool-stream': { param: 'tools[0]', why: serverTool },
  'anthropic/stream--anthropic-mcp-servers-stream': {
    param: 'mcp_servers',
    why: 'chat models reach no MCP servers by themselves',
  },
  'anthropic/stream--anthropic-model-web-search-tool-stream': { param: 'tools[0]', why: serverTool },
  'anthropic/stream--anthropic-web-fetch-tool-stream': { param: 'tools[0]', why: serverTool },
  'anthropic/json--code-execution-with-anthropic-claude-haiku-4-5-runs-code-server': {
    param: 'tools[0]',
    why: serverTool,
  },
  'anthropic/json--anthropic-code-execution-files-cache-prefix-stable-messages-sonn--2': {
    param: 'container',
    why: 'chat models have no containers',
  },
  'anthropic/json--anthropic-native-tool-search-regex-strategy': { param: 'tools[1]', why: serverTool },
  'anthropic/json--anthropic-memory-tool': {
    param: 'tools[0]',
    why: 'the schema of the tool is known to its own provider only',
  },
  'anthropic/json--pause-turn-web-search-vcr': { param: 'tools[0]', why: serverTool },
  'anthropic/json--receive-history-from-another-provider': { param: 'tools[0]', why: serverTool },
};

const ownThinking = "thinking of another provider's model cannot be taken back";
const unknownThinking = 'it is not known how the model takes thinking';
const jsonObject = 'json_object is asked for in an instruction, not enforced';
const tooMany = "more than the model's 4096, which is asked for instead";
const agentHints = 'hints that chat models do not know';
const agentFields = [
  ...['context_management', 'thinking', 'tools.defer_loading', 'cache_control', 'messages.output_config'],
];

/** Bodies that are understood with a hint less: what is told to the caller. */
export const requestLosses: Readonly<Record<string, Loss>> = {
  'deepseek/json--with-params-deepseek-deepseek-chat-supports-response-format-para': {
    dropped: ['response_format'],
    why: jsonObject,
  },
  'mistral/json--with-params-mistral-mistral-small-latest-supports-response-forma': {
    dropped: ['response_format'],
    why: jsonObject,
  },
  'openai/json--chat-json-mode': { dropped: ['response_format'], why: jsonObject },
  'openai/json--openai-prompted-output': { dropped: ['response_format'], why: jsonObject },
  'ollama/stream--function-calling-ollama-cloud-gpt-oss-120b-can-use-tools-without--1': {
    dropped: ['thinking'],
    why: ownThinking,
  },
  'ollama/stream--function-calling-ollama-cloud-gpt-oss-120b-can-use-tools-without--2': {
    dropped: ['thinking'],
    why: ownThinking,
  },
  'ollama/json--function-calling-ollama-cloud-gpt-oss-120b-can-use-parallel-tool--1': {
    dropped: ['thinking'],
    why: ownThinking,
  },
  'openrouter/stream--openrouter-reasoning-details-round-trip-accumulates-reasoning-de--1': {
    dropped: ['thinking'],
    why: ownThinking,
  },
  'openai/stream--openai-moderation-stream': { dropped: ['moderation'], why: 'a hint of the host' },
  'opencode-1.18.33/chat-title': { dropped: ['max_tokens'], why: tooMany },
  'opencode-1.18.33/chat-turn1': { dropped: ['max_tokens'], why: tooMany },
  'opencode-1.18.33/chat-turn2-tool-result': { dropped: ['max_tokens'], why: tooMany },
  'anthropic/stream--anthropic-thinking-streaming-legacy': { dropped: ['thinking'], why: unknownThinking },
  'anthropic/error--anthropic-explicit-effort-xhigh-unsupported-model-errors': {
    dropped: ['thinking'],
    why: unknownThinking,
  },
  'claude-code-2.1.329/print-turn1': { dropped: agentFields, why: agentHints },
  'claude-code-2.1.329/print-turn2-tool-result': { dropped: agentFields, why: agentHints },
};

export interface MappedError {
  readonly status: number;
  /** `type` and `code` for callers of chat. */
  readonly chat: readonly [type: string, code: string | null];
  /** `type` for callers of Messages. */
  readonly messages: string;
  readonly kind: string;
}

/** A provider that refuses our own credential is a bad gateway, and nothing that a caller could mend. */
const badGateway: MappedError = {
  status: 502,
  chat: ['server_error', 'upstream_error'],
  messages: 'api_error',
  kind: 'upstream-credential',
};

/** What each recorded error is to a caller. */
export const mappedErrors: Readonly<Record<string, MappedError>> = {
  'azure/error--chat-reasoning--1': {
    status: 404,
    chat: ['invalid_request_error', 'model_not_found'],
    messages: 'not_found_error',
    kind: 'model-not-found',
  },
  'azure/error--error-handling-with-azure-grok-4-1-fast-non-reasoning-raises-app': badGateway,
  'groq/error--tool-use-failed-error': {
    status: 400,
    chat: ['invalid_request_error', 'tool_use_failed'],
    messages: 'invalid_request_error',
    kind: 'invalid-request',
  },
  'mistral/error--error-handling-with-mistral-mistral-small-latest-raises-appropri': badGateway,
  'ollama/error--real-error-scenarios-ollama-cloud-gpt-oss-120b-handles-context-l': {
    status: 400,
    chat: ['invalid_request_error', 'context_length_exceeded'],
    messages: 'invalid_request_error',
    kind: 'too-long',
  },
  'openrouter/error--error-handling-with-openrouter-claude-haiku-4-5-raises-appropria': badGateway,
  'openrouter/error--openrouter-errors-raised': {
    status: 429,
    chat: ['rate_limit_error', 'rate_limit_exceeded'],
    messages: 'rate_limit_error',
    kind: 'rate-limited',
  },
  'perplexity/error--error-handling-with-perplexity-sonar-raises-appropriate-auth-err': badGateway,
  'anthropic/error--error-handling-with-anthropic-claude-haiku-4-5-raises-appropriat': badGateway,
  'anthropic/error--anthropic-explicit-effort-xhigh-unsupported-model-errors': {
    status: 400,
    chat: ['invalid_request_error', null],
    messages: 'invalid_request_error',
    kind: 'invalid-request',
  },
};
