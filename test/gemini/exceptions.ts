/**
 * Everything in the recordings that is not simply passed on or said in the other dialect's words, by name and with the
 * reason. Each entry is asserted as it stands: one that no longer applies fails its test, and so does one that is missing.
 */
export interface Outcome {
  /** What the caller is told (`x-tollgate-dropped`), in a stream as in a whole answer. */
  readonly chat: readonly string[];
  readonly messages: readonly string[];
  readonly why: string;
}

const ownTools = 'what a tool of the provider ran exists in its own dialect only';
const sources = 'chat has annotations for the addresses of sources, Messages has no place for them';

/** Answers of which a caller of another dialect cannot be shown everything. */
export const answerLosses: Readonly<Record<string, Outcome>> = {
  'gemini/json--code-execution-with-gemini-gemini-3-5-flash-runs-code-server-sid': {
    chat: ['content.executableCode', 'content.codeExecutionResult'],
    messages: ['content'],
    why: ownTools,
  },
  'gemini/stream--code-execution-stream': {
    chat: ['content.executableCode', 'content.codeExecutionResult'],
    messages: ['content'],
    why: ownTools,
  },
  'gemini/stream--google-model-file-search-tool-stream--3': {
    chat: ['content.executableCode', 'citations', 'groundingMetadata'],
    messages: ['content', 'annotations', 'groundingMetadata'],
    why: `${ownTools}; a file of its store has no address`,
  },
  'gemini/json--web-search-with-gemini-gemini-3-5-flash-grounds-the-answer-and-e': {
    chat: ['groundingMetadata'],
    messages: ['annotations', 'groundingMetadata'],
    why: sources,
  },
  'gemini/stream--google-model-web-search-tool-stream': {
    chat: ['groundingMetadata'],
    messages: ['annotations', 'groundingMetadata'],
    why: sources,
  },
  'gemini/stream--google-model-web-fetch-tool-stream': {
    chat: ['urlContextMetadata', 'groundingMetadata'],
    messages: ['annotations', 'urlContextMetadata', 'groundingMetadata'],
    why: sources,
  },
  'vertex/json--google-model-armor-prompt-template-text-gets-blocked--1': {
    chat: ['promptFeedback'],
    messages: ['promptFeedback'],
    why: 'the words of the refusal say it',
  },
};

export interface Refusal {
  readonly param: string;
  readonly why: string;
}

const serverTool: Refusal = { param: 'tools[0]', why: 'the tool is run by its own provider' };

/** Bodies that are a 400 for a model of chat or of Messages, because leaving the field out would change the answer. */
export const requestRefusals: Readonly<Record<string, Refusal>> = {
  'gemini/json--code-execution-with-gemini-gemini-3-5-flash-runs-code-server-sid': serverTool,
  'gemini/json--web-search-with-gemini-gemini-3-5-flash-grounds-the-answer-and-e': serverTool,
  'gemini/stream--google-model-file-search-tool-stream--3': serverTool,
  'gemini/stream--google-model-web-fetch-tool-stream': serverTool,
  'gemini/stream--google-model-web-search-tool-stream': serverTool,
  'gemini/stream--code-execution-stream': serverTool,
  'vertex/json--google-url-input-force-download--1': {
    param: 'contents[0].parts[1]',
    why: 'neither chat nor Messages takes films',
  },
};

const thoughts = "another provider's thoughts and signatures cannot be taken back";
const unknown = 'it is not known how the model takes thinking';
const both = (...dropped: string[]) => ({ chat: dropped, messages: dropped });

/** Bodies that are understood with a hint less. */
export const requestLosses: Readonly<Record<string, Outcome>> = {
  'gemini/json--google-model-safety-settings': { ...both('safetySettings'), why: 'no counterpart' },
  'gemini/json--google-model-thinking-part--1': { ...both('thinking', 'thought_signature'), why: thoughts },
  'gemini/json--tool-choice-matrix-auto-google--1': { ...both('thought_signature'), why: thoughts },
  'gemini/json--google-default-tools-use-validated-mode': {
    ...both('toolConfig'),
    why: 'VALIDATED has no counterpart',
  },
  'vertex/json--with-extended-thinking-vertexai-gemini-3-flash-preview-returns-t--1': {
    chat: ['thinking'],
    messages: [],
    why: unknown,
  },
  'vertex/json--google-model-armor-prompt-template-text-gets-blocked--1': {
    ...both('modelArmorConfig'),
    why: 'no counterpart',
  },
  'gemini/stream--with-extended-thinking-gemini-gemini-3-flash-preview-streams-thi': {
    chat: ['thinking'],
    messages: [],
    why: unknown,
  },
  'vertex/stream--function-calling-vertexai-gemini-2-5-flash-can-use-tools-with-mu--2': {
    ...both('thought_signature'),
    why: thoughts,
  },
  'vertex/stream--with-extended-thinking-vertexai-gemini-3-flash-preview-streams-t--1': {
    chat: ['thinking'],
    messages: [],
    why: unknown,
  },
  'gemini-cli-0.61.0/turn1': {
    chat: ['top_k', 'thinking'],
    messages: ['top_k'],
    why: `${unknown}; thinking and top_k exclude each other in Messages`,
  },
  'gemini-cli-0.61.0/turn2-function-response': {
    chat: ['top_k', 'thinking', 'thought_signature'],
    messages: ['thought_signature', 'thinking', 'top_p'],
    why: `${thoughts}; without them Messages does not think, and takes one of two kinds of sampling`,
  },
};

/** Answers that were served in a tier whose price nobody has written down. */
export const tierFlags: Readonly<Record<string, readonly string[]>> = {
  'gemini/stream--google-stream-no-args-tool-call': ['tier-unpriced:provisioned_throughput'],
  'vertex/stream--google-vertex-service-tier-flex-stream': ['tier-unpriced:flex'],
};
