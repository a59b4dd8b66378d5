import { useState } from 'react';
import { ErrorState } from '@/components/error-state.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from '@/components/ui/card.tsx';
import { useAsk } from '@/lib/api.ts';
import { formatCountExactly } from '@/lib/format.ts';

/** Opens every secret once, on request: those that were changed or swapped are named. */
export function SecretCheck() {
  const [isAsked, setAsked] = useState(false);
  const check = useAsk('GET /secrets', { query: { verify: true } }, { enabled: isAsked });
  const refused = check.data?.refused;
  return (
    <Card>
      <CardHeader>
        <div>
          <CardTitle>Check</CardTitle>
          <CardDescription>Opens every secret once, and keeps none.</CardDescription>
        </div>
        <Button
          variant="outline"
          size="sm"
          disabled={check.isFetching}
          onClick={() => (isAsked ? void check.refetch() : setAsked(true))}
        >
          Open all
        </Button>
      </CardHeader>
      <CardContent aria-live="polite">
        {check.error && <ErrorState error={check.error} />}
        {check.isFetching && <p className="text-muted-foreground">Opening …</p>}
        {!check.isFetching && refused?.count === 0 && <p>All of them open.</p>}
        {!check.isFetching && refused != null && refused.count > 0 && (
          <>
            <p className="mb-2">
              {formatCountExactly(refused.count)} do not open. Set them anew; the first hundred are:
            </p>
            <ul className="flex flex-col gap-1.5 text-sm">
              {refused.named.map(({ what, id, why }) => (
                <li key={`${what} ${id}`}>
                  {what} <code className="break-all">{id}</code>: <span className="text-muted-foreground">{why}</span>
                </li>
              ))}
            </ul>
          </>
        )}
      </CardContent>
    </Card>
  );
}
