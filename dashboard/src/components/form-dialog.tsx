import type { FormEvent, ReactNode } from 'react';
import { ApiError } from '@/lib/api.ts';
import { AsCurl } from './as-curl.tsx';
import { ErrorState } from './error-state.tsx';
import { Button } from './ui/button.tsx';
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFooter } from './ui/dialog.tsx';

interface FormDialogProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly title: string;
  readonly description?: ReactNode;
  /** The button's words: "Create budget". */
  readonly action: string;
  readonly onSubmit: () => void;
  readonly pending: boolean;
  readonly error: ApiError | null;
  /** Names of the fields, each of which shows its own error by `errorAt`. What is wrong elsewhere is shown below. */
  readonly fields: readonly string[];
  readonly curl?: {
    readonly route: string;
    readonly params?: Readonly<Record<string, string>>;
    readonly body?: unknown;
  };
  readonly children: ReactNode;
}

/** A form in a window. What was typed stays when it fails; the window closes when whoever opened it says so. */
export function FormDialog(props: FormDialogProps) {
  const { open, onOpenChange, title, description, action, onSubmit, pending, error, fields, curl, children } = props;
  function submit(event: FormEvent) {
    event.preventDefault();
    onSubmit();
  }
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent title={title} description={description}>
        <form onSubmit={submit} className="flex min-h-0 flex-1 flex-col">
          <DialogBody className="flex flex-col gap-4">
            {children}
            {error !== null && !fields.some((field) => errorAt(error, field) !== undefined) && (
              <ErrorState error={error} />
            )}
            {curl !== undefined && <AsCurl {...curl} />}
          </DialogBody>
          <DialogFooter>
            <DialogClose render={<Button variant="outline" />}>Cancel</DialogClose>
            <Button type="submit" disabled={pending}>
              {action}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}

/** What the API said of this field, or of something in it. */
export function errorAt(error: unknown, field: string): string | undefined {
  if (!(error instanceof ApiError) || error.path === undefined) return undefined;
  const isMeant = error.path === field || error.path.startsWith(`${field}.`) || error.path.startsWith(`${field}[`);
  return isMeant ? `${error.message} ${error.remedy}` : undefined;
}
