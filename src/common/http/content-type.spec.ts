import { describe, expect, it } from '@jest/globals';
import { parseContentType } from './content-type.js';

describe('parseContentType', () => {
  it.each([
    ['application/json', 'application/json', null],
    ['Application/JSON', 'application/json', null],
    ['application/json;charset=UTF-8', 'application/json', 'utf-8'],
    ['application/json \t;\t charset=utf-8 \t', 'application/json', 'utf-8'],
    ['application/json; CharSet="utf-8"', 'application/json', 'utf-8'],
    [String.raw`application/json; charset="u\tf-\8"`, 'application/json', 'utf-8'],
    ['application/json; charset=""', 'application/json', ''],
    ['application/json; a=b; charset=utf-8; c="; charset=utf-16"', 'application/json', 'utf-8'],
    [String.raw`application/json; a="\"; charset=utf-16"`, 'application/json', null],
    ['application/json;', 'application/json', null],
    ['application/json;; ;charset=utf-8;', 'application/json', 'utf-8'],
    ['application/vnd.a+json', 'application/vnd.a+json', null],
  ])('reads %s', (header, type, charset) => {
    expect(parseContentType(header)).toEqual({ type, charset });
  });

  it.each([
    '',
    'json',
    '/json',
    'application/',
    ' application/json',
    'application /json',
    'application/ json',
    'application/json garbage',
    'application/json\ta',
    'application/json, text/plain',
    'application/json; charset',
    'application/json; charset=',
    'application/json; charset =utf-8',
    'application/json; charset= utf-8',
    'application/json; charset=utf-8 garbage',
    'application/json; charset="utf-8',
    'application/json; charset=utf-8"',
    'application/json; charset="utf-8"x',
    String.raw`application/json; charset="utf-8\"`,
    'application/json; =utf-8',
    'application/json; charset=utf-8; charset=utf-8',
    'application/json; charset=utf-8; Charset=utf-16',
    'application/json; a=1; a=2',
    'application/json\n',
    'application/json; charset="utf-8\n"',
    'text/[html]',
    '</><script>',
    'application/jsön',
  ])('takes %j for malformed', (header) => {
    expect(parseContentType(header)).toBeNull();
  });
});
