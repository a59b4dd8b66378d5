import { expect, it } from 'vitest';
import { cloudSdkSuite } from './cloud-sdk-suite.ts';

cloudSdkSuite({
  name: 'The AWS SDK for Python (Bedrock)',
  program: 'bedrock_program.py',
  finish: { end: 'end_turn', tools: 'tool_use' },
  // The type of an event that the service does not define: clients skip those.
  keepalive: Buffer.from('keepalive'),
  errors: {
    'error-401': ['AccessDeniedException', 'AccessDeniedException', 403],
    'error-404': ['ResourceNotFoundException', 'ResourceNotFoundException', 404],
    'error-429': ['ThrottlingException', 'ThrottlingException', 429],
  },
  more: (outcome) => {
    it('signs in with a bearer key from AWS_BEARER_TOKEN_BEDROCK, or with the key as its access key id', () => {
      expect(outcome('access-key')).toEqual(outcome('plain'));
    });

    it('names the kind of an error in the middle of a stream', () => {
      expect(outcome('error-mid-stream').error?.name).toBe('EventStreamError');
    });
  },
});
