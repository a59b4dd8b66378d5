import { MoneyInput } from '@/components/money-input.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Input } from '@/components/ui/input.tsx';
import { Label } from '@/components/ui/label.tsx';
import { Select } from '@/components/ui/select.tsx';
import { Switch } from '@/components/ui/switch.tsx';
import { type Definition, targetsOf, withField, withTargets } from './definition.ts';
import { TargetRows } from './target-rows.tsx';

const strategies = [
  ['fallback', 'Fallback: as listed'],
  ['cheapest', 'Cheapest first'],
  ['fastest', 'Fastest first'],
  ['reliable', 'Most reliable first'],
  ['balanced', 'Balanced: price, speed, reliability'],
  ['weighted', 'Weighted: a share for each'],
  ['split', 'Split: an experiment'],
  ['smart', 'Smart: by how hard the request is'],
] as const;

interface DefinitionFormProps {
  readonly definition: Definition;
  readonly onChange: (definition: Definition) => void;
  readonly disabled: boolean;
}

/** What most routes need. Everything else stays as the YAML has it. */
export function DefinitionForm({ definition, onChange, disabled }: DefinitionFormProps) {
  const strategy = String(definition.strategy ?? 'fallback');
  const price = (definition.maxPrice ?? {}) as Readonly<Record<string, number>>;
  const hedge = (definition.hedge ?? {}) as Readonly<Record<string, number>>;
  const set = (name: string, value: unknown) => onChange(withField(definition, name, value));
  const setPrice = (name: string, text: string) => {
    const { [name]: _, ...rest } = price;
    const next = text === '' ? rest : { ...rest, [name]: Number(text) };
    set('maxPrice', Object.keys(next).length === 0 ? undefined : next);
  };
  return (
    <fieldset disabled={disabled} className="flex min-w-0 flex-col gap-4">
      <legend className="sr-only">Definition</legend>
      <Field label="How it chooses">
        <Select
          items={strategies.map(([value, label]) => ({ value, label }))}
          value={strategy}
          disabled={disabled}
          onChange={(value) => set('strategy', value)}
        />
      </Field>
      <TargetRows
        targets={targetsOf(definition)}
        hasWeights={strategy === 'weighted' || strategy === 'split'}
        disabled={disabled}
        onChange={(targets) => onChange(withTargets(definition, targets))}
      />
      <div className="grid gap-3 sm:grid-cols-2">
        <Field label="Most for a million in" hint="Dearer targets are left out.">
          <MoneyInput value={String(price.input ?? '')} onChange={(text) => setPrice('input', text)} />
        </Field>
        <Field label="Most for a million out">
          <MoneyInput value={String(price.output ?? '')} onChange={(text) => setPrice('output', text)} />
        </Field>
        <Field label="Ask a second one after" hint="Milliseconds of silence; empty: never.">
          <Input
            inputMode="numeric"
            value={String(hedge.afterMs ?? '')}
            onChange={(event) => {
              const ms = Number(event.target.value);
              set('hedge', event.target.value === '' || Number.isNaN(ms) ? undefined : { ...hedge, afterMs: ms });
            }}
          />
        </Field>
      </div>
      <div className="flex items-center gap-2">
        <Switch
          id="route-continue"
          disabled={disabled}
          checked={definition.continue === true}
          onCheckedChange={(on) => set('continue', on || undefined)}
        />
        <Label htmlFor="route-continue" className="font-normal">
          Another target goes on with a stream that breaks in the middle
        </Label>
      </div>
    </fieldset>
  );
}
