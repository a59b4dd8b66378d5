import { useState } from 'react';
import { errorAt, FormDialog } from '@/components/form-dialog.tsx';
import { MoneyInput } from '@/components/money-input.tsx';
import { SecretOnce } from '@/components/secret-once.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Input } from '@/components/ui/input.tsx';
import { Select } from '@/components/ui/select.tsx';
import { toast } from '@/components/ui/toast.tsx';
import { useChange } from '@/lib/api.ts';
import { useSession } from '@/lib/session.ts';
import { KeyFields, keyFieldNames } from './key-fields.tsx';
import { blankDraft, expiryOf, type KeyDraft, limitsOf, listOf } from './keys.ts';

const kinds = [
  { value: 'call', label: 'Calls models' },
  { value: 'management', label: 'Manages' },
] as const;

/** At most what the viewer may: the API refuses more. */
const grants: Readonly<Record<string, readonly string[]>> = {
  operator: ['viewer', 'developer', 'billing', 'admin', 'owner', 'operator'],
  owner: ['viewer', 'developer', 'billing', 'admin', 'owner'],
  admin: ['viewer', 'developer', 'billing', 'admin'],
  billing: ['viewer', 'billing'],
  developer: ['viewer', 'developer'],
  viewer: ['viewer'],
};

export function NewKey({ organizationId, onClose }: { organizationId: string; onClose: () => void }) {
  const [draft, setDraft] = useState<KeyDraft>(blankDraft);
  const [secret, setSecret] = useState<string>();
  const { role } = useSession();
  const create = useChange('POST /keys', ['GET /keys', 'GET /projects']);
  const limit = useChange('POST /budgets', ['GET /budgets']);
  const set = (part: Partial<KeyDraft>) => setDraft({ ...draft, ...part });
  const at = (field: string) => errorAt(create.error, field);
  const body = bodyOf(draft, organizationId);
  async function submit() {
    const made = await create.mutateAsync({ body }).catch(() => undefined);
    if (made === undefined) return;
    setSecret(made.key);
    if (draft.budget === '' || draft.kind === 'management') return;
    const budget = { organizationId, owner: 'key', ownerName: made.id, unit: 'usd', window: 'month' } as const;
    await limit
      .mutateAsync({ body: { ...budget, limit: draft.budget, action: 'refuse' } })
      .catch((error: Error) => toast.failed('The key is there, its budget is not', error.message));
  }
  return (
    <>
      <FormDialog
        open={secret === undefined}
        onOpenChange={(open) => !open && secret === undefined && onClose()}
        title="New key"
        description="It works everywhere within a second, and is shown once."
        action="Create key"
        pending={create.isPending}
        error={create.error}
        fields={[...keyFieldNames, 'scope', 'project']}
        onSubmit={() => void submit()}
        curl={{ route: 'POST /keys', body }}
      >
        <Field label="Name" error={at('name')}>
          <Input value={draft.name} onChange={(event) => set({ name: event.target.value })} maxLength={100} required />
        </Field>
        <Field label="What it does">
          <Select items={kinds} value={draft.kind} onChange={(kind) => set({ kind })} />
        </Field>
        {draft.kind === 'management' ? (
          <Field label="Role" hint="At most your own." error={at('scope')}>
            <Select
              items={(grants[role] ?? []).map((each) => ({ value: each, label: each }))}
              value={draft.scope}
              onChange={(scope) => set({ scope })}
            />
          </Field>
        ) : (
          <>
            <div className="grid grid-cols-2 gap-4">
              <Field label="Project" hint="Made if it is not there." error={at('project')}>
                <Input value={draft.project} onChange={(event) => set({ project: event.target.value })} />
              </Field>
              <Field label="Budget a month" hint="Empty: none.">
                <MoneyInput value={draft.budget} onChange={(budget) => set({ budget })} />
              </Field>
            </div>
            <KeyFields draft={draft} set={set} error={create.error} />
          </>
        )}
      </FormDialog>
      <SecretOnce secret={secret} title={`The key ${draft.name}`} what="key" onDone={onClose} />
    </>
  );
}

function bodyOf(draft: KeyDraft, organizationId: string) {
  const { name, kind, scope, project, models, tags, expires } = draft;
  if (kind === 'management') return { name, organizationId, kind, scope: scope as 'viewer' };
  const limits = limitsOf(draft);
  return {
    name,
    organizationId,
    ...(project.trim() !== '' && { project: project.trim() }),
    ...(models.trim() !== '' && { models: listOf(models) }),
    ...(limits !== null && { limits }),
    ...(expires !== '' && { expiresAt: expiryOf(expires) }),
    ...(tags.trim() !== '' && { tags: listOf(tags) }),
  };
}
