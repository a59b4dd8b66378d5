import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Fingerprint } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { ConfirmDialog } from '@/components/confirm-dialog.tsx';
import { ErrorState } from '@/components/error-state.tsx';
import { RelativeTime } from '@/components/figures.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from '@/components/ui/card.tsx';
import { Input } from '@/components/ui/input.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { askAuth, textOf } from '@/features/sign-in/auth.ts';
import { addPasskey, canPasskey } from '@/features/sign-in/passkey.ts';

interface Passkey {
  readonly id: string;
  readonly name: string | null;
  readonly createdAt: string | null;
}

const listKey = ['passkeys'];

export function PasskeysCard() {
  const passkeys = useQuery({ queryKey: listKey, queryFn: () => askAuth<Passkey[]>('/passkey/list-user-passkeys') });
  const [removing, setRemoving] = useState<Passkey>();
  return (
    <Card>
      <CardHeader>
        <CardTitle>Passkeys</CardTitle>
      </CardHeader>
      <CardContent className="flex flex-col gap-3">
        <CardDescription>Sign in by fingerprint, face or a security key, without a password.</CardDescription>
        {passkeys.error !== null && <ErrorState error={passkeys.error} onRetry={passkeys.refetch} />}
        {passkeys.isPending && <Skeleton className="h-9" />}
        <ul className="divide-y">
          {passkeys.data?.map((passkey) => (
            <li key={passkey.id} className="flex items-center gap-3 py-2">
              <Fingerprint className="size-4 text-muted-foreground" aria-hidden />
              <span className="min-w-0 flex-1 truncate">{passkey.name ?? 'Passkey'}</span>
              <RelativeTime time={passkey.createdAt} className="text-muted-foreground" />
              <Button variant="outline" size="sm" onClick={() => setRemoving(passkey)}>
                Remove
              </Button>
            </li>
          ))}
        </ul>
        {canPasskey() && <AddForm />}
      </CardContent>
      {removing !== undefined && <RemoveDialog passkey={removing} onClose={() => setRemoving(undefined)} />}
    </Card>
  );
}

function AddForm() {
  const queries = useQueryClient();
  const add = useMutation({
    mutationFn: addPasskey,
    onSuccess: () => queries.invalidateQueries({ queryKey: listKey }),
  });
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    add.mutate(textOf(form, 'name'), { onSuccess: () => form.reset() });
  }
  return (
    <form onSubmit={submit} className="flex flex-wrap items-center gap-2">
      <Input
        name="name"
        aria-label="Name of the new passkey"
        placeholder="My laptop"
        maxLength={60}
        required
        className="w-56"
      />
      <Button type="submit" variant="outline" disabled={add.isPending}>
        Add a passkey
      </Button>
      {add.error !== null && <ErrorState error={add.error} title="No passkey was added." />}
    </form>
  );
}

function RemoveDialog({ passkey, onClose }: { passkey: Passkey; onClose: () => void }) {
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: () => askAuth('/passkey/delete-passkey', { id: passkey.id }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: listKey });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Remove ${passkey.name ?? 'this passkey'}?`}
      action="Remove passkey"
      onConfirm={() => remove.mutate()}
      pending={remove.isPending}
      error={remove.error}
    >
      The device cannot sign in with it any more.
    </ConfirmDialog>
  );
}
