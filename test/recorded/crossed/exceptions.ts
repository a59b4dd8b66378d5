/**
 * What callers of these three dialects cannot be shown of each other's recordings, by name and with the reason. Each entry
 * is asserted as it stands: one that no longer applies fails its test, and so does one that is missing.
 */
import type { Side } from './sides.ts';

/** What each caller is told (`x-tollgate-dropped`), in a stream as in a whole answer. */
type Told = Readonly<Partial<Record<Side, readonly string[]>>>;

export interface Loss {
  readonly told: Told;
  readonly why: string;
}

const ownTools = 'what a tool of the provider ran exists in its own dialect only';
const awaited = `${ownTools}; only a caller of that dialect can answer the call that the turn ends with`;
const sources = 'a source in this form exists in its own dialect only';
const guarded = 'what a guardrail did is told by Converse alone; the stop says that it did';
const beside = 'a field beside the answer that only its own dialect has';

/** Items of the Responses API: Gemini's caller is told which, Converse's that there were some. */
const items = (types: readonly string[], why: string, ...more: readonly string[]): Loss => ({
  told: { gemini: [...types.map((type) => `content.${type}`), ...more], 'bedrock-converse': ['content', ...more] },
  why,
});
const withSources = (type: string): Loss => ({
  told: { gemini: [`content.${type}`, 'citations'], 'bedrock-converse': ['content', 'annotations'] },
  why: `${ownTools}; ${sources}`,
});
const unlessOwn = (field: string): Loss => ({
  told: { gemini: [field], 'bedrock-converse': [field] },
  why: beside,
});

export const answerLosses: Readonly<Record<string, Loss>> = {
  'azure/stream--azure-image-generation-tool-1': items(['image_generation_call'], ownTools),
  'azure/stream--responses-protocol-dialects-with-azure-gpt-5-nano-streams-respon': unlessOwn('content_filters'),
  'openai/stream--openai-apply-patch-tool-1': items(['apply_patch_call'], awaited, 'stop_reason'),
  'openai/stream--openai-local-shell-tool-1': items(['local_shell_call'], awaited, 'stop_reason'),
  'openai/stream--openai-mcp-tool-approval-1': items(
    ['mcp_list_tools', 'mcp_approval_request'],
    awaited,
    'stop_reason',
  ),
  'openai/stream--openai-shell-container-1': items(['shell_call', 'shell_call_output'], awaited, 'stop_reason'),
  'openai/stream--openai-responses-compact-stateful-mode-stream--2': items(['compaction'], ownTools),
  'openai/stream--openai-responses-model-file-search-tool-stream--3': withSources('file_search_call'),
  'openai/stream--openai-responses-model-mcp-server-tool-stream': items(['mcp_list_tools', 'mcp_call'], ownTools),
  'openai/stream--openai-responses-model-web-search-tool-stream': items(['web_search_call'], ownTools),
  'openai/stream--openai-responses-thinking-with-code-execution-tool-stream': items(
    ['code_interpreter_call'],
    ownTools,
  ),
  'openai/json--agent-with-web-search-tool-spans--1': withSources('web_search_call'),
  'openai/json--openai-native-tool-search': items(['tool_search_call', 'tool_search_output'], ownTools),
  'openai/json--openai-previous-response-id--1': unlessOwn('total_tokens'),
  'xai/json--xai-x-search-tool-1': withSources('x_search_call'),
  'gemini/json--code-execution-with-gemini-gemini-3-5-flash-runs-code-server-sid': {
    told: {
      'openai-responses': ['content.executableCode', 'content.codeExecutionResult'],
      'bedrock-converse': ['content'],
    },
    why: ownTools,
  },
  'gemini/stream--code-execution-stream': {
    told: {
      'openai-responses': ['content.executableCode', 'content.codeExecutionResult'],
      'bedrock-converse': ['content'],
    },
    why: ownTools,
  },
  'gemini/stream--google-model-file-search-tool-stream--3': {
    told: {
      'openai-responses': ['content.executableCode', 'citations', 'groundingMetadata'],
      'bedrock-converse': ['content', 'annotations', 'groundingMetadata'],
    },
    why: `${ownTools}; a file of its store has no address`,
  },
  'gemini/json--web-search-with-gemini-gemini-3-5-flash-grounds-the-answer-and-e': {
    told: {
      'openai-responses': ['groundingMetadata'],
      'bedrock-converse': ['annotations', 'groundingMetadata'],
    },
    why: `${sources}; a caller of Responses has their addresses as annotations`,
  },
  'gemini/stream--google-model-web-search-tool-stream': {
    told: {
      'openai-responses': ['groundingMetadata'],
      'bedrock-converse': ['annotations', 'groundingMetadata'],
    },
    why: `${sources}; a caller of Responses has their addresses as annotations`,
  },
  'gemini/stream--google-model-web-fetch-tool-stream': {
    told: {
      'openai-responses': ['urlContextMetadata', 'groundingMetadata'],
      'bedrock-converse': ['annotations', 'urlContextMetadata', 'groundingMetadata'],
    },
    why: `${sources}; a caller of Responses has their addresses as annotations`,
  },
  'vertex/json--google-model-armor-prompt-template-text-gets-blocked--1': {
    told: { 'openai-responses': ['promptFeedback'], 'bedrock-converse': ['promptFeedback'] },
    why: 'the words of the refusal say it',
  },
  'bedrock/stream--bedrock-model-code-execution-tool-stream': {
    told: {
      'openai-responses': ['content.toolUse', 'content.toolResult'],
      gemini: ['content.toolUse', 'content.toolResult'],
    },
    why: ownTools,
  },
  'bedrock/stream--titan-converse-stream-guardrail': {
    told: { 'openai-responses': ['trace', 'stopReason'], gemini: ['trace', 'stopReason'] },
    why: guarded,
  },
};

/** A stream whose pieces say less than its last event, which `expect.json` has: what is heard are the pieces. */
export const heard: Readonly<Record<string, string>> = {
  'openai/stream--openai-shell-container-1': 'The command ran successfully.',
};
