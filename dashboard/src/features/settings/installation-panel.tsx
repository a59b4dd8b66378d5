import { type FormEvent, useState } from 'react';
import { ErrorState } from '@/components/error-state.tsx';
import { errorAt } from '@/components/form-dialog.tsx';
import { Badge } from '@/components/ui/badge.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Card, CardContent, CardHeader, CardTitle } from '@/components/ui/card.tsx';
import { Input } from '@/components/ui/input.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { toast } from '@/components/ui/toast.tsx';
import { useAsk, useChange } from '@/lib/api.ts';
import { ZoneField } from './zone-field.tsx';

/** What holds for all organizations; what the file and the environment set is shown, and changed there. */
export function InstallationPanel() {
  const settings = useAsk('GET /settings');
  if (settings.error) return <ErrorState error={settings.error} onRetry={settings.refetch} />;
  if (settings.data === undefined) return <Skeleton className="h-96" />;
  const { defaultTimeZone, configuration } = settings.data;
  return (
    <div className="flex flex-col gap-5">
      <DefaultZone key={defaultTimeZone} zone={defaultTimeZone} />
      <Configuration rows={configuration} />
    </div>
  );
}

function DefaultZone({ zone: before }: { zone: string }) {
  const [zone, setZone] = useState(before);
  const change = useChange('PATCH /settings', ['GET /settings']);
  function submit(event: FormEvent) {
    event.preventDefault();
    change.mutate({ body: { defaultTimeZone: zone } }, { onSuccess: () => toast.done('Saved for new organizations') });
  }
  return (
    <Card className="max-w-xl">
      <CardHeader>
        <CardTitle>New organizations</CardTitle>
      </CardHeader>
      <CardContent>
        <form onSubmit={submit} className="flex flex-col gap-3">
          <ZoneField
            label="Time zone of new organizations"
            hint="Those that are there keep theirs."
            value={zone}
            onChange={setZone}
            error={errorAt(change.error, 'defaultTimeZone')}
          />
          <Button type="submit" className="w-fit" disabled={change.isPending || zone === before}>
            Save
          </Button>
        </form>
      </CardContent>
    </Card>
  );
}

interface Row {
  readonly path: string;
  readonly value: string;
  readonly isDefault: boolean;
  readonly about: string;
}

function Configuration({ rows }: { rows: readonly Row[] }) {
  const [text, setText] = useState('');
  const shown = rows.filter(({ path, about }) => `${path} ${about}`.toLowerCase().includes(text.toLowerCase()));
  return (
    <section className="flex flex-col gap-2.5">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <div>
          <h2 className="text-sm font-semibold">Configuration in force</h2>
          <p className="text-sm text-muted-foreground">
            From the file and the environment, without secrets. A change there holds from the next start on.
          </p>
        </div>
        <Input
          data-search
          type="search"
          aria-label="Search settings"
          placeholder="Search settings"
          className="w-full sm:w-60"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      <dl className="rounded-lg border bg-card">
        {shown.map(({ path, value, isDefault, about }) => (
          <div
            key={path}
            className="grid gap-x-4 gap-y-0.5 border-b px-3 py-2 text-sm last:border-0 sm:grid-cols-[minmax(0,1fr)_auto]"
          >
            <dt className="min-w-0">
              <code className="break-all">{path}</code>
              <p className="text-xs text-muted-foreground">{about}</p>
            </dt>
            <dd className="figures flex items-center gap-2 break-all sm:text-right">
              {!isDefault && <Badge variant="accent">set</Badge>}
              {value}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
