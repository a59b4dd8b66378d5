/** Messages bodies. https://platform.claude.com/docs/en/api/messages */
import { answerSchema, citySchema, type Feature, objects, pdf, png } from '../features.ts';

const text = (value: string) => ({ type: 'text', text: value });
const user = (...content: object[]) => ({ role: 'user', content });
const assistant = (...content: object[]) => ({ role: 'assistant', content });
const tools = [{ name: 'weather', description: 'Looks outside', input_schema: citySchema }];
const call = (id: string, city: string) => ({ type: 'tool_use', id, name: 'weather', input: { city } });
const result = (id: string, content: unknown, more = {}) => ({
  type: 'tool_result',
  tool_use_id: id,
  content,
  ...more,
});
const base64 = (mediaType: string, data: string) => ({ type: 'base64', media_type: mediaType, data });
const asked = user(text('How is it outside?'));
const calls = assistant(text('Looking.'), call('toolu_1', 'Paris'), call('toolu_2', 'Rome'));

const bodies: Readonly<Record<Feature, object | undefined>> = {
  text: { messages: [{ role: 'user', content: 'Hello' }] },
  system: { system: 'Be brief.', messages: [user(text('Hello'))] },
  'parallel tools': {
    messages: [asked, calls, user(result('toolu_1', 'sunny'), result('toolu_2', 'rainy'), text('And now?'))],
    tools,
    tool_choice: { type: 'auto' },
  },
  'tool results: errors, images': {
    messages: [
      asked,
      calls,
      user(
        result('toolu_1', 'no such city', { is_error: true }),
        result('toolu_2', [text('see'), { type: 'image', source: base64('image/png', png) }]),
        text('And now?'),
      ),
    ],
    tools,
  },
  thinking: {
    messages: [user(text('Think about it'))],
    thinking: { type: 'enabled', budget_tokens: 16_384 },
    max_tokens: 40_000,
    tools,
  },
  'thinking of another provider': {
    messages: [
      asked,
      assistant(
        { type: 'thinking', thinking: 'Hm.', signature: 'sig-of-another' },
        text('Looking.'),
        call('toolu_1', 'Paris'),
      ),
      user(result('toolu_1', 'sunny')),
    ],
    tools,
  },
  'redacted thinking': { messages: [user(text('Think about it'))], tools },
  images: { messages: [user(text('What is it?'), { type: 'image', source: base64('image/png', png) })] },
  PDF: {
    messages: [
      user(text('What is in it?'), {
        type: 'document',
        title: 'report.pdf',
        source: base64('application/pdf', pdf),
      }),
    ],
  },
  audio: undefined,
  'structured output': {
    messages: [user(text('Answer'))],
    output_config: { format: { type: 'json_schema', schema: answerSchema } },
  },
  refusal: { messages: [user(text('Help me with a crime'))] },
  'stop sequences': { messages: [user(text('Hello'))], stop_sequences: ['END'] },
  'max tokens': { messages: [user(text('Hello'))], max_tokens: 100 },
  'usage with cache': {
    system: [{ ...text('Be brief.'), cache_control: { type: 'ephemeral' } }],
    messages: [user(text('Hello'))],
  },
  'error before the stream': { messages: [user(text('Hello'))] },
  'error during the stream': { messages: [user(text('Hello'))] },
};

export function request(feature: Feature, model: string, stream: boolean): object | undefined {
  const body = bodies[feature];
  return body === undefined ? undefined : { model, max_tokens: 1000, ...(stream && { stream }), ...body };
}

export function replay(body: object, answer: Record<string, unknown>): object {
  const { messages, ...rest } = body as { messages: object[] };
  const content = objects(answer.content);
  const results = content.flatMap(({ type, id }) => (type === 'tool_use' ? [result(String(id), 'sunny')] : []));
  return { ...rest, messages: [...messages, assistant(...content), user(...results)] };
}
