import type { ContentRule } from '@tollgate/client';
import { type FormEvent, useId, useState } from 'react';
import { ErrorState } from '@/components/error-state.tsx';
import { errorAt } from '@/components/form-dialog.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Input } from '@/components/ui/input.tsx';
import { Label } from '@/components/ui/label.tsx';
import { Select } from '@/components/ui/select.tsx';
import { Switch } from '@/components/ui/switch.tsx';
import { Textarea } from '@/components/ui/textarea.tsx';
import { toast } from '@/components/ui/toast.tsx';
import { useChange } from '@/lib/api.ts';
import { useMay } from '@/lib/session.ts';
import { patternsOf } from './content-words.ts';

const choices = [
  { value: 'none', label: 'Nothing' },
  { value: 'asked', label: 'Where a key or a request asks for it' },
  { value: 'all', label: 'Everything that nobody forbids' },
] as const;
const bytesInKib = 1024;
const fields = ['keep', 'days', 'bytesMax', 'redact', 'operatorsMayRead'] as const;

export function ContentRuleForm({ organizationId, rule }: { organizationId: string; rule: ContentRule }) {
  const before = draftOf(rule);
  const [draft, setDraft] = useState(before);
  const set = (part: Partial<Draft>) => setDraft({ ...draft, ...part });
  const route = 'PATCH /organizations/{organizationId}/content-settings';
  const disabled = !useMay(route);
  const { mutate, error, isPending } = useChange(route, ['GET /organizations/{organizationId}/content-settings']);
  const at = (field: (typeof fields)[number]) => errorAt(error, field);
  const isSame = JSON.stringify(draft) === JSON.stringify(before);
  function submit(event: FormEvent) {
    event.preventDefault();
    const input = { params: { organizationId }, body: bodyOf(draft, before) };
    mutate(input, { onSuccess: () => toast.done('Saved for new requests') });
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <Field label="What is kept" error={at('keep')}>
        <Select items={choices} value={draft.keep} onChange={(keep) => set({ keep })} disabled={disabled} />
      </Field>
      <div className="grid gap-4 sm:grid-cols-2">
        <Whole
          label="Days"
          hint="After them it is deleted."
          error={at('days')}
          value={draft.days}
          disabled={disabled}
          onChange={(days) => set({ days })}
        />
        <Whole
          label="KiB at most"
          hint="Of each side; the rest is cut."
          error={at('bytesMax')}
          value={draft.kib}
          disabled={disabled}
          onChange={(kib) => set({ kib })}
        />
      </div>
      <Toggle
        label="Take out what looks like a secret key"
        checked={draft.secrets}
        disabled={disabled}
        onChange={(secrets) => set({ secrets })}
      />
      <Field
        label="Patterns to take out"
        hint="One a line: email, card, phone, or a text in which # is a digit, @ a letter or digit, and one * the rest of a word."
        error={at('redact')}
      >
        <Textarea
          rows={3}
          spellCheck={false}
          placeholder="ACME-####-####"
          value={draft.patterns}
          disabled={disabled}
          onChange={(event) => set({ patterns: event.target.value })}
        />
      </Field>
      <div>
        <Toggle
          label="Operators of the installation may read it"
          checked={draft.operatorsMayRead}
          disabled={disabled}
          onChange={(operatorsMayRead) => set({ operatorsMayRead })}
        />
        {at('operatorsMayRead') !== undefined && (
          <p role="alert" className="mt-1 text-xs text-bad">
            {at('operatorsMayRead')}
          </p>
        )}
      </div>
      {error !== null && !fields.some((field) => at(field) !== undefined) && <ErrorState error={error} />}
      {!disabled && (
        <Button type="submit" className="w-fit" disabled={isPending || isSame}>
          Save what is kept
        </Button>
      )}
    </form>
  );
}

interface Draft {
  readonly keep: ContentRule['keep'];
  readonly days: string;
  readonly kib: string;
  readonly secrets: boolean;
  readonly patterns: string;
  readonly operatorsMayRead: boolean;
}

function draftOf({ keep, days, bytesMax, redact, operatorsMayRead }: ContentRule): Draft {
  const kib = String(bytesMax / bytesInKib);
  return {
    keep,
    days: String(days),
    kib,
    secrets: redact.secrets,
    patterns: redact.patterns.join('\n'),
    operatorsMayRead,
  };
}

/** What was not touched is left out: an operator may not even repeat what members alone may say. */
function bodyOf({ keep, days, kib, secrets, patterns, operatorsMayRead }: Draft, before: Draft) {
  return {
    keep,
    days: Number(days),
    ...(kib !== before.kib && { bytesMax: Math.round(Number(kib) * bytesInKib) }),
    redact: { secrets, patterns: patternsOf(patterns) },
    ...(operatorsMayRead !== before.operatorsMayRead && { operatorsMayRead }),
  };
}

interface WholeProps {
  readonly label: string;
  readonly hint: string;
  readonly error: string | undefined;
  readonly value: string;
  readonly disabled: boolean;
  readonly onChange: (value: string) => void;
}

function Whole({ label, hint, error, value, disabled, onChange }: WholeProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      <Input
        inputMode="numeric"
        required
        value={value}
        disabled={disabled}
        onChange={(event) => onChange(event.target.value.replaceAll(/\D/g, ''))}
      />
    </Field>
  );
}

interface ToggleProps {
  readonly label: string;
  readonly checked: boolean;
  readonly disabled: boolean;
  readonly onChange: (checked: boolean) => void;
}

function Toggle({ label, checked, disabled, onChange }: ToggleProps) {
  const id = useId();
  return (
    <div className="flex items-center justify-between gap-4">
      <Label htmlFor={id}>{label}</Label>
      <Switch id={id} checked={checked} disabled={disabled} onCheckedChange={onChange} />
    </div>
  );
}
