import { describe, expect, it } from '@jest/globals';
import { canonicalJson } from './canonical-json.js';

const of = (text: string): string => canonicalJson(JSON.parse(text));

describe('canonical JSON', () => {
  it('is one text for members in any order, nested ones included, and for any white space and escapes', () => {
    expect(of('{"b":{"y":[1,{"d":1,"c":null}],"x":"a"},"a":1.0}')).toBe(
      of('{ "a": 1, "b": { "x": "\\u0061", "y": [ 1e0, { "c": null, "d": 1 } ] } }'),
    );
    expect(of('{"b":{"y":1,"x":"a"},"a":[]}')).toBe('{"a":[],"b":{"x":"a","y":1}}');
  });

  it.each([
    ['{"a":[1,2]}', '{"a":[2,1]}'],
    ['{"a":"1"}', '{"a":1}'],
    ['{"a":null}', '{}'],
    ['{"a":{}}', '{"a":[]}'],
    ['{"a":{"b":1},"c":2}', '{"a":{"b":1,"c":2}}'],
    ['{"a\\":1,\\"b":2}', '{"a":1,"b":2}'],
    ['{"10":1,"9":2}', '{"10":2,"9":1}'],
    ['{"__proto__":1}', '{}'],
  ])('%s is not %s', (one, other) => {
    expect(of(one)).not.toBe(of(other));
  });
});
