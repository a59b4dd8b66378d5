import { useQueryClient } from '@tanstack/react-query';
import { useRouter, useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { Button } from '@/components/ui/button.tsx';
import { Card, CardContent, CardHeader } from '@/components/ui/card.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Input } from '@/components/ui/input.tsx';
import { ApiError } from '@/lib/api.ts';
import { storeKey } from '@/lib/key.ts';
import { sessionQuery } from '@/lib/session.ts';

export function SignInPage() {
  const { back } = useSearch({ from: '/public/sign-in' });
  const [error, setError] = useState<string>();
  const queries = useQueryClient();
  const router = useRouter();
  async function signIn(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    storeKey(String(new FormData(event.currentTarget).get('key')).trim());
    try {
      await queries.fetchQuery({ ...sessionQuery(undefined), staleTime: 0 });
      await router.navigate({ to: inside(back) });
    } catch (failure) {
      storeKey(undefined);
      setError(failure instanceof ApiError ? failure.message : String(failure));
    }
  }
  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <Card className="w-full max-w-sm">
        <CardHeader>
          <h1 className="text-base font-semibold">Sign in to Tollgate</h1>
        </CardHeader>
        <CardContent>
          <form onSubmit={signIn} className="flex flex-col gap-4">
            <Field label="Management key" hint="It stays in this tab alone." error={error}>
              <Input name="key" type="password" autoComplete="off" placeholder="tgm-…" required />
            </Field>
            <Button type="submit">Sign in</Button>
          </form>
        </CardContent>
      </Card>
    </main>
  );
}

/** Only into this dashboard: an address that leads elsewhere would lend its name to somebody's imitation of it. */
function inside(back: string | undefined): string {
  return back !== undefined && /^\/dashboard\/(?!\/)/.test(back) ? back.slice('/dashboard'.length) : '/';
}
