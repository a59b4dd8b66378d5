import { expect, it } from 'vitest';
import { contentRuleDefault, type Key } from '../../snapshot/snapshot.ts';
import { contentRuleOf } from './keeps-content.ts';

type Keep = 'none' | 'asked' | 'all' | undefined;

function keeps(organization: Keep, content: Key['content'], header: string | undefined): boolean {
  const rule = organization && { content: { ...contentRuleDefault, keep: organization } };
  const owner = { id: 'org_1', name: 'acme', disabled: false, ...rule };
  const key: Key = { id: 'key_1', name: 'k', kind: 'call', organization: owner, ...(content && { content }) };
  return contentRuleOf(key, header) !== undefined;
}

it.each<[Keep, Key['content'], string | undefined, boolean]>([
  [undefined, undefined, undefined, false],
  [undefined, undefined, 'keep', true],
  [undefined, 'keep', undefined, true],
  [undefined, 'keep', 'none', false],
  [undefined, 'keep', 'yes please', false],
  [undefined, 'none', 'keep', false],
  ['none', 'keep', 'keep', false],
  ['none', undefined, undefined, false],
  ['asked', undefined, undefined, false],
  ['all', undefined, undefined, true],
  ['all', 'none', undefined, false],
  ['all', 'none', 'keep', false],
  ['all', undefined, 'none', false],
])('organization %s, key %s, request %s: %s', (organization, key, header, expected) => {
  expect(keeps(organization, key, header)).toBe(expected);
});
