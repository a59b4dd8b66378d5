import { describe, expect, it } from 'vitest';
import { readAwsKeys } from './aws-keys.ts';

describe('the key of an AWS provider', () => {
  it('is access keys, with or without a session', () => {
    const keys = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCY' };
    expect(readAwsKeys('AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI/K7MDENG+bPxRfiCY')).toEqual(keys);
    const session = { ...keys, sessionToken: 'IQoJb3JpZ2lu//8:x==' };
    expect(readAwsKeys('AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI/K7MDENG+bPxRfiCY:IQoJb3JpZ2lu//8:x==')).toEqual(session);
  });

  it('or none of them: a key that is sent as it is', () => {
    for (const key of [undefined, '', 'ABSKQmVkcm9ja0FQSUtleS1leGFtcGxl', 'bedrock-api-key-YmVkcm9jaw==', 'a:b'])
      expect(readAwsKeys(key)).toBeUndefined();
  });
});
