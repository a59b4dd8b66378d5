import { CopyButton } from '@/components/copy-button.tsx';

/** Everything, as the API says it. */
export function RawJson({ value }: { value: object }) {
  const text = JSON.stringify(value, null, 2);
  return (
    <details className="rounded-lg border bg-card">
      <summary className="px-4 py-2.5 font-medium select-none">Raw JSON</summary>
      <div className="relative border-t">
        <pre tabIndex={0} className="max-h-96 overflow-auto p-4 pr-12 font-mono text-xs leading-5">
          {text}
        </pre>
        <CopyButton text={text} label="Copy the JSON" className="absolute top-2 right-4" />
      </div>
    </details>
  );
}
