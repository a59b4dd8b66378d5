/** `npm run conformance -- --vendor x --model m`: tries a provider through the real gateway, and says what works. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { DialectId } from '../src/llm/chat.ts';
import { recordingOf } from './recording.ts';
import { renderReport } from './report.ts';
import { callerDialects, runSuite } from './suite.ts';
import { openTarget } from './target.ts';

const usage = `Tries a provider through the real gateway, in each dialect of callers. Needs a live key; costs a few cents.

  npm run conformance -- --vendor groq --model openai/gpt-oss-20b          key from GROQ_API_KEY
  npm run conformance -- --url http://127.0.0.1:8000/v1 --model qwen3      any address
  npm run conformance -- --vendor mock --model echo                        without any key

  --vendor ID           a vendor of src/providers, its key and settings from its own variables
  --url ADDRESS         another address of the vendor; without --vendor any address
  --key KEY             instead of the vendor's variable
  --dialect D           what the address speaks (default openai-chat)
  --model M             the model to ask
  --model-for CASE=M    another one for cases that begin so (thinking=o4-mini); may be repeated
  --caller D            only this dialect of callers; may be repeated. There are: ${callerDialects().join(', ')}
  --only CASE           only cases that begin so; may be repeated
  --record FILE         keeps what the provider answered, as a recording for the tests
  --json                results as JSON

Exit code 0: nothing failed. 1: something did. 2: wrong options.
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      vendor: { type: 'string' },
      url: { type: 'string' },
      key: { type: 'string' },
      dialect: { type: 'string' },
      model: { type: 'string' },
      'model-for': { type: 'string', multiple: true, default: [] },
      caller: { type: 'string', multiple: true },
      only: { type: 'string', multiple: true },
      record: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help || values.model === undefined || (values.vendor === undefined && values.url === undefined)) {
    (values.help ? process.stdout : process.stderr).write(usage);
    return values.help ? 0 : 2;
  }
  const dialects = values.caller?.map(callerOf);
  const target = await openTarget({ ...values, env: process.env });
  try {
    const { results, seen } = await runSuite({
      active: target.active,
      model: values.model,
      modelFor: Object.fromEntries(values['model-for'].map(pairOf)),
      ...(dialects && { dialects }),
      ...(values.only && { only: values.only }),
    });
    if (values.record !== undefined) writeFileSync(values.record, recordingOf(target.active.id, seen));
    process.stdout.write(values.json ? `${JSON.stringify({ results }, undefined, 2)}\n` : renderReport(results));
    return results.some(({ outcome }) => outcome.state === 'fail') ? 1 : 0;
  } finally {
    await target.close();
  }
}

function callerOf(name: string): DialectId {
  const known = callerDialects().find((dialect) => dialect === name);
  if (known === undefined) throw new Error(`--caller ${name}: there are ${callerDialects().join(', ')}.`);
  return known;
}

function pairOf(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new Error(`--model-for ${text}: write CASE=MODEL.`);
  return [text.slice(0, at), text.slice(at + 1)];
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  return 2;
});
