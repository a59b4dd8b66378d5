import type { Fixtures } from '../features.ts';
import { answer } from './answers.ts';
import { readAnswer, readRequest } from './reader.ts';
import { replay, request } from './requests.ts';

export const geminiFixtures: Fixtures = {
  id: 'gemini',
  prefix: 'ge',
  model: 'budget-m',
  path: (model, stream) =>
    `/v1beta/models/${encodeURIComponent(model)}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
  headers: {},
  request,
  replay,
  answer,
  readRequest,
  readAnswer,
};
