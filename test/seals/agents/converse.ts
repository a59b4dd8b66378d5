/** The AWS SDK on Bedrock's Converse: content blocks go back as they came, with a cache point behind the last. */
import { fields, type Json, list } from '../../fakes/sealing.ts';
import { type Agent, instructions, tools } from './agent.ts';

const cachePoint = { cachePoint: { type: 'default' } };

export const converseAgent: Agent = {
  name: 'AWS SDK',
  dialect: 'bedrock-converse',
  path: (model, stream) => `/model/${encodeURIComponent(model)}/converse${stream ? '-stream' : ''}`,
  body: (_model, history) => ({
    system: [{ text: instructions }, cachePoint],
    messages: [...history.slice(0, -1), marked(history.at(-1) ?? {})],
    toolConfig: {
      tools: tools.map(({ schema: json, ...rest }) => ({ toolSpec: { ...rest, inputSchema: { json } } })),
    },
    inferenceConfig: { maxTokens: 8000 },
    additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 2000 } },
  }),
  user: (text) => ({ role: 'user', content: [{ text }] }),
  results: (calls, text) => [
    {
      role: 'user',
      content: calls.map(({ id: toolUseId, name }) => ({
        toolResult: { toolUseId, content: [{ text: `${name}: ${text}` }] },
      })),
    },
  ],
  read: (answer, stream) => {
    const content = stream ? joined(answer) : wholeOf(answer);
    const calls = content.filter((block) => block.toolUse !== undefined).map((block) => fields(block.toolUse));
    return {
      kept: [{ role: 'assistant', content }],
      calls: calls.map(({ toolUseId, name }) => ({ id: String(toolUseId), name: String(name) })),
    };
  },
};

function marked(message: Json): Json {
  return { ...message, content: [...list(message.content), cachePoint] };
}

function wholeOf(answer: Buffer): Json[] {
  const { output } = fields(JSON.parse(answer.toString('utf8')));
  return list(fields(fields(output).message).content);
}

function joined(answer: Buffer): Json[] {
  const blocks: Json[] = [];
  const inputs: string[] = [];
  for (const [type, event] of awsEvents(answer)) {
    const index = Number(event.contentBlockIndex);
    const { text, toolUse, reasoningContent } = fields(event.delta);
    if (type === 'contentBlockStart') {
      const start = fields(fields(event.start).toolUse);
      blocks[index] = { toolUse: { toolUseId: start.toolUseId, name: start.name, input: {} } };
    } else if (typeof text === 'string') blocks[index] = { text: `${blocks[index]?.text ?? ''}${text}` };
    else if (toolUse !== undefined) inputs[index] = `${inputs[index] ?? ''}${fields(toolUse).input}`;
    else if (reasoningContent !== undefined) blocks[index] = reasoned(blocks[index], fields(reasoningContent));
  }
  return blocks.map((block, i) => {
    if (block.toolUse === undefined) return block;
    return { toolUse: { ...fields(block.toolUse), input: JSON.parse(inputs[i] || '{}') } };
  });
}

function reasoned(before: Json | undefined, delta: Json): Json {
  if (delta.redactedContent !== undefined) return { reasoningContent: { redactedContent: delta.redactedContent } };
  const { text = '', signature } = fields(fields(before?.reasoningContent).reasoningText);
  const reasoningText = {
    text: `${text}${delta.text ?? ''}`,
    ...((delta.signature ?? signature) !== undefined && { signature: delta.signature ?? signature }),
  };
  return { reasoningContent: { reasoningText } };
}

/** Type and payload of each message. */
function awsEvents(stream: Buffer): [string, Json][] {
  const events: [string, Json][] = [];
  for (let at = 0; at < stream.length; ) {
    const [length, headersLength] = [stream.readUInt32BE(at), stream.readUInt32BE(at + 4)];
    const headers = stream.subarray(at + 12, at + 12 + headersLength).toString('latin1');
    const payload = stream.subarray(at + 12 + headersLength, at + length - 4).toString('utf8');
    // Its value stands behind one byte for its form and two for its length.
    const type =
      headers
        .split(':event-type')[1]
        ?.slice(3)
        .match(/^[A-Za-z]+/)?.[0] ?? 'exception';
    if (type === 'exception') throw new Error(`the stream failed: ${payload}`);
    events.push([type, JSON.parse(payload) as Json]);
    at += length;
  }
  return events;
}
