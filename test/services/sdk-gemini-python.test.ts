import { expect, it } from 'vitest';
import { cloudSdkSuite } from './cloud-sdk-suite.ts';

cloudSdkSuite({
  name: 'The Gemini SDK for Python',
  program: 'gemini_program.py',
  finish: { end: 'STOP', tools: 'STOP' },
  // A chunk of two empty lines.
  keepalive: Buffer.from('\r\n4\r\n\r\n\r\n\r\n'),
  errors: {
    'error-401': ['ClientError', 'UNAUTHENTICATED', 401],
    'error-404': ['ClientError', 'NOT_FOUND', 404],
    'error-429': ['ClientError', 'RESOURCE_EXHAUSTED', 429],
  },
  more: (outcome) => {
    it('counts tokens', () => {
      expect(outcome('count').input).toBeGreaterThan(0);
    });
  },
});
