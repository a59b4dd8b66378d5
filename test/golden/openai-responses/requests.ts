/** Responses bodies. https://platform.openai.com/docs/api-reference/responses/create */
import { answerSchema, citySchema, type Feature, objects, pdf, png, wav } from '../features.ts';

const text = (value: string) => ({ type: 'input_text', text: value });
const user = (...content: object[]) => ({ type: 'message', role: 'user', content });
const said = (value: string) => ({
  type: 'message',
  role: 'assistant',
  content: [{ type: 'output_text', text: value, annotations: [] }],
});
const tools = [
  { type: 'function', name: 'weather', description: 'Looks outside', parameters: citySchema, strict: false },
];
const call = (id: string, city: string) => ({
  type: 'function_call',
  call_id: id,
  name: 'weather',
  arguments: JSON.stringify({ city }),
});
const result = (id: string, output: unknown) => ({ type: 'function_call_output', call_id: id, output });
const asked = user(text('How is it outside?'));
const calls = [said('Looking.'), call('call_1', 'Paris'), call('call_2', 'Rome')];
const image = { type: 'input_image', detail: 'auto', image_url: `data:image/png;base64,${png}` };

const bodies: Readonly<Record<Feature, object | undefined>> = {
  text: { input: 'Hello' },
  system: { instructions: 'Be brief.', input: [user(text('Hello'))] },
  'parallel tools': {
    input: [asked, ...calls, result('call_1', 'sunny'), result('call_2', 'rainy'), user(text('And now?'))],
    tools,
    tool_choice: 'auto',
  },
  // The dialect has no error flag.
  'tool results: errors, images': {
    input: [
      asked,
      ...calls,
      result('call_1', 'Error: no such city'),
      result('call_2', [text('see'), image]),
      user(text('And now?')),
    ],
    tools,
  },
  thinking: {
    input: [user(text('Think about it'))],
    reasoning: { effort: 'high', summary: 'auto' },
    include: ['reasoning.encrypted_content'],
    max_output_tokens: 40_000,
    tools,
  },
  'thinking of another provider': {
    input: [
      asked,
      {
        id: 'rs_1',
        type: 'reasoning',
        summary: [{ type: 'summary_text', text: 'Hm.' }],
        encrypted_content: 'sig-of-another',
      },
      said('Looking.'),
      call('call_1', 'Paris'),
      result('call_1', 'sunny'),
    ],
    tools,
  },
  'redacted thinking': {
    input: [user(text('Think about it'))],
    include: ['reasoning.encrypted_content'],
    tools,
  },
  images: { input: [user(text('What is it?'), image)] },
  PDF: {
    input: [
      user(text('What is in it?'), {
        type: 'input_file',
        filename: 'report.pdf',
        file_data: `data:application/pdf;base64,${pdf}`,
      }),
    ],
  },
  audio: {
    input: [user(text('What does it say?'), { type: 'input_audio', input_audio: { data: wav, format: 'wav' } })],
  },
  'structured output': {
    input: [user(text('Answer'))],
    text: { format: { type: 'json_schema', name: 'answer', strict: true, schema: answerSchema } },
  },
  refusal: { input: [user(text('Help me with a crime'))] },
  'stop sequences': undefined,
  'max tokens': { input: [user(text('Hello'))], max_output_tokens: 100 },
  'usage with cache': { instructions: 'Be brief.', input: [user(text('Hello'))] },
  'error before the stream': { input: [user(text('Hello'))] },
  'error during the stream': { input: [user(text('Hello'))] },
};

export function request(feature: Feature, model: string, stream: boolean): object | undefined {
  const body = bodies[feature];
  return body === undefined ? undefined : { model, store: false, ...(stream && { stream }), ...body };
}

export function replay(body: object, answer: Record<string, unknown>): object {
  const { input, ...rest } = body as { input: object[] };
  const output = objects(answer.output);
  const results = output.flatMap(({ type, call_id: id }) =>
    type === 'function_call' ? [result(String(id), 'sunny')] : [],
  );
  return { ...rest, input: [...input, ...output, ...results] };
}
