import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { FormDialog } from '@/components/form-dialog.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Input } from '@/components/ui/input.tsx';
import { toast } from '@/components/ui/toast.tsx';
import { askAuth } from '@/features/sign-in/auth.ts';
import type { ApiError } from '@/lib/api.ts';

export function DisableDialog({ onClose }: { onClose: () => void }) {
  const [password, setPassword] = useState('');
  const queries = useQueryClient();
  const disable = useMutation<unknown, ApiError>({
    mutationFn: () => askAuth('/two-factor/disable', { password }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['GET /me'] });
      toast.done('The second factor is off');
      onClose();
    },
  });
  return (
    <FormDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Turn the second factor off"
      description="Your password alone lets you in then, and the recovery codes work no more."
      action="Turn off"
      pending={disable.isPending}
      error={disable.error}
      fields={[]}
      onSubmit={() => disable.mutate()}
    >
      <Field label="Password">
        <Input
          type="password"
          autoComplete="current-password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          required
        />
      </Field>
    </FormDialog>
  );
}
