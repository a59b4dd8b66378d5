import type { Budget } from '@tollgate/client';
import { MoreHorizontal } from 'lucide-react';
import { useState } from 'react';
import { ConfirmDialog } from '@/components/confirm-dialog.tsx';
import { RelativeTime } from '@/components/figures.tsx';
import { MeterBar } from '@/components/meter-bar.tsx';
import { Badge } from '@/components/ui/badge.tsx';
import { Button } from '@/components/ui/button.tsx';
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu.tsx';
import { toast } from '@/components/ui/toast.tsx';
import { useChange } from '@/lib/api.ts';
import { formatShare } from '@/lib/format.ts';
import { useMay } from '@/lib/session.ts';
import { amountOf, consequence, shareOf, windowWords } from './budgets.ts';

/** Whose budget it is, how much of it is used, and what happens then. */
export function BudgetRow({ budget, onEdit }: { budget: Budget; onEdit: () => void }) {
  const { owner, ownerName, unit, limit, window, spent, endsAt, disabled, source } = budget;
  const name = owner === 'organization' ? 'The organization' : `${ownerName}`;
  const share = shareOf(budget, spent);
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-2 px-4 py-3 md:grid-cols-[minmax(0,1fr)_minmax(0,1.3fr)_auto]">
      <div className="min-w-0">
        <p className="flex flex-wrap items-center gap-2">
          <span className="truncate font-medium">{name}</span>
          {owner !== 'organization' && <Badge>{owner}</Badge>}
          {disabled && <Badge variant="warning">off</Badge>}
          {source === 'file' && <Badge variant="outline">from the file</Badge>}
        </p>
        <p className="mt-0.5 text-muted-foreground">
          {amountOf(unit, limit)} {windowWords(window)}, {consequence(budget)}
        </p>
      </div>
      <div className="max-md:order-last max-md:col-span-2">
        <div className="mb-1.5 flex flex-wrap justify-between gap-x-4">
          <span className="figures">
            {amountOf(unit, spent)} <span className="text-muted-foreground">of {amountOf(unit, limit)}</span>
          </span>
          <span className="figures text-muted-foreground">
            {formatShare(share)}
            {endsAt !== null && (
              <>
                {' · begins again '}
                <RelativeTime time={endsAt} />
              </>
            )}
          </span>
        </div>
        <MeterBar label={`${name}: used`} share={share} />
      </div>
      <BudgetMenu budget={budget} onEdit={onEdit} name={name} />
    </li>
  );
}

function BudgetMenu({ budget, onEdit, name }: { budget: Budget; onEdit: () => void; name: string }) {
  const [removing, setRemoving] = useState(false);
  const mayChange = useMay('PATCH /budgets/{budgetId}');
  const change = useChange('PATCH /budgets/{budgetId}', ['GET /budgets']);
  const remove = useChange('DELETE /budgets/{budgetId}', ['GET /budgets']);
  const params = { budgetId: budget.id };
  if (!mayChange || budget.source === 'file') return <span />;
  const setOff = (disabled: boolean) => change.mutate({ params, body: { disabled } });
  function turn() {
    setOff(!budget.disabled);
    toast.undo(budget.disabled ? 'Budget on' : 'Budget off', () => setOff(budget.disabled));
  }
  return (
    <>
      <DropdownMenu>
        <DropdownMenuTrigger
          render={<Button variant="ghost" size="icon" aria-label={`Change the budget of ${name}`} />}
        >
          <MoreHorizontal />
        </DropdownMenuTrigger>
        <DropdownMenuContent align="end">
          <DropdownMenuItem onClick={onEdit}>Change …</DropdownMenuItem>
          <DropdownMenuItem onClick={turn}>{budget.disabled ? 'Turn on' : 'Turn off'}</DropdownMenuItem>
          <DropdownMenuItem variant="destructive" onClick={() => setRemoving(true)}>
            Remove …
          </DropdownMenuItem>
        </DropdownMenuContent>
      </DropdownMenu>
      <ConfirmDialog
        open={removing}
        onOpenChange={setRemoving}
        title={`Remove the budget of ${name}?`}
        action="Remove budget"
        pending={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate({ params }, { onSuccess: () => setRemoving(false) })}
      >
        Nothing stops at {amountOf(budget.unit, budget.limit)} any more, and what it counted is lost. To pause it, turn
        it off instead.
      </ConfirmDialog>
    </>
  );
}
