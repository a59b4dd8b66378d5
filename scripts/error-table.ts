/** The table of docs/reference/errors.md, made by letting each dialect render each kind of error. */
import { anthropic } from '../src/dialects/anthropic/index.ts';
import { openaiChat } from '../src/dialects/openai-chat/index.ts';
import { type ErrorKind, errorKinds } from '../src/llm/error.ts';

const meanings: Readonly<Record<ErrorKind, string>> = {
  'invalid-request': 'The request is malformed, or asks for what no target can express. `param` names the field.',
  'too-long': "The conversation is longer than the model's context window.",
  'body-too-large': 'The body is larger than `server.limits.bodyBytesMax`.',
  'request-timeout': 'The request did not arrive in time.',
  unauthorized: 'The key is missing, wrong, revoked or expired.',
  'payment-required': 'The balance is used up.',
  forbidden: 'The key may not do this.',
  'not-found': 'No such path.',
  'model-not-found': 'No such model; `GET /v1/models` lists them.',
  'method-not-allowed': 'The path takes another method; `allow` says which.',
  conflict: 'An earlier request with the same `Idempotency-Key` runs, or has no answer that could be given again.',
  'key-reused': 'The `Idempotency-Key` was used for another request.',
  'rate-limited': "A rate limit, ours or the provider's.",
  overloaded: 'The provider is overloaded.',
  timeout: 'The provider did not answer in time.',
  upstream: 'The provider failed, or its answer was broken.',
  'upstream-credential': "The provider refused the gateway's own credential: for the operator, not for the caller.",
  unavailable: 'A part of the gateway is away: its journal cannot be written, or it is shutting down.',
  internal: 'A bug in Tollgate. Report the request id.',
};

/** Markdown: a row for each kind. */
export function renderErrorTable(): string {
  const rows = (Object.keys(errorKinds) as ErrorKind[]).map((kind) => {
    const openai = openaiChat.renderError({ kind, message: 'm' }, 'req_1');
    const { type, code } = JSON.parse(openai.body).error;
    const messages = anthropic.renderError({ kind, message: 'm' }, 'req_1');
    const { error } = JSON.parse(messages.body);
    return [kind, `${openai.status} \`${type}\` \`${code}\``, `${messages.status} \`${error.type}\``, meanings[kind]];
  });
  const head = [
    ['Kind', 'OpenAI: status, type, code', 'Anthropic: status, type', 'Meaning'],
    ['---', '---', '---', '---'],
  ];
  return [...head, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
