/** TOLLGATE_KEY=tg-... npx node examples/anthropic-node.ts: the official Anthropic SDK, with a tool. */
import Anthropic from '@anthropic-ai/sdk';

const client = new Anthropic({
  baseURL: process.env.TOLLGATE_URL ?? 'http://127.0.0.1:7070',
  apiKey: process.env.TOLLGATE_KEY,
});

const message = await client.messages.create({
  model: process.env.MODEL ?? 'mock/tools',
  max_tokens: 1_000,
  tools: [
    {
      name: 'get_weather',
      description: 'The weather in a city',
      input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  ],
  messages: [{ role: 'user', content: 'What is the weather in Paris?' }],
});
console.log(message.stop_reason, message.content, message.usage);
