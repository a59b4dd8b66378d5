import { Mail, X } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { ErrorState } from '@/components/error-state.tsx';
import { errorAt } from '@/components/form-dialog.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from '@/components/ui/card.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Input } from '@/components/ui/input.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { useAsk, useChange } from '@/lib/api.ts';
import { useMay } from '@/lib/session.ts';

const readOne = 'GET /organizations/{organizationId}/alert-emails';
const writeOne = 'PUT /organizations/{organizationId}/alert-emails';

/** Who is told by mail. Without an organization: the operators, who get all alerts. */
export function EmailsCard({ organizationId }: { organizationId?: string }) {
  const isAll = organizationId === undefined;
  const params = { organizationId: organizationId ?? '' };
  const one = useAsk(readOne, { params }, { enabled: !isAll });
  const all = useAsk('GET /alert-emails', undefined, { enabled: isAll });
  const emails = isAll ? all : one;
  const writeOneChange = useChange(writeOne, [readOne]);
  const writeAllChange = useChange('PUT /alert-emails', ['GET /alert-emails']);
  const change = isAll ? writeAllChange : writeOneChange;
  const mayChange = useMay(isAll ? 'PUT /alert-emails' : writeOne);
  const [added, setAdded] = useState('');
  if (emails.error) return <ErrorState error={emails.error} onRetry={emails.refetch} />;
  if (emails.data === undefined) return <Skeleton className="h-32 rounded-lg" />;
  const list = emails.data.emails;
  function replace(next: readonly string[]) {
    const onSuccess = () => setAdded('');
    if (isAll) writeAllChange.mutate({ body: { emails: next } }, { onSuccess });
    else writeOneChange.mutate({ params, body: { emails: next } }, { onSuccess });
  }
  function add(event: FormEvent) {
    event.preventDefault();
    replace([...list, added.trim()]);
  }
  return (
    <Card>
      <CardHeader>
        <CardTitle>E-mail</CardTitle>
      </CardHeader>
      <CardContent className="flex flex-col gap-3">
        <CardDescription>
          {isAll
            ? 'Operators are told of every alert of every organization.'
            : 'These are told of every alert of this organization.'}
        </CardDescription>
        <ul className="flex flex-col gap-1">
          {list.map((email) => (
            <li key={email} className="flex items-center gap-2">
              <Mail className="size-4 text-muted-foreground" aria-hidden />
              <span className="min-w-0 flex-1 truncate">{email}</span>
              {mayChange && (
                <Button
                  variant="ghost"
                  size="icon-sm"
                  aria-label={`Do not tell ${email} any more`}
                  onClick={() => replace(list.filter((each) => each !== email))}
                >
                  <X />
                </Button>
              )}
            </li>
          ))}
        </ul>
        {mayChange && (
          <form onSubmit={add} className="flex max-w-md items-end gap-2">
            <Field
              label="Another address"
              className="flex-1"
              error={errorAt(change.error, 'emails') ?? change.error?.message}
            >
              <Input type="email" value={added} onChange={(event) => setAdded(event.target.value)} required />
            </Field>
            <Button type="submit" variant="outline" disabled={change.isPending}>
              Add
            </Button>
          </form>
        )}
      </CardContent>
    </Card>
  );
}
