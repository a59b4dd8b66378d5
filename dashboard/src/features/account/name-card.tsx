import { useQueryClient } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { errorAt } from '@/components/form-dialog.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Card, CardContent, CardHeader, CardTitle } from '@/components/ui/card.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Input } from '@/components/ui/input.tsx';
import { toast } from '@/components/ui/toast.tsx';
import { textOf } from '@/features/sign-in/auth.ts';
import { useChange } from '@/lib/api.ts';

export function NameCard({ name }: { name: string }) {
  const queries = useQueryClient();
  const change = useChange('PATCH /me', ['GET /me']);
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const body = { name: textOf(event.currentTarget, 'name') };
    const onSuccess = () => {
      toast.done('Name saved');
      return queries.invalidateQueries({ queryKey: ['session'] });
    };
    change.mutate({ body }, { onSuccess });
  }
  return (
    <Card>
      <CardHeader>
        <CardTitle>Name</CardTitle>
      </CardHeader>
      <CardContent>
        <form onSubmit={submit} className="flex flex-wrap items-end gap-3">
          <Field
            label="Your name"
            error={errorAt(change.error, 'name') ?? change.error?.message}
            className="w-64 max-w-full"
          >
            <Input name="name" defaultValue={name} autoComplete="name" maxLength={100} required />
          </Field>
          <Button type="submit" variant="outline" disabled={change.isPending}>
            Save
          </Button>
        </form>
      </CardContent>
    </Card>
  );
}
