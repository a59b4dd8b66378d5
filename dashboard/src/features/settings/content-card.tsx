import type { ContentRule } from '@tollgate/client';
import { type FormEvent, useState } from 'react';
import { ErrorState } from '@/components/error-state.tsx';
import { errorAt } from '@/components/form-dialog.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from '@/components/ui/card.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Input } from '@/components/ui/input.tsx';
import { Select } from '@/components/ui/select.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { toast } from '@/components/ui/toast.tsx';
import { useAsk, useChange } from '@/lib/api.ts';
import { useMay } from '@/lib/session.ts';

const route = 'GET /organizations/{organizationId}/content-settings';
const choices = [
  { value: 'none', label: 'Nothing is kept' },
  { value: 'asked', label: 'Where a key or a request asks for it' },
  { value: 'all', label: 'Everything that nobody forbids' },
] as const;

/** What of prompts and answers is kept, and for how long. */
export function ContentCard({ organizationId }: { organizationId: string }) {
  const rule = useAsk(route, { params: { organizationId } });
  if (rule.error) return <ErrorState error={rule.error} onRetry={rule.refetch} />;
  if (rule.data === undefined) return <Skeleton className="h-60" />;
  return (
    <Card>
      <CardHeader>
        <div>
          <CardTitle>Prompts and answers</CardTitle>
          <CardDescription>
            What is kept is sealed with a key of this organization, and gone when its days are over.
          </CardDescription>
        </div>
      </CardHeader>
      <CardContent>
        <RuleForm key={JSON.stringify(rule.data)} organizationId={organizationId} rule={rule.data} />
      </CardContent>
    </Card>
  );
}

function RuleForm({ organizationId, rule }: { organizationId: string; rule: ContentRule }) {
  const [keep, setKeep] = useState(rule.keep);
  const [days, setDays] = useState(String(rule.days));
  const may = useMay('PATCH /organizations/{organizationId}/content-settings');
  const change = useChange('PATCH /organizations/{organizationId}/content-settings', [route]);
  function submit(event: FormEvent) {
    event.preventDefault();
    const body = { keep, days: Number(days) };
    change.mutate({ params: { organizationId }, body }, { onSuccess: () => toast.done('Saved for new requests') });
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      <Field label="What is kept" error={errorAt(change.error, 'keep')}>
        <Select items={choices} value={keep} onChange={setKeep} disabled={!may} />
      </Field>
      <Field label="Days" hint="After them it is deleted." error={errorAt(change.error, 'days')}>
        <Input
          inputMode="numeric"
          pattern="\d+"
          required
          value={days}
          disabled={!may}
          onChange={(event) => setDays(event.target.value)}
        />
      </Field>
      {may && (
        <Button
          type="submit"
          className="w-fit"
          disabled={change.isPending || (keep === rule.keep && days === String(rule.days))}
        >
          Save what is kept
        </Button>
      )}
    </form>
  );
}
