/** How a Gemini provider answers. Shapes and order of the chunks after the recordings: CRLF, no end mark, no call ids. */
import { cut, eventStream, type Feature, json, type WireAnswer } from '../features.ts';

type Wire = Record<string, unknown>;

interface Said {
  readonly parts: readonly Wire[];
  readonly finish?: string;
  readonly block?: string;
  readonly usage?: Wire;
}

const plainUsage = { promptTokenCount: 12, candidatesTokenCount: 5, totalTokenCount: 17 };
const cacheUsage = {
  ...{ promptTokenCount: 1060, cachedContentTokenCount: 50, candidatesTokenCount: 5, thoughtsTokenCount: 3 },
  totalTokenCount: 1068,
};
const text = (value: string): Wire => ({ text: value });
const call = (city: string): Wire => ({ functionCall: { name: 'weather', args: { city } } });
const hello: Said = { parts: [text('Hi there.')], finish: 'STOP' };

const answers: Partial<Record<Feature, Said>> = {
  // The reason is STOP for calls too.
  'parallel tools': { parts: [text('Let me see.'), call('Oslo'), call('Bern')], finish: 'STOP' },
  thinking: {
    parts: [{ text: 'Because.', thought: true }, text('So it is.'), { ...call('Oslo'), thoughtSignature: 'c2VhbGVk' }],
    finish: 'STOP',
  },
  'structured output': { parts: [text('{"answer":42}')], finish: 'STOP' },
  refusal: { parts: [], block: 'PROHIBITED_CONTENT', usage: { promptTokenCount: 12, totalTokenCount: 12 } },
  'max tokens': { parts: [text('Hi th')], finish: 'MAX_TOKENS' },
  'usage with cache': { ...hello, usage: cacheUsage },
};

export function answer(feature: Feature, stream: boolean): WireAnswer | undefined {
  if (feature === 'redacted thinking') return undefined;
  if (feature === 'error before the stream') {
    const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '7s' }];
    return json(429, { error: { code: 429, message: 'Quota exceeded', status: 'RESOURCE_EXHAUSTED', details } });
  }
  const said = answers[feature] ?? hello;
  if (feature === 'error during the stream') return stream ? failed() : cut(whole(hello));
  return stream ? streamed(said) : whole(said);
}

const tail = { modelVersion: 'up-model', responseId: 'r1' };

function chunk(parts: readonly Wire[], finish: string | undefined, usage: Wire): Wire {
  const candidate = {
    ...(parts.length > 0 && { content: { parts, role: 'model' } }),
    ...(finish !== undefined && { finishReason: finish }),
    index: 0,
  };
  return { candidates: [candidate], usageMetadata: usage, ...tail };
}

function blocked(reason: string, usage: Wire): Wire {
  return { promptFeedback: { blockReason: reason }, usageMetadata: usage, ...tail };
}

function whole({ parts, finish, block, usage = plainUsage }: Said): WireAnswer {
  return json(200, block === undefined ? chunk(parts, finish, usage) : blocked(block, usage));
}

const frame = (body: Wire) => `data: ${JSON.stringify(body)}\r\n\r\n`;

/** Texts come in two pieces; each chunk has the usage so far; the last one has the reason. */
function streamed({ parts, finish, block, usage = plainUsage }: Said): WireAnswer {
  if (block !== undefined) return eventStream(frame(blocked(block, usage)));
  const pieces = parts.flatMap((part) => {
    if (typeof part.text !== 'string') return [part];
    return [part.text.slice(0, 3), part.text.slice(3)].map((piece) => ({ ...part, text: piece }));
  });
  const early = { promptTokenCount: usage.promptTokenCount, totalTokenCount: usage.promptTokenCount };
  return eventStream(
    ...pieces.map((piece, i) =>
      i < pieces.length - 1 ? frame(chunk([piece], undefined, early)) : frame(chunk([piece], finish, usage)),
    ),
  );
}

function failed(): WireAnswer {
  const error = { code: 500, message: 'An internal error has occurred', status: 'INTERNAL' };
  return eventStream(frame(chunk([text('Hel')], undefined, { promptTokenCount: 12 })), frame({ error }));
}
