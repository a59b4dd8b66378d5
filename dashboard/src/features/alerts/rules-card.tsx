import type { AlertRule } from '@tollgate/client';
import { useState } from 'react';
import { ErrorState } from '@/components/error-state.tsx';
import { Badge } from '@/components/ui/badge.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Card } from '@/components/ui/card.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { useAsk, useChange } from '@/lib/api.ts';
import { useMay } from '@/lib/session.ts';
import { RuleDialog } from './rule-dialog.tsx';
import { isEditable, nameOf, sentenceOf } from './rules.ts';

/** With an organization: what holds for it. Without: what holds for all that have no rule of their own. */
export function RulesCard({ organizationId }: { organizationId?: string }) {
  const own = useAsk(
    'GET /organizations/{organizationId}/alert-rules',
    { params: { organizationId: organizationId ?? '' } },
    { enabled: organizationId !== undefined },
  );
  const all = useAsk('GET /alert-rules', undefined, { enabled: organizationId === undefined });
  const rules = organizationId === undefined ? all : own;
  const [editing, setEditing] = useState<AlertRule>();
  const mayChange = useMay(
    organizationId === undefined ? 'PUT /alert-rules/{kind}' : 'PUT /organizations/{organizationId}/alert-rules/{kind}',
  );
  if (rules.error) return <ErrorState error={rules.error} onRetry={rules.refetch} />;
  if (rules.data === undefined) return <Skeleton className="h-44 rounded-lg" />;
  const shared = { ...(organizationId !== undefined && { organizationId }) };
  return (
    <Card>
      <ul className="divide-y">
        {rules.data.data.map((rule) => (
          <li key={rule.kind} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
            <div className="min-w-0 flex-1 basis-60">
              <p className="flex flex-wrap items-center gap-2 font-medium">
                {nameOf(rule.kind)}
                {rule.disabled && <Badge variant="warning">off</Badge>}
                {rule.own && organizationId !== undefined && <Badge>own rule</Badge>}
              </p>
              <p className="text-muted-foreground">{sentenceOf(rule)}</p>
            </div>
            {mayChange && isEditable(rule.kind) && (
              <Button
                variant="outline"
                size="sm"
                aria-label={`Change: ${nameOf(rule.kind)}`}
                onClick={() => setEditing(rule)}
              >
                Change
              </Button>
            )}
            {mayChange && rule.own && organizationId !== undefined && (
              <BackToAll organizationId={organizationId} rule={rule} />
            )}
          </li>
        ))}
      </ul>
      {editing !== undefined && <RuleDialog rule={editing} {...shared} onClose={() => setEditing(undefined)} />}
    </Card>
  );
}

function BackToAll({ organizationId, rule }: { organizationId: string; rule: AlertRule }) {
  const remove = useChange('DELETE /organizations/{organizationId}/alert-rules/{kind}', [
    'GET /organizations/{organizationId}/alert-rules',
  ]);
  const { kind } = rule;
  if (kind === 'ledger-drift' || kind === 'house-overrun') return null;
  return (
    <Button
      variant="ghost"
      size="sm"
      disabled={remove.isPending}
      onClick={() => remove.mutate({ params: { organizationId, kind } })}
    >
      As usual
    </Button>
  );
}
