/** One model's side of the conversation. */
import { X } from 'lucide-react';
import { Button } from '@/components/ui/button.tsx';
import { Card } from '@/components/ui/card.tsx';
import { type Message, openCalls } from './conversation.ts';
import { MessageView } from './message-view.tsx';
import { ModelPicker } from './model-picker.tsx';
import { ToolResults } from './tool-results.tsx';

interface AnswerColumnProps {
  readonly model: string;
  readonly messages: readonly Message[];
  readonly onModel: (model: string) => void;
  readonly onResults: (results: Readonly<Record<string, string>>) => void;
  readonly onRemove?: () => void;
}

export function AnswerColumn({ model, messages, onModel, onResults, onRemove }: AnswerColumnProps) {
  const last = messages.at(-1);
  const isRunning = last?.role === 'assistant' && last.state === 'running';
  const calls = isRunning ? [] : openCalls(messages);
  return (
    <Card className="flex min-w-0 flex-col" aria-label={`Conversation with ${model}`}>
      <div className="flex items-center gap-2 border-b px-3 py-2">
        <ModelPicker model={model} onModel={onModel} />
        {onRemove !== undefined && (
          <Button variant="ghost" size="icon-sm" aria-label={`Without ${model}`} onClick={onRemove} className="ml-auto">
            <X aria-hidden />
          </Button>
        )}
      </div>
      <ol className="flex min-h-48 flex-col gap-4 p-4" aria-live="polite" aria-busy={isRunning ? undefined : false}>
        {messages.length === 0 && (
          <li className="m-auto max-w-xs text-center text-muted-foreground">
            Ask something below; the answer comes here, with its time, tokens and cost.
          </li>
        )}
        {messages
          .map((message, place) => ({ message, place }))
          .map(({ message, place }) => (
            <li key={place}>
              <MessageView message={message} />
            </li>
          ))}
      </ol>
      {calls.length > 0 && <ToolResults calls={calls} onResults={onResults} />}
    </Card>
  );
}
