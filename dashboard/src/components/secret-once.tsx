import { TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { KeptCheck } from '@/components/kept-check.tsx';
import { CopyButton } from './copy-button.tsx';
import { Button } from './ui/button.tsx';
import { Dialog, DialogBody, DialogContent, DialogFooter } from './ui/dialog.tsx';

/** A secret that nobody can show again. Does not close before it was copied, or somebody says that they have it. */
export function SecretOnce({
  secret,
  title,
  what,
  onDone,
}: {
  /** Undefined: closed. */
  secret: string | undefined;
  title: string;
  /** "key", "signing secret" */
  what: string;
  onDone: () => void;
}) {
  const [kept, setKept] = useState(false);
  function done() {
    setKept(false);
    onDone();
  }
  return (
    <Dialog open={secret !== undefined} onOpenChange={(open) => !open && kept && done()} disablePointerDismissal>
      <DialogContent title={title}>
        <DialogBody className="flex flex-col gap-4">
          <p className="flex gap-2">
            <TriangleAlert className="mt-0.5 size-4 shrink-0 text-warning" aria-hidden />
            This is the only time that the whole {what} is shown. Tollgate keeps a fingerprint of it alone.
          </p>
          <div className="flex items-center gap-2 rounded-md border bg-muted px-3 py-2">
            <code className="min-w-0 flex-1 font-mono text-xs break-all select-all">{secret}</code>
            <CopyButton text={secret ?? ''} label={`Copy the ${what}`} onCopied={() => setKept(true)} />
          </div>
          <KeptCheck label={`I have copied the ${what} to a safe place`} kept={kept} onChange={setKept} />
        </DialogBody>
        <DialogFooter>
          <Button disabled={!kept} onClick={done}>
            Done
          </Button>
        </DialogFooter>
      </DialogContent>
    </Dialog>
  );
}
