/**
 * InvokeModel for callers whose body is Anthropic's: model and form stand in the path, the version and the betas in the
 * body, and a stream comes in chunks.
 * https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages.html
 */
import type { JsonEdit, JsonScan } from '../../lib/json.ts';
import { readField } from '../../lib/json.ts';
import { messagesDoor } from '../anthropic/door.ts';
import { anthropic } from '../anthropic/index.ts';
import type { Dialect } from '../dialect.ts';
import type { Door, RelayPlan } from '../door.ts';
import { chunkWrapper } from './chunks.ts';
import { modelPath } from './door.ts';
import { renderError } from './error.ts';
import { awsFraming } from './framing.ts';

/** Anthropic's dialect in what InvokeModel lays around it. */
export const anthropicInvoked: Dialect = {
  ...anthropic,
  parseRequest: ({ anthropic_version: _version, anthropic_beta: _beta, ...body }, asked) =>
    anthropic.parseRequest({ ...body, ...asked }, asked),
  renderError,
  wrapping: {
    contentType: awsFraming.contentType,
    wrapper: () => chunkWrapper((data) => anthropic.parseError(200, {}, data)),
  },
};

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html */
export const invokeDoor: Door = {
  ...messagesDoor,
  path: '/model/{modelId}/invoke',
  aliases: [],
  match: modelPath('invoke', false),
  dialect: anthropicInvoked,
  modelInBody: true,
  // Agents send their betas in the header, SDKs in the body.
  forwardedHeaders: ['anthropic-beta'],
  forwardedQuery: [],
  limitHeaders: () => ({}),
  planRelay,
};

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModelWithResponseStream.html */
export const invokeStreamDoor: Door = {
  ...invokeDoor,
  path: '/model/{modelId}/invoke-with-response-stream',
  match: modelPath('invoke-with-response-stream', true),
};

/** The body as the Messages API has it: whoever takes it in another form has quirks for that. */
function planRelay(scan: JsonScan, stream: boolean): RelayPlan {
  const { edits, withholdUsage } = messagesDoor.planRelay(scan, stream);
  const betas = readField(scan, 'anthropic_beta');
  const own: JsonEdit[] = [
    { name: 'anthropic_version', value: undefined },
    { name: 'anthropic_beta', value: undefined },
    { name: 'stream', value: stream ? 'true' : undefined },
  ];
  const words = Array.isArray(betas) ? betas.filter((beta) => typeof beta === 'string') : [];
  return {
    edits: [...own, ...edits],
    withholdUsage,
    ...(words.length > 0 && { headers: { 'anthropic-beta': words.join(',') } }),
  };
}
