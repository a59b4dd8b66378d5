import { bearer, type Call, provider } from './provider.ts';

/** Any address that speaks Bedrock's Converse with a bearer key: the operator gives `baseUrl`, models and prices. */
export const bedrockCompatible = provider({
  id: 'bedrock-compatible',
  name: 'Bedrock-compatible',
  baseUrl: '',
  docs: 'https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html',
  auth: bearer,
  keyEnv: [],
  keyless: true,
  speaks: {
    'bedrock-converse': {
      path: (call) => `${modelPath(call)}${call.stream ? '/converse-stream' : '/converse'}`,
      countTokensPath: (call) => `${modelPath(call)}/count-tokens`,
    },
  },
});

function modelPath({ model }: Call): string {
  return `/model/${encodeURIComponent(model)}`;
}
