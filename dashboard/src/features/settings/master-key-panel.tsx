import type { SecretsStatus } from '@tollgate/client';
import { type ReactNode, useState } from 'react';
import { ErrorState } from '@/components/error-state.tsx';
import { ProgressBar } from '@/components/progress-bar.tsx';
import { Badge } from '@/components/ui/badge.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from '@/components/ui/card.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { toast } from '@/components/ui/toast.tsx';
import { useAsk, useChange } from '@/lib/api.ts';
import { formatCountExactly } from '@/lib/format.ts';
import { SecretCheck } from './secret-check.tsx';

/** Under which master key the secrets in the database lie, and the way to a new one. */
export function MasterKeyPanel() {
  const secrets = useAsk('GET /secrets', {}, { pollWhile: ({ rotation }) => rotation !== null });
  if (secrets.error) return <ErrorState error={secrets.error} onRetry={secrets.refetch} />;
  if (secrets.data === undefined) return <Skeleton className="h-96" />;
  return (
    <div className="grid items-start gap-5 xl:grid-cols-2">
      <div className="flex flex-col gap-5">
        <Keys status={secrets.data} />
        <SecretCheck />
      </div>
      <Rotation status={secrets.data} />
    </div>
  );
}

function Keys({ status: { masterKey, keys, kinds } }: { status: SecretsStatus }) {
  const shown = keys.some(({ isCurrent }) => isCurrent)
    ? keys
    : [{ masterKey, rows: 0, isCurrent: true, isKnown: true }, ...keys];
  return (
    <Card>
      <CardHeader>
        <div>
          <CardTitle>Where secrets lie</CardTitle>
          <CardDescription>Each has a key of its own, which is wrapped under a master key.</CardDescription>
        </div>
      </CardHeader>
      <CardContent className="flex flex-col gap-4">
        <Rows
          caption="Secrets by master key"
          rows={shown.map(({ masterKey: name, rows, isCurrent, isKnown }) => ({
            name,
            badge: isCurrent ? (
              <Badge variant="accent">in force</Badge>
            ) : (
              !isKnown && <Badge variant="bad">not known here</Badge>
            ),
            count: rows,
          }))}
        />
        <Rows
          caption="Secrets by what they are"
          rows={kinds.map(({ what, rows, plain }) => ({
            name: what,
            badge: plain > 0 && <Badge variant="warning">{formatCountExactly(plain)} not sealed yet</Badge>,
            count: rows,
          }))}
        />
      </CardContent>
    </Card>
  );
}

interface RowsProps {
  readonly caption: string;
  readonly rows: readonly { readonly name: string; readonly badge: ReactNode; readonly count: number }[];
}

function Rows({ caption, rows }: RowsProps) {
  return (
    <table className="w-full text-sm">
      <caption className="pb-1 text-left text-xs text-muted-foreground">{caption}</caption>
      <tbody>
        {rows.map(({ name, badge, count }) => (
          <tr key={name} className="border-t">
            <th scope="row" className="py-1.5 text-left font-normal">
              <span className="flex flex-wrap items-center gap-2">
                {name} {badge}
              </span>
            </th>
            <td className="figures py-1.5 pl-4 text-right">{formatCountExactly(count)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Rotation({ status }: { status: SecretsStatus }) {
  const { rows, current, rotation } = status;
  const [isAsked, setAsked] = useState(false);
  const rotate = useChange('POST /secrets/rotate', ['GET /secrets']);
  const left = rows - current;
  const begin = () =>
    rotate.mutate(
      {},
      {
        onSuccess: () => {
          setAsked(true);
          toast.done('It goes on by itself');
        },
      },
    );
  return (
    <Card>
      <CardHeader>
        <CardTitle>A new master key</CardTitle>
        {rotation !== null && <Badge variant="accent">{rotation === 'running' ? 'running' : 'waiting to begin'}</Badge>}
      </CardHeader>
      <CardContent className="flex flex-col gap-3">
        <ol className="flex list-decimal flex-col gap-1.5 pl-5">
          <li>
            Make it: <code className="break-all">tollgate secrets rotate --new-key</code>, which does the rest too. Or,
            where it stands in the configuration: put it into <code>secrets.previousMasterKeys</code> of every instance
            first, then swap it with <code>secrets.masterKey</code>.
          </li>
          <li>Bring everything under it, here. Requests go on meanwhile.</li>
          <li>When all lies under it, take the old one away.</li>
        </ol>
        <ProgressBar label="Secrets under the master key in force" share={rows === 0 ? 1 : current / rows} />
        <p aria-live="polite">{wordsOf(status, isAsked)}</p>
        {rotate.error !== null && <ErrorState error={rotate.error} />}
        <Button className="w-fit" disabled={left === 0 || rotation !== null || rotate.isPending} onClick={begin}>
          Bring all under the key in force
        </Button>
      </CardContent>
    </Card>
  );
}

function wordsOf({ rows, current, rotation }: SecretsStatus, isAsked: boolean): string {
  if (rows === 0) return 'There are no secrets in the database yet.';
  if (rows === 1 && current === 1) return 'The only secret there is lies under the key in force.';
  if (rows === current) return `All ${formatCountExactly(rows)} secrets lie under the key in force.`;
  const count = `${formatCountExactly(current)} of ${formatCountExactly(rows)} secrets lie under the key in force`;
  if (rotation !== null) return `${count} …`;
  return isAsked ? `${count}. The others do not open: see by the check.` : `${count}.`;
}
