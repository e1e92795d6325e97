/** The headers file is read as hosts read it. */
import { expect, test } from 'vitest';
import { headersFor, parseHeaders } from '../../src/commands/headers.ts';

const rules = parseHeaders(`
# for all
/*
  X-One: 1
  Link: <a>
/a/*
  Link: <b>
/a/:name/c
  X-Two: with: colon
/exact.html
  X-Three: 3
`);

test.each([
  ['/', { 'x-one': '1', link: '<a>' }],
  ['/a/', { 'x-one': '1', link: '<a>, <b>' }],
  ['/a/b/c', { 'x-one': '1', link: '<a>, <b>', 'x-two': 'with: colon' }],
  ['/exact.html', { 'x-one': '1', link: '<a>', 'x-three': '3' }],
  ['/exactAhtml', { 'x-one': '1', link: '<a>' }],
])('%s has %j', (path, headers) => {
  expect(Object.fromEntries(headersFor(rules, path))).toEqual(headers);
});

test.each(['/*\n  nonsense', '  X-One: 1', '/a b c', '/*\n  ! X-One'])('%j is refused with its line', (text) => {
  expect(() => parseHeaders(text)).toThrow(/_headers, line \d/);
});
