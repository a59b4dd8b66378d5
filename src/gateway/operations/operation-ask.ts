/** What a request for an operation asks for, read from its JSON body or from the fields of its form. */
import type { IncomingMessage } from 'node:http';
import { readForReport } from '../../dialects/door.ts';
import { noUsage } from '../../llm/usage.ts';
import type { ModelOperation, PathParts, Said } from '../../operations/operation.ts';
import { checkModel, readAsk, receiveBody } from '../body.ts';
import type { GatewaySettings } from '../settings.ts';
import type { OperationAsk } from './operation-call.ts';
import { receiveUpload } from './upload.ts';

/** Reads as much of the body as it takes to know the model. Rejects with LlmFailure. */
export async function receiveAsk(
  request: IncomingMessage,
  operation: ModelOperation,
  parts: PathParts,
  settings: GatewaySettings,
): Promise<OperationAsk> {
  const isForm = /^multipart\/form-data\b/i.test(request.headers['content-type'] ?? '');
  if (operation.body === 'multipart' && isForm) return askOfForm(request, operation, settings);
  const body = await receiveBody(request, settings);
  const asked = parts.model === undefined ? undefined : { model: parts.model, stream: false };
  const door = { dialect: { rawKeys: [] }, modelDefault: operation.modelDefault };
  const { scan, model, stream, inBody } = readAsk(body, { door, asked });
  const said: Said = { field: (name) => readForReport(scan, name), fileBytes: 0 };
  const expected = { ...noUsage, ...operation.expect(said) };
  const wantsEvents = stream || said.field('stream_format') === 'sse';
  return { model, stream: wantsEvents, inputTokensEstimate: expected.input, expected, said, json: { scan, inBody } };
}

async function askOfForm(
  request: IncomingMessage,
  operation: ModelOperation,
  settings: GatewaySettings,
): Promise<OperationAsk> {
  const upload = await receiveUpload(request, settings, {
    bytesMax: settings.uploadBytesMax,
    wanted: ['model'],
  });
  try {
    const model = checkModel(upload.field('model') ?? operation.modelDefault);
    const expected = { ...noUsage, ...operation.expect(upload) };
    const stream = upload.field('stream') === 'true';
    return { model, stream, inputTokensEstimate: expected.input, expected, said: upload, upload };
  } catch (error) {
    upload.discard();
    throw error;
  }
}
