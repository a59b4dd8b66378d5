/** Chat Completions bodies. https://platform.openai.com/docs/api-reference/chat/create */
import { answerSchema, citySchema, type Feature, object, objects, pdf, png, wav } from '../features.ts';

const user = (content: unknown) => ({ role: 'user', content });
const text = (value: string) => ({ type: 'text', text: value });
const tools = [
  { type: 'function', function: { name: 'weather', description: 'Looks outside', parameters: citySchema } },
];
const call = (id: string, city: string) => ({
  id,
  type: 'function',
  function: { name: 'weather', arguments: JSON.stringify({ city }) },
});
const result = (id: string, content: string) => ({ role: 'tool', tool_call_id: id, content });
const asked = user('How is it outside?');
const calls = {
  role: 'assistant',
  content: 'Looking.',
  tool_calls: [call('call_1', 'Paris'), call('call_2', 'Rome')],
};

const bodies: Readonly<Record<Feature, object | undefined>> = {
  text: { messages: [user('Hello')] },
  system: { messages: [{ role: 'system', content: 'Be brief.' }, user('Hello')] },
  'parallel tools': {
    messages: [asked, calls, result('call_1', 'sunny'), result('call_2', 'rainy'), user('And now?')],
    tools,
    tool_choice: 'auto',
  },
  // The dialect has neither an error flag nor pictures in results.
  'tool results: errors, images': {
    messages: [asked, calls, result('call_1', 'Error: no such city'), result('call_2', 'see'), user('And now?')],
    tools,
  },
  thinking: { messages: [user('Think about it')], reasoning_effort: 'high', max_completion_tokens: 40_000, tools },
  'thinking of another provider': {
    messages: [
      asked,
      {
        role: 'assistant',
        content: 'Looking.',
        reasoning_content: 'Hm.',
        reasoning_details: [
          { type: 'reasoning.text', text: 'Hm.', signature: 'sig-of-another', format: 'unknown', index: 0 },
        ],
        tool_calls: [call('call_1', 'Paris')],
      },
      result('call_1', 'sunny'),
    ],
    tools,
  },
  'redacted thinking': { messages: [user('Think about it')], tools },
  images: {
    messages: [user([text('What is it?'), { type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } }])],
  },
  PDF: {
    messages: [
      user([
        text('What is in it?'),
        { type: 'file', file: { filename: 'report.pdf', file_data: `data:application/pdf;base64,${pdf}` } },
      ]),
    ],
  },
  audio: {
    messages: [user([text('What does it say?'), { type: 'input_audio', input_audio: { data: wav, format: 'wav' } }])],
  },
  'structured output': {
    messages: [user('Answer')],
    response_format: { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema: answerSchema } },
  },
  refusal: { messages: [user('Help me with a crime')] },
  'stop sequences': { messages: [user('Hello')], stop: ['END'] },
  'max tokens': { messages: [user('Hello')], max_completion_tokens: 100 },
  'usage with cache': { messages: [user('Hello')] },
  'error before the stream': { messages: [user('Hello')] },
  'error during the stream': { messages: [user('Hello')] },
};

export function request(feature: Feature, model: string, stream: boolean): object | undefined {
  const body = bodies[feature];
  if (body === undefined) return undefined;
  return { model, ...(stream && { stream, stream_options: { include_usage: true } }), ...body };
}

export function replay(body: object, answer: Record<string, unknown>): object {
  const { messages, ...rest } = body as { messages: object[] };
  const message = object(objects(answer.choices)[0]?.message);
  const results = objects(message.tool_calls).map(({ id }) => result(String(id), 'sunny'));
  return { ...rest, messages: [...messages, message, ...results] };
}
