import type { Fixtures } from '../features.ts';
import { answer } from './answers.ts';
import { readAnswer, readRequest } from './reader.ts';
import { replay, request } from './requests.ts';

export const openaiResponsesFixtures: Fixtures = {
  id: 'openai-responses',
  prefix: 're',
  model: 'effort-m',
  path: () => '/v1/responses',
  headers: {},
  request,
  replay,
  answer,
  readRequest,
  readAnswer,
};
