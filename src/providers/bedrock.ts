import { readAwsKeys } from './aws-keys.ts';
import { bearer, type Call, provider, type Settings } from './provider.ts';

/**
 * Two ways to models at one address: Claude in Anthropic's dialect through InvokeModel
 * (https://platform.claude.com/docs/en/build-with-claude/claude-on-amazon-bedrock), all of them through Converse.
 * `apiKey` is a Bedrock API key, or `ACCESS_KEY_ID:SECRET` with `:SESSION_TOKEN` behind it where there is one.
 */
export const bedrock = provider({
  id: 'bedrock',
  name: 'Amazon Bedrock',
  baseUrl: 'https://bedrock-runtime.{region}.amazonaws.com',
  baseUrlFor: address,
  docs: 'https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html',
  auth: {
    headers: (secret) => (readAwsKeys(secret) === undefined ? bearer.headers(secret) : {}),
    signer: 'aws-sigv4',
    signedFor: 'bedrock',
  },
  keyEnv: ['AWS_BEARER_TOKEN_BEDROCK'],
  settings: [
    {
      name: 'region',
      what: 'AWS region that is asked.',
      pattern: /^[a-z]{2,4}(-[a-z]+)+-\d$/,
      example: 'eu-central-1',
      env: ['AWS_REGION', 'AWS_DEFAULT_REGION'],
      required: true,
    },
  ],
  speaks: {
    anthropic: {
      docs: 'https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages.html',
      models: /(^|[./])anthropic\.claude/,
      path: (call) => `${modelPath(call)}${call.stream ? '/invoke-with-response-stream' : '/invoke'}`,
      framing: 'aws-chunks',
      headerFields: { 'anthropic-beta': 'anthropic_beta' },
      quirks: [
        { set: 'anthropic_version', to: 'bedrock-2023-05-31', why: 'the version stands in the body, not in a header' },
        { drop: 'model', silent: true, why: 'the model stands in the path, and is refused in the body' },
        { drop: 'stream', silent: true, why: 'the path says whether to stream, and the field is refused' },
      ],
    },
    'bedrock-converse': {
      path: (call) => `${modelPath(call)}${call.stream ? '/converse-stream' : '/converse'}`,
      countTokensPath: (call) => `${modelPath(call)}/count-tokens`,
    },
  },
  catalogId: 'aws',
  parseError: (status, body) => {
    // Both in whichever dialect the model is asked.
    if (status === 424) return { kind: 'upstream' };
    const message = (body as { message?: unknown } | null | undefined)?.message;
    const isUnknown = typeof message === 'string' && /model identifier is invalid/.test(message);
    return isUnknown ? { kind: 'model-not-found', code: 'model_not_found' } : undefined;
  },
});

function modelPath({ model }: Call): string {
  return `/model/${encodeURIComponent(model)}`;
}

/** https://docs.aws.amazon.com/general/latest/gr/bedrock.html: China has a domain of its own. */
function address({ region = '{region}' }: Settings): string {
  return `https://bedrock-runtime.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}
