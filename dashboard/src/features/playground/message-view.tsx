/** What was said, as plain text: nothing that a model writes becomes part of the page. */
import { CircleAlert, Wrench } from 'lucide-react';
import type { AssistantMessage, Message, ToolCall } from './conversation.ts';
import { FiguresLine } from './figures-line.tsx';

export function MessageView({ message }: { message: Message }) {
  if (message.role === 'assistant') return <Answer message={message} />;
  if (message.role === 'tool') {
    return (
      <Said who="Tool result">
        <pre className="overflow-x-auto rounded-md bg-muted p-2.5 font-mono text-xs whitespace-pre-wrap">
          {message.text}
        </pre>
      </Said>
    );
  }
  return (
    <Said who="You">
      {message.text !== '' && <Prose text={message.text} />}
      {message.images.length > 0 && (
        <div className="mt-2 flex flex-wrap gap-2">
          {message.images.map((image, at) => (
            <img
              key={image.slice(-40)}
              src={image}
              alt={`Attachment ${at + 1}`}
              className="max-h-40 rounded-md border"
            />
          ))}
        </div>
      )}
    </Said>
  );
}

function Answer({ message }: { message: AssistantMessage }) {
  const { text, thinking, toolCalls, state, error, figures } = message;
  const isSilent = state === 'running' && text === '' && thinking === '' && toolCalls.length === 0;
  return (
    <Said who="Model">
      {isSilent && <p className="animate-pulse text-muted-foreground">Waiting for the first token …</p>}
      {thinking !== '' && (
        <details className="mb-2 text-muted-foreground" open={text === ''}>
          <summary className="w-fit text-xs select-none">Thinking</summary>
          <div className="mt-1 border-l-2 pl-3 text-xs">
            <Prose text={thinking} />
          </div>
        </details>
      )}
      {text !== '' && <Prose text={text} />}
      {toolCalls.map((call) => (
        <Call key={call.id} call={call} />
      ))}
      {error !== null && (
        <p role="alert" className="mt-2 flex gap-2 text-bad">
          <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
          {error}
        </p>
      )}
      {state === 'stopped' && <p className="mt-1 text-xs text-muted-foreground">You stopped it.</p>}
      <FiguresLine figures={figures} isRunning={state === 'running'} />
    </Said>
  );
}

function Said({ who, children }: { who: string; children: React.ReactNode }) {
  return (
    <>
      <p className="mb-1 text-xs font-medium text-muted-foreground">{who}</p>
      {children}
    </>
  );
}

/** Text between fences is set as code; all else keeps its lines. */
export function Prose({ text }: { text: string }) {
  // A text only grows at its end, so a part is its place.
  const parts = text.split(/^```/m).map((part, place) => ({ part, place, isCode: place % 2 === 1 }));
  return parts.map(({ part, place, isCode }) =>
    isCode ? (
      <pre key={place} className="my-2 overflow-x-auto rounded-md bg-muted p-3 font-mono text-xs leading-5">
        {part.replace(/^[\w+-]*\n/, '')}
      </pre>
    ) : (
      part.trim() !== '' && (
        <p key={place} className="whitespace-pre-wrap wrap-anywhere">
          {part.trim()}
        </p>
      )
    ),
  );
}

function Call({ call }: { call: ToolCall }) {
  return (
    <div className="mt-2 rounded-md border">
      <p className="flex items-center gap-2 border-b px-2.5 py-1.5 text-xs font-medium">
        <Wrench className="size-3.5 text-muted-foreground" aria-hidden /> {call.name}
      </p>
      <pre className="overflow-x-auto p-2.5 font-mono text-xs">{pretty(call.arguments)}</pre>
    </div>
  );
}

function pretty(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}
