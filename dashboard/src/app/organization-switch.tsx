import { useNavigate } from '@tanstack/react-router';
import { Building2, Check, ChevronsUpDown } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { Button } from '@/components/ui/button.tsx';
import { Popover, PopoverContent, PopoverTrigger } from '@/components/ui/popover.tsx';
import { useAsk } from '@/lib/api.ts';
import { useIsOperator, useOrganizationId, useSession } from '@/lib/session.ts';

const Choices = lazy(() =>
  import('@/components/choices.tsx').then(({ Choices: component }) => ({ default: component })),
);

/** Whom everything on the page is about. A single member of a single organization has nothing to switch. */
export function OrganizationSwitch() {
  const [open, setOpen] = useState(false);
  const { memberships, organization } = useSession();
  const operator = useIsOperator();
  const current = useOrganizationId();
  const all = useAsk('GET /organizations', { query: { limit: 200 } }, { enabled: operator });
  const navigate = useNavigate();
  const own = memberships.map((each) => ({ id: each.organizationId, name: each.organization }));
  const list = (operator && all.data?.data) || own;
  const shownName = organization?.id === current ? organization?.name : undefined;
  const name = shownName ?? list.find(({ id }) => id === current)?.name ?? current ?? 'No organization';
  const shown = (
    <>
      <Building2 className="size-4 shrink-0 text-muted-foreground max-sm:hidden" aria-hidden />
      <span className="truncate">{name}</span>
    </>
  );
  if (list.length < 2) return <div className="flex min-w-0 items-center gap-1.5 px-2 font-medium">{shown}</div>;
  function choose(org: string) {
    setOpen(false);
    void navigate({ to: '.', search: (before) => ({ ...before, org }) });
  }
  return (
    <Popover open={open} onOpenChange={setOpen}>
      <PopoverTrigger
        render={<Button variant="ghost" className="min-w-0 shrink px-2" aria-label={`Organization: ${name}`} />}
      >
        {shown}
        <ChevronsUpDown className="size-3.5! text-muted-foreground" aria-hidden />
      </PopoverTrigger>
      <PopoverContent className="w-72 p-0" aria-label="Organizations">
        <Suspense fallback={null}>
          <Choices
            label="Find an organization"
            items={list.map((each) => ({
              value: each.id,
              words: each.name,
              shown: (
                <>
                  <span className="flex-1 truncate">{each.name}</span>
                  {each.id === current && <Check aria-hidden />}
                </>
              ),
            }))}
            onChoose={choose}
          />
        </Suspense>
      </PopoverContent>
    </Popover>
  );
}
