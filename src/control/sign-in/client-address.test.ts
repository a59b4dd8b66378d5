import type { IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import { ClientAddresses, subscriberOf } from './client-address.ts';

const request = (remoteAddress: string, forwarded?: string) =>
  ({ socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } }) as unknown as IncomingMessage;

it('believes nobody who was not named: whoever asks may write the header', () => {
  const none = new ClientAddresses([]);
  expect(none.of(request('192.0.2.1', '203.0.113.9'))).toBe('192.0.2.1');
  expect(none.of(request('::ffff:192.0.2.1', '203.0.113.9'))).toBe('192.0.2.1');
});

it('takes the last hop that is none of ours, and not what stands left of it', () => {
  const ours = new ClientAddresses(['10.0.0.0/8', '2001:db8::/32', '127.0.0.1']);
  expect(ours.of(request('127.0.0.1', '6.6.6.6, 203.0.113.9, 10.1.2.3'))).toBe('203.0.113.9');
  expect(ours.of(request('10.0.0.1', '2001:db9::1'))).toBe('2001:db9::1');
  expect(ours.of(request('10.0.0.1', 'nonsense, 10.0.0.2'))).toBe('10.0.0.2');
  expect(ours.of(request('10.0.0.1'))).toBe('10.0.0.1');
  expect(ours.of(request('198.51.100.1', '203.0.113.9'))).toBe('198.51.100.1');
});

it('counts a whole /64 of IPv6 as one subscriber, however it is written', () => {
  const same = ['2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff', '2001:0DB8:0001:0002::', '2001:db8:1:2:0:0:0:9'];
  expect(new Set(same.map(subscriberOf))).toEqual(new Set(['2001:db8:1:2::/64']));
  expect(subscriberOf('2001:db8:1:3::1')).not.toBe(subscriberOf('2001:db8:1:2::1'));
  expect(subscriberOf('::1')).toBe('0:0:0:0::/64');
  expect(subscriberOf('2001:db8::1')).toBe('2001:db8:0:0::/64');
  expect(subscriberOf('192.0.2.1')).toBe('192.0.2.1');
});
