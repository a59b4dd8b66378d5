import { errorAt } from '@/components/form-dialog.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Input } from '@/components/ui/input.tsx';
import type { ApiError } from '@/lib/api.ts';
import type { KeyDraft } from './keys.ts';

export const keyFieldNames = [
  'name',
  'models',
  'tags',
  'expiresAt',
  'limits.requestsPerMinute',
  'limits.tokensPerMinute',
] as const;

interface KeyFieldsProps {
  readonly draft: KeyDraft;
  readonly set: (part: Partial<KeyDraft>) => void;
  readonly error: ApiError | null;
}

/** What a new key and one that is changed have in common. */
export function KeyFields({ draft, set, error }: KeyFieldsProps) {
  const at = (field: string) => errorAt(error, field);
  const digits = (text: string) => text.replaceAll(/\D/g, '');
  return (
    <>
      <Field label="Models" hint="Patterns with commas: openai/*, main. Empty: all." error={at('models')}>
        <Input value={draft.models} onChange={(event) => set({ models: event.target.value })} placeholder="all" />
      </Field>
      <div className="grid grid-cols-2 gap-4">
        <Field label="Requests a minute" error={at('limits.requestsPerMinute')}>
          <Input
            inputMode="numeric"
            placeholder="no limit"
            value={draft.requestsPerMinute}
            onChange={(event) => set({ requestsPerMinute: digits(event.target.value) })}
          />
        </Field>
        <Field label="Tokens a minute" error={at('limits.tokensPerMinute')}>
          <Input
            inputMode="numeric"
            placeholder="no limit"
            value={draft.tokensPerMinute}
            onChange={(event) => set({ tokensPerMinute: digits(event.target.value) })}
          />
        </Field>
      </div>
      <div className="grid grid-cols-2 gap-4">
        <Field label="Works until" hint="Empty: for ever." error={at('expiresAt')}>
          <Input type="date" value={draft.expires} onChange={(event) => set({ expires: event.target.value })} />
        </Field>
        <Field label="Tags" hint="On each of its requests." error={at('tags')}>
          <Input
            value={draft.tags}
            onChange={(event) => set({ tags: event.target.value })}
            placeholder="team:web, ci"
          />
        </Field>
      </div>
    </>
  );
}
