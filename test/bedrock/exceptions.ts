/**
 * Everything in the recordings of Converse that is not simply passed on or said in the other dialect's words, by name and
 * with the reason. Each entry is asserted as it stands: one that no longer applies fails its test, and so does one that
 * is missing.
 */
export interface Outcome {
  /** What the caller is told (`x-tollgate-dropped`), in a stream as in a whole answer. */
  readonly chat: readonly string[];
  readonly messages: readonly string[];
  readonly why: string;
}

/** Answers of which a caller of another dialect cannot be shown everything. */
export const answerLosses: Readonly<Record<string, Outcome>> = {
  'stream--titan-converse-stream-guardrail': {
    chat: ['trace', 'stopReason'],
    messages: ['trace', 'stopReason'],
    why: 'what a guardrail did is told by Converse alone; the stop says that it did',
  },
  'stream--bedrock-model-code-execution-tool-stream': {
    chat: ['content.toolUse', 'content.toolResult'],
    messages: ['content'],
    why: 'what a tool of the provider ran exists in its own dialect only',
  },
};

export interface Refusal {
  readonly param: string;
  readonly why: string;
}

/** Bodies that are a 400 for a model of another dialect. */
export const requestRefusals: Readonly<Record<string, Refusal>> = {
  'stream--titan-converse-stream-guardrail': {
    param: 'guardrailConfig',
    why: 'the model behind the name is not behind this guardrail',
  },
  'stream--bedrock-model-code-execution-tool-stream': {
    param: 'toolConfig.tools[1]',
    why: 'the tool is run by its own provider',
  },
};

/** Bodies that are understood with a hint less. */
export const requestLosses: Readonly<Record<string, Outcome>> = {
  'json--bedrock-single-tool-choice-preserves-cache-nova--3': {
    chat: ['cache_control'],
    messages: [],
    why: 'chat caches by itself',
  },
  'json--bedrock-model-thinking-part-anthropic--1': {
    chat: ['thinking'],
    messages: ['thinking'],
    why: 'thoughts of another provider’s model cannot be taken back',
  },
};
