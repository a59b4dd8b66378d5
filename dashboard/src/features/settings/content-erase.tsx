import type { ContentKept } from '@tollgate/client';
import { useState } from 'react';
import { OrganizationName } from '@/components/organization-name.tsx';
import { TypedConfirm } from '@/components/typed-confirm.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Card, CardContent, CardHeader, CardTitle } from '@/components/ui/card.tsx';
import { toast } from '@/components/ui/toast.tsx';
import { useChange } from '@/lib/api.ts';
import { useMay } from '@/lib/session.ts';
import { keptSentence } from './content-words.ts';

const route = 'DELETE /organizations/{organizationId}/content';
const word = 'erase everything';

/** Without its key nobody reads what is kept, whatever copies of the rows there are. */
export function ContentErase({ organizationId, kept }: { organizationId: string; kept: ContentKept }) {
  const [isOpen, setOpen] = useState(false);
  const may = useMay(route);
  const erase = useChange(route, ['GET /organizations/{organizationId}/content']);
  if (!may) return null;
  const done = () => {
    setOpen(false);
    toast.done('The key is erased: nobody reads what was kept any more');
  };
  return (
    <Card>
      <CardHeader>
        <CardTitle>Erase all that is kept</CardTitle>
      </CardHeader>
      <CardContent className="flex flex-col gap-3">
        <p>
          Everything lies under one key of this organization. Erasing that key makes it unreadable at once and for ever,
          in backups of the database too. Requests, costs and invoices stay.
        </p>
        {kept.keyMadeAt === null ? (
          <p className="text-muted-foreground">There is no key, so there is nothing to erase.</p>
        ) : (
          <Button variant="destructive" className="w-fit" onClick={() => setOpen(true)}>
            Erase the key …
          </Button>
        )}
      </CardContent>
      <TypedConfirm
        open={isOpen}
        onOpenChange={setOpen}
        title="Erase all prompts and answers?"
        action="Erase for ever"
        word={word}
        pending={erase.isPending}
        error={erase.error}
        onConfirm={() => erase.mutate({ params: { organizationId } }, { onSuccess: done })}
      >
        <p>
          {keptSentence(kept)} Nobody will read any of it again, for <OrganizationName id={organizationId} /> or anybody
          else. This cannot be undone.
        </p>
        <p className="text-muted-foreground">What is asked to be kept from now on gets a new key.</p>
      </TypedConfirm>
    </Card>
  );
}
