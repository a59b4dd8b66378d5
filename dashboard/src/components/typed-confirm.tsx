import { type ReactNode, useState } from 'react';
import { ErrorState } from './error-state.tsx';
import { Button } from './ui/button.tsx';
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFooter } from './ui/dialog.tsx';
import { Field } from './ui/form.tsx';
import { Input } from './ui/input.tsx';

interface TypedConfirmProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly title: string;
  /** The button's words: "Erase". */
  readonly action: string;
  /** What is to be typed before the button works. */
  readonly word: string;
  readonly onConfirm: () => void;
  readonly pending: boolean;
  readonly error?: unknown;
  readonly children: ReactNode;
}

/** Before what takes something away from many, for ever: nobody does it with one click. */
export function TypedConfirm(props: TypedConfirmProps) {
  const { open, onOpenChange, title } = props;
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent title={title} role="alertdialog" className="max-w-md">
        <Body {...props} />
      </DialogContent>
    </Dialog>
  );
}

/** Empty again whenever it is opened. */
function Body({ action, word, onConfirm, pending, error, children }: TypedConfirmProps) {
  const [typed, setTyped] = useState('');
  return (
    <form
      className="flex min-h-0 flex-1 flex-col"
      onSubmit={(event) => {
        event.preventDefault();
        if (typed === word) onConfirm();
      }}
    >
      <DialogBody className="flex flex-col gap-3">
        <div className="flex flex-col gap-2">{children}</div>
        <Field
          label={
            <>
              Type <b className="wrap-anywhere">{word}</b> to go on
            </>
          }
        >
          <Input
            value={typed}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            onChange={(event) => setTyped(event.target.value)}
          />
        </Field>
        {error != null && <ErrorState error={error} />}
      </DialogBody>
      <DialogFooter>
        <DialogClose render={<Button variant="outline" />}>Cancel</DialogClose>
        <Button type="submit" variant="destructive" disabled={pending || typed !== word}>
          {action}
        </Button>
      </DialogFooter>
    </form>
  );
}
