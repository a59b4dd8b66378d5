import type { ReactNode } from 'react';
import { ErrorState } from './error-state.tsx';
import { Button } from './ui/button.tsx';
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFooter } from './ui/dialog.tsx';

/** Before what cannot be undone. The children say what will stop working. Stays open, with the reason, when it fails. */
export function ConfirmDialog({
  open,
  onOpenChange,
  title,
  action,
  onConfirm,
  pending = false,
  error,
  children,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  /** The button's words: "Revoke key". */
  action: string;
  onConfirm: () => void;
  pending?: boolean;
  error?: unknown;
  children: ReactNode;
}) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent title={title} role="alertdialog" className="max-w-md">
        <DialogBody className="flex flex-col gap-3">
          <div>{children}</div>
          {error != null && <ErrorState error={error} />}
        </DialogBody>
        <DialogFooter>
          <DialogClose render={<Button variant="outline" />}>Cancel</DialogClose>
          <Button variant="destructive" disabled={pending} onClick={onConfirm}>
            {action}
          </Button>
        </DialogFooter>
      </DialogContent>
    </Dialog>
  );
}
