import type { Fixtures } from '../features.ts';
import { answer } from './answers.ts';
import { readAnswer, readRequest } from './reader.ts';
import { replay, request } from './requests.ts';

export const bedrockConverseFixtures: Fixtures = {
  id: 'bedrock-converse',
  prefix: 'be',
  model: 'budget-m',
  path: (model, stream) => `/model/${encodeURIComponent(model)}/converse${stream ? '-stream' : ''}`,
  headers: {},
  request,
  replay,
  answer,
  readRequest,
  readAnswer,
};
