/** One question for up to four models, side by side. */
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Columns2, RotateCcw, Square } from 'lucide-react';
import { useEffect, useEffectEvent, useState } from 'react';
import { PageHeader } from '@/components/page-header.tsx';
import { Button } from '@/components/ui/button.tsx';
import { useShortcuts } from '@/lib/shortcuts.ts';
import { AnswerColumn } from './answer-column.tsx';
import { CodeMenu } from './code-menu.tsx';
import { Composer } from './composer.tsx';
import { type Opened, parseTools, type UserMessage } from './conversation.ts';
import { SettingsPanel } from './settings-panel.tsx';
import { columnsMax, type Settings, usePlayground } from './use-playground.ts';

const firstModel = 'mock/lorem';
/** What a text in the address may be long. */
const addressTextMax = 300;

export function Playground({ opened }: { opened?: Opened }) {
  const {
    models = [opened?.model ?? firstModel],
    system: given,
    run,
    ...parameters
  } = useSearch({ from: '/app/playground' });
  const navigate = useNavigate();
  const [system, setSystem] = useState(given ?? opened?.system ?? '');
  const [toolsText, setToolsText] = useState('');
  const { before, again } = splitLast(opened, run === true);
  const playground = usePlayground(before);
  const set = (change: object) => void navigate({ to: '.', search: (now) => ({ ...now, ...change }), replace: true });
  const tools = readTools(toolsText);
  const settings: Settings = { system, tools: tools ?? [], parameters };
  const send = (message: UserMessage) => playground.send(models, message, settings);
  useAtOnce(again, send);
  // A column is its place, whatever its model.
  const columns = models.map((model, column) => ({ model, column }));
  const isBusy = models.some((_, column) => playground.isRunning(column));
  useShortcuts({ Escape: playground.stop });
  return (
    <div className="flex flex-col gap-4">
      <PageHeader
        title="Playground"
        actions={
          <>
            <Button variant="outline" onClick={playground.clear}>
              <RotateCcw aria-hidden /> Begin anew
            </Button>
            <Button
              variant="outline"
              disabled={models.length >= columnsMax}
              onClick={() => set({ models: [...models, models.at(-1) ?? firstModel] })}
            >
              <Columns2 aria-hidden /> Compare
            </Button>
            <CodeMenu
              ask={{ model: models[0] ?? firstModel, messages: playground.conversations[0] ?? [], ...settings }}
            />
          </>
        }
      >
        What is asked here is metered and charged like any other request.
      </PageHeader>
      <div className="grid gap-4 xl:grid-cols-[19rem_minmax(0,1fr)]">
        <SettingsPanel
          system={system}
          onSystem={(text) => {
            setSystem(text);
            set({ system: text !== '' && text.length <= addressTextMax ? text : undefined });
          }}
          parameters={parameters}
          onParameters={set}
          tools={toolsText}
          onTools={setToolsText}
        />
        <div className="flex min-w-0 flex-col gap-4">
          <div className={models.length > 1 ? 'grid gap-4 md:grid-cols-2' : 'grid gap-4'}>
            {columns.map(({ model, column }) => (
              <AnswerColumn
                key={column}
                model={model}
                messages={playground.conversations[column] ?? []}
                onModel={(next) => set({ models: models.with(column, next) })}
                onResults={(results) => playground.answerCalls(column, model, results, settings)}
                {...(models.length > 1 &&
                  column === models.length - 1 && { onRemove: () => set({ models: models.slice(0, -1) }) })}
              />
            ))}
          </div>
          <Composer
            onSend={send}
            disabled={isBusy || tools === undefined}
            {...(isBusy && {
              stop: (
                <Button variant="outline" onClick={playground.stop}>
                  <Square aria-hidden /> Stop
                </Button>
              ),
            })}
          />
        </div>
      </div>
    </div>
  );
}

/** Undefined: it is not valid yet, which its field says. */
function readTools(text: string): readonly object[] | undefined {
  try {
    return parseTools(text);
  } catch {
    return undefined;
  }
}

/** To run a request again is to ask its last question again. */
function splitLast(opened: Opened | undefined, isRun: boolean) {
  const messages = opened?.messages ?? [];
  const at = messages.findLastIndex(({ role }) => role === 'user');
  const last = messages[at];
  if (!isRun || last?.role !== 'user') return { before: messages, again: undefined };
  return { before: messages.slice(0, at), again: last };
}

function useAtOnce(message: UserMessage | undefined, send: (message: UserMessage) => void): void {
  const go = useEffectEvent(send);
  const [first] = useState(message);
  // A request that the address asks for, once: no data of this page.
  useEffect(() => {
    if (first !== undefined) go(first);
  }, [first]);
}
