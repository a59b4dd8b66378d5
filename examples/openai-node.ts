/** TOLLGATE_KEY=tg-... npx node examples/openai-node.ts: the official OpenAI SDK, streaming. */
import OpenAI from 'openai';

const client = new OpenAI({
  baseURL: `${process.env.TOLLGATE_URL ?? 'http://127.0.0.1:7070'}/v1`,
  apiKey: process.env.TOLLGATE_KEY,
});

const stream = await client.chat.completions.create({
  model: process.env.MODEL ?? 'mock/lorem',
  messages: [{ role: 'user', content: 'Tell me something in 50 tokens, 20 ms apart.' }],
  stream: true,
  stream_options: { include_usage: true },
});
for await (const chunk of stream) {
  process.stdout.write(chunk.choices[0]?.delta.content ?? '');
  if (chunk.usage) console.log('\n', chunk.usage);
}
