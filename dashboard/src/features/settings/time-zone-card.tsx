import { type FormEvent, useState } from 'react';
import { ErrorState } from '@/components/error-state.tsx';
import { errorAt } from '@/components/form-dialog.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Card, CardContent, CardHeader, CardTitle } from '@/components/ui/card.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { toast } from '@/components/ui/toast.tsx';
import { useAsk, useChange } from '@/lib/api.ts';
import { useMay } from '@/lib/session.ts';
import { ZoneField } from './zone-field.tsx';

const route = 'GET /organizations/{organizationId}/settings';

/** By which budgets' windows turn. */
export function TimeZoneCard({ organizationId }: { organizationId: string }) {
  const params = { organizationId };
  const settings = useAsk(route, { params });
  const change = useChange('PATCH /organizations/{organizationId}/settings', [route, 'GET /organizations']);
  const may = useMay('PATCH /organizations/{organizationId}/settings');
  const [zone, setZone] = useState<string>();
  if (settings.error) return <ErrorState error={settings.error} onRetry={settings.refetch} />;
  if (settings.data === undefined) return <Skeleton className="h-40" />;
  const { name, timeZone } = settings.data;
  function submit(event: FormEvent) {
    event.preventDefault();
    change.mutate({ params, body: { timeZone: zone ?? timeZone } }, { onSuccess: () => toast.done('Time zone saved') });
  }
  return (
    <Card>
      <CardHeader>
        <CardTitle>{name}</CardTitle>
      </CardHeader>
      <CardContent>
        <form onSubmit={submit} className="flex flex-col gap-3">
          <ZoneField
            label="Time zone"
            hint="Budgets of a day, week or month begin at its midnight."
            value={zone ?? timeZone}
            onChange={setZone}
            disabled={!may}
            error={errorAt(change.error, 'timeZone')}
          />
          {may && (
            <Button
              type="submit"
              className="w-fit"
              disabled={change.isPending || zone === undefined || zone === timeZone}
            >
              Save time zone
            </Button>
          )}
        </form>
      </CardContent>
    </Card>
  );
}
