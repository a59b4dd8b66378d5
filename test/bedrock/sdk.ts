/** Answers of Converse as the AWS SDK reads them, whole and as a stream. */
import {
  type BedrockRuntimeClient,
  ConverseCommand,
  type ConverseCommandOutput,
  ConverseStreamCommand,
  type ConverseStreamOutput,
} from '@aws-sdk/client-bedrock-runtime';

export interface SdkReading {
  readonly text: string;
  readonly reasoning: string;
  /** `input` is JSON text; '' where a stream had none. */
  readonly calls: readonly { readonly id: string; readonly name: string; readonly input: string }[];
  readonly stop: string | undefined;
  readonly usage: Readonly<Record<string, unknown>> | undefined;
}

/** Rejects with the SDK's own error when the answer fails. */
export async function readByAws(client: BedrockRuntimeClient, model: string, stream: boolean): Promise<SdkReading> {
  const asked = { modelId: model, messages: [{ role: 'user' as const, content: [{ text: 'Hello' }] }] };
  if (!stream) return readingOf(await client.send(new ConverseCommand(asked)));
  const answer = await client.send(new ConverseStreamCommand(asked));
  return readStream(answer.stream ?? []);
}

function readingOf({ output, stopReason, usage }: ConverseCommandOutput): SdkReading {
  const content = output?.message?.content ?? [];
  return {
    text: content.map((part) => part.text ?? '').join(''),
    reasoning: content.map((part) => part.reasoningContent?.reasoningText?.text ?? '').join(''),
    calls: content.flatMap(({ toolUse }) =>
      toolUse === undefined
        ? []
        : [{ id: toolUse.toolUseId ?? '', name: toolUse.name ?? '', input: JSON.stringify(toolUse.input) }],
    ),
    stop: stopReason,
    usage: usage === undefined ? undefined : { ...usage },
  };
}

async function readStream(stream: AsyncIterable<ConverseStreamOutput> | readonly never[]): Promise<SdkReading> {
  let [text, reasoning] = ['', ''];
  let stop: string | undefined;
  let usage: Record<string, unknown> | undefined;
  const calls: { id: string; name: string; input: string }[] = [];
  for await (const event of stream) {
    const { start } = event.contentBlockStart ?? {};
    const { delta } = event.contentBlockDelta ?? {};
    if (start?.toolUse !== undefined)
      calls.push({ id: start.toolUse.toolUseId ?? '', name: start.toolUse.name ?? '', input: '' });
    text += delta?.text ?? '';
    reasoning += delta?.reasoningContent?.text ?? '';
    const last = calls.at(-1);
    if (last !== undefined) last.input += delta?.toolUse?.input ?? '';
    stop ??= event.messageStop?.stopReason;
    if (event.metadata?.usage !== undefined) usage = { ...event.metadata.usage };
  }
  return { text, reasoning, calls, stop, usage };
}
