import { type FormEvent, useState } from 'react';
import { ErrorState } from '@/components/error-state.tsx';
import { ProgressBar } from '@/components/progress-bar.tsx';
import { Segments } from '@/components/segments.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from '@/components/ui/card.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Input } from '@/components/ui/input.tsx';
import { formatCountExactly } from '@/lib/format.ts';
import { BacktestResult } from './backtest-result.tsx';
import type { Definition } from './definition.ts';
import { requestsMax, useBacktest } from './use-backtest.ts';

const spans = [
  { value: '1', label: '1 day' },
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
] as const;

/** The last days' own requests, decided by this definition: before anybody goes by it. */
export function BacktestPanel({ name, definition }: { name: string | undefined; definition: Definition | undefined }) {
  const [asked, setAsked] = useState(name ?? '');
  const [days, setDays] = useState<(typeof spans)[number]['value']>('7');
  const { run, start, stop } = useBacktest();
  const isRunning = run?.state === 'running';
  function submit(event: FormEvent) {
    event.preventDefault();
    if (definition !== undefined) void start({ name, modelAsked: asked, days: Number(days), definition });
  }
  const isOld = run !== undefined && JSON.stringify(run.ask.definition) !== JSON.stringify(definition);
  return (
    <Card>
      <CardHeader>
        <div>
          <CardTitle>The last days’ requests</CardTitle>
          <CardDescription>
            This organization’s own, decided by this definition. Nobody is asked; what was said is not looked at.
          </CardDescription>
        </div>
      </CardHeader>
      <CardContent className="flex flex-col gap-4">
        <form className="flex flex-wrap items-end gap-3" onSubmit={submit}>
          <Field label="Requests that asked for" className="min-w-40 flex-1">
            <Input
              required
              placeholder="main, openai/gpt-5 …"
              value={asked}
              onChange={(e) => setAsked(e.target.value)}
            />
          </Field>
          <Segments label="Of the last" items={spans} value={days} onChange={setDays} />
          {isRunning ? (
            <Button type="button" variant="outline" onClick={stop}>
              Stop
            </Button>
          ) : (
            <Button type="submit" disabled={definition === undefined}>
              Decide them anew
            </Button>
          )}
        </form>
        {run?.error !== undefined && <ErrorState error={run.error} />}
        {isRunning && <Progress done={run.sum?.requests ?? 0} of={Math.min(run.sum?.found ?? 0, requestsMax)} />}
        {isOld && run.sum !== undefined && (
          <p className="text-sm text-warning">The definition was changed since: decide them anew.</p>
        )}
        {run?.sum !== undefined && <BacktestResult sum={run.sum} isStopped={run.state === 'stopped'} />}
      </CardContent>
    </Card>
  );
}

function Progress({ done, of }: { done: number; of: number }) {
  return (
    <div className="flex flex-col gap-1.5">
      <p aria-live="polite" className="text-sm text-muted-foreground">
        {of === 0 ? 'Looking …' : `${formatCountExactly(done)} of ${formatCountExactly(of)} requests`}
      </p>
      <ProgressBar label="Requests decided anew" share={of === 0 ? 0 : done / of} />
    </div>
  );
}
