import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { ErrorState } from '@/components/error-state.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from '@/components/ui/card.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Input } from '@/components/ui/input.tsx';
import { toast } from '@/components/ui/toast.tsx';
import { askAuth, passwordOf } from '@/features/sign-in/auth.ts';
import { NewPasswordField } from '@/features/sign-in/password-fields.tsx';

export function PasswordCard({ hasPassword }: { hasPassword: boolean }) {
  return (
    <Card>
      <CardHeader>
        <CardTitle>Password</CardTitle>
      </CardHeader>
      <CardContent>
        {hasPassword ? (
          <PasswordForm />
        ) : (
          <CardDescription>
            You sign in by single sign-on, and have no password. An operator can give you one:{' '}
            <code>tollgate admin link --email …</code>
          </CardDescription>
        )}
      </CardContent>
    </Card>
  );
}

function PasswordForm() {
  const queries = useQueryClient();
  const change = useMutation({ mutationFn: (body: object) => askAuth('/change-password', body) });
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const body = { currentPassword: passwordOf(form, 'current'), newPassword: passwordOf(form) };
    const onSuccess = () => {
      form.reset();
      toast.done('Password changed', 'All of your other sessions have ended.');
      return queries.invalidateQueries({ queryKey: ['GET /me/sessions'] });
    };
    change.mutate(body, { onSuccess });
  }
  return (
    <form onSubmit={submit} className="flex max-w-xs flex-col gap-4">
      <Field label="Current password">
        <Input name="current" type="password" autoComplete="current-password" required />
      </Field>
      <NewPasswordField error={change.error} label="New password" />
      {change.error !== null && <ErrorState error={change.error} />}
      <Button type="submit" variant="outline" className="self-start" disabled={change.isPending}>
        Change password
      </Button>
    </form>
  );
}
