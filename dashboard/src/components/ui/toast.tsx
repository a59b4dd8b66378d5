import { Toast as Base } from '@base-ui/react/toast';
import { CircleAlert, CircleCheck, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';

const manager = Base.createToastManager();

/** What happened, in a few words at the corner. What must be read belongs into the page. */
export const toast = {
  done: (title: string, description?: ReactNode) => manager.add({ title, description, type: 'done' }),
  failed: (title: string, description?: ReactNode) =>
    manager.add({ title, description, type: 'failed', timeout: 10_000, priority: 'high' }),
  /** With a way back: `toast.undo('Key revoked', () => …)`. */
  undo: (title: string, undo: () => void) =>
    manager.add({ title, type: 'done', timeout: 10_000, actionProps: { children: 'Undo', onClick: undo } }),
};

export function Toaster() {
  return (
    <Base.Provider toastManager={manager} limit={3}>
      <Base.Portal>
        <Base.Viewport className="fixed right-4 bottom-4 z-60 flex w-[calc(100vw-2rem)] flex-col gap-2 sm:w-90">
          <ToastList />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  );
}

function ToastList() {
  const { toasts } = Base.useToastManager();
  return toasts.map((each) => (
    <Base.Root
      key={each.id}
      toast={each}
      className="rounded-md border bg-popover text-popover-foreground shadow-lg transition-opacity duration-100 data-ending-style:opacity-0 data-limited:hidden data-starting-style:opacity-0"
    >
      <Base.Content className="flex items-start gap-2.5 p-3">
        {each.type === 'failed' ? (
          <CircleAlert className="mt-0.5 size-4 shrink-0 text-bad" />
        ) : (
          <CircleCheck className="mt-0.5 size-4 shrink-0 text-good" />
        )}
        <div className="min-w-0 flex-1">
          <Base.Title className="text-sm font-medium" />
          <Base.Description className="mt-0.5 text-sm break-words text-muted-foreground" />
        </div>
        <Base.Action render={<Button size="sm" variant="outline" />} />
        <Base.Close render={<Button size="icon-sm" variant="ghost" aria-label="Dismiss" />}>
          <X />
        </Base.Close>
      </Base.Content>
    </Base.Root>
  ));
}
