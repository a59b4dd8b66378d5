import { useState } from 'react';
import { AddressTabs } from '@/components/address-tabs.tsx';
import { ErrorState } from '@/components/error-state.tsx';
import { PageHeader } from '@/components/page-header.tsx';
import { Badge } from '@/components/ui/badge.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Input } from '@/components/ui/input.tsx';
import { Textarea } from '@/components/ui/textarea.tsx';
import { BacktestPanel } from './backtest-panel.tsx';
import { type Definition, fromYaml, toYaml } from './definition.ts';
import { DefinitionForm } from './definition-form.tsx';
import { SamplePanel } from './sample-panel.tsx';
import { SaveActions } from './save-actions.tsx';
import { useSaving } from './use-saving.ts';
import { VersionList } from './version-list.tsx';

interface RouteEditorProps {
  /** Undefined: it gets one here. */
  readonly name: string | undefined;
  readonly version: number | undefined;
  readonly isDeclared: boolean;
  readonly text: string;
}

/** Form and YAML of the same text, and beside them what becomes of a sample request by it. */
export function RouteEditor({ name: known, version, isDeclared, text: before }: RouteEditorProps) {
  const [text, setText] = useState(before);
  const [name, setName] = useState(known ?? '');
  const read = fromYaml(text);
  const definition = 'definition' in read ? read.definition : undefined;
  const saving = useSaving({ known, name, version });
  const set = (next: Definition) => setText(toYaml(next));
  const tabs = [
    {
      value: 'form',
      label: 'Form',
      content:
        definition === undefined ? (
          <Mistake read={read} />
        ) : (
          <DefinitionForm definition={definition} onChange={set} disabled={isDeclared} />
        ),
    },
    {
      value: 'yaml',
      label: 'YAML',
      content: (
        <Field label="Definition" hint="As it stands below routes.<name> in the configuration file.">
          <Textarea
            value={text}
            onChange={(event) => setText(event.target.value)}
            readOnly={isDeclared}
            spellCheck={false}
            className="min-h-72 font-mono text-xs"
          />
        </Field>
      ),
    },
    ...(known === undefined || isDeclared
      ? []
      : [{ value: 'history', label: 'History', content: <VersionList name={known} now={before} /> }]),
  ];
  return (
    <div className="flex flex-col gap-4">
      <PageHeader
        title={known ?? 'New route'}
        actions={
          isDeclared ? (
            <Badge variant="outline">in the configuration file</Badge>
          ) : (
            <SaveActions
              known={known}
              isChanged={text !== before || known === undefined}
              isReady={definition !== undefined && name !== ''}
              saving={saving}
              onSave={() => definition && saving.save(definition)}
            />
          )
        }
      >
        {isDeclared
          ? 'The file says what it is, and wins. It is changed there; here it can be tried.'
          : 'Requests go by it on every instance within a second.'}
      </PageHeader>
      {saving.error !== null && <ErrorState error={saving.error} />}
      <div className="grid items-start gap-6 xl:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-4">
          {known === undefined && (
            <Field label="Name" hint="What callers write as model: lower-case letters, digits, - _ and .">
              <Input value={name} onChange={(event) => setName(event.target.value.trim())} placeholder="fast" />
            </Field>
          )}
          <AddressTabs label="How to look at it" tabs={tabs} />
          {'mistake' in read && <Mistake read={read} />}
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          <SamplePanel name={known ?? (name === '' ? undefined : name)} definition={definition} />
          <BacktestPanel name={known} definition={definition} />
        </div>
      </div>
    </div>
  );
}

function Mistake({ read }: { read: ReturnType<typeof fromYaml> }) {
  if (!('mistake' in read)) return null;
  return (
    <p role="alert" className="rounded-md border border-bad/40 p-3 text-sm break-words text-bad">
      {read.mistake}
    </p>
  );
}
