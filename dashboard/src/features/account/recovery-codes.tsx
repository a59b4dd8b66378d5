import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { CopyButton } from '@/components/copy-button.tsx';
import { KeptCheck } from '@/components/kept-check.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Dialog, DialogBody, DialogContent, DialogFooter } from '@/components/ui/dialog.tsx';

/** Shown once. Does not close before somebody says that they have them. */
export function RecoveryCodes({ codes, onClose }: { codes: readonly string[]; onClose: () => void }) {
  const [kept, setKept] = useState(false);
  const queries = useQueryClient();
  async function done() {
    await queries.invalidateQueries({ queryKey: ['GET /me'] });
    onClose();
  }
  return (
    <Dialog open onOpenChange={(open) => !open && kept && done()} disablePointerDismissal>
      <DialogContent
        title="Recovery codes"
        description="The second factor is on. Each of these lets you in once without your app."
      >
        <DialogBody className="flex flex-col gap-4">
          <ul className="grid grid-cols-2 gap-x-4 gap-y-1 rounded-md border bg-muted p-3 font-mono text-xs select-all">
            {codes.map((code) => (
              <li key={code}>{code}</li>
            ))}
          </ul>
          <CopyButton text={codes.join('\n')} onCopied={() => setKept(true)} className="self-start">
            Copy them
          </CopyButton>
          <KeptCheck label="I have kept the codes in a safe place" kept={kept} onChange={setKept} />
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
