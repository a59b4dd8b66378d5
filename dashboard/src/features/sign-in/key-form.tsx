import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { Button } from '@/components/ui/button.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Input } from '@/components/ui/input.tsx';
import { storeKey } from '@/lib/key.ts';
import { sessionQuery } from '@/lib/session.ts';
import { inside, textOf } from './auth.ts';

/** With a management key instead of an account. */
export function KeyForm({ back }: { back: string | undefined }) {
  const queries = useQueryClient();
  const router = useRouter();
  const signIn = useMutation({
    mutationFn: async (key: string) => {
      storeKey(key);
      queries.clear();
      await queries.fetchQuery({ ...sessionQuery(undefined), staleTime: 0 });
    },
    onSuccess: () => router.history.push(`/dashboard${inside(back)}`),
    onError: () => storeKey(undefined),
  });
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    signIn.mutate(textOf(event.currentTarget, 'key'));
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <Field label="Management key" hint="It stays in this tab alone." error={signIn.error?.message}>
        <Input name="key" type="password" autoComplete="off" placeholder="tgm-…" autoFocus required />
      </Field>
      <Button type="submit" size="lg" disabled={signIn.isPending}>
        Sign in
      </Button>
    </form>
  );
}
