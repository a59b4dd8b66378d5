/** What every model is told beside the question. */

import { Card } from '@/components/ui/card.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Input } from '@/components/ui/input.tsx';
import { Select } from '@/components/ui/select.tsx';
import { Textarea } from '@/components/ui/textarea.tsx';
import { type Effort, efforts, type Parameters, parseTools } from './conversation.ts';

interface SettingsPanelProps {
  readonly system: string;
  readonly onSystem: (text: string) => void;
  readonly parameters: Parameters;
  readonly onParameters: (change: Parameters) => void;
  readonly tools: string;
  readonly onTools: (text: string) => void;
}

const unset = 'as the model does';

export function SettingsPanel(props: SettingsPanelProps) {
  const { system, onSystem, parameters, onParameters, tools, onTools } = props;
  return (
    <Card className="order-last flex h-fit flex-col gap-4 p-4 xl:order-first" aria-label="Settings">
      <Field label="System prompt">
        <Textarea value={system} onChange={(event) => onSystem(event.target.value)} placeholder="You are …" />
      </Field>
      <div className="grid grid-cols-2 gap-3">
        <NumberField
          label="Temperature"
          step={0.1}
          max={2}
          value={parameters.temperature}
          onChange={(temperature) => onParameters({ temperature })}
        />
        <NumberField
          label="Top p"
          step={0.05}
          max={1}
          value={parameters.topP}
          onChange={(topP) => onParameters({ topP })}
        />
        <NumberField
          label="Most tokens"
          step={1}
          value={parameters.maxTokens}
          onChange={(maxTokens) => onParameters({ maxTokens })}
        />
        <Field label="Effort">
          <Select
            items={[{ value: unset, label: 'Default' }, ...efforts.map((value) => ({ value, label: value }))]}
            value={parameters.effort ?? unset}
            onChange={(value) => onParameters({ effort: value === unset ? undefined : (value as Effort) })}
          />
        </Field>
      </div>
      <Tools text={tools} onChange={onTools} />
    </Card>
  );
}

function NumberField({
  label,
  value,
  step,
  max,
  onChange,
}: {
  label: string;
  value: number | undefined;
  step: number;
  max?: number;
  onChange: (value: number | undefined) => void;
}) {
  return (
    <Field label={label}>
      <Input
        type="number"
        min={0}
        max={max}
        step={step}
        placeholder="Default"
        value={value ?? ''}
        onChange={(event) =>
          onChange(Number.isNaN(event.target.valueAsNumber) ? undefined : event.target.valueAsNumber)
        }
      />
    </Field>
  );
}

const example = `{
  "name": "weather",
  "description": "The weather of a city",
  "parameters": {
    "type": "object",
    "properties": { "city": { "type": "string" } },
    "required": ["city"]
  }
}`;

function Tools({ text, onChange }: { text: string; onChange: (text: string) => void }) {
  const wrong = wrongWith(text);
  return (
    <Field
      label="Tools"
      hint="One, or a list: name, description, and a JSON schema of the parameters."
      {...(wrong !== undefined && { error: wrong })}
    >
      <Textarea
        value={text}
        onChange={(event) => onChange(event.target.value)}
        onFocus={() => text === '' && onChange(example)}
        spellCheck={false}
        className="min-h-32 font-mono text-xs"
        placeholder={example}
      />
    </Field>
  );
}

function wrongWith(text: string): string | undefined {
  try {
    parseTools(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
