// Lines and fields of a LOAD DATA file, whatever pieces the file comes in.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type LineFormat, LineReader, type LoadedField } from '../../../src/engine/load/load-lines.ts';

const plain: LineFormat = { fieldEnd: '\t', enclosure: '', escapeChar: '\\', lineStart: '', lineEnd: '\n' };
const csv: LineFormat = { ...plain, fieldEnd: ',', enclosure: '"', lineEnd: '\r\n' };

function read(text: string, format: LineFormat, cuts: readonly number[] = []): (readonly LoadedField[])[] {
  const reader = new LineReader(format);
  const lines: (readonly LoadedField[])[] = [];
  const take = () => {
    for (let line = reader.next(); line !== null; line = reader.next()) lines.push(line.fields);
  };
  let at = 0;
  for (const cut of [...cuts, text.length]) {
    if (cut < at) continue;
    reader.push(Buffer.from(text.slice(at, cut), 'latin1'));
    at = cut;
    take();
  }
  reader.finish();
  take();
  return lines;
}

describe('fields', () => {
  test.each<[string, LineFormat, (string | null)[][]]>([
    [
      '1\ta\n2\tb\n',
      plain,
      [
        ['1', 'a'],
        ['2', 'b'],
      ],
    ],
    [
      '1\ta\n2\tb',
      plain,
      [
        ['1', 'a'],
        ['2', 'b'],
      ],
    ],
    ['\\N\t\\\\\t\\t\\n\n', plain, [[null, '\\', '\t\n']]],
    ['a\\\nb\tc\n', plain, [['a\nb', 'c']]],
    ['\n\n', plain, [[''], ['']]],
    ['', plain, []],
    ['1,"a,b"\r\n', csv, [['1', 'a,b']]],
    ['"a""b","c"\r\n', csv, [['a"b', 'c']]],
    ['"a"b","c"\r\n', csv, [['a"b', 'c']]],
    ['NULL,"NULL",\\N\r\n', csv, [[null, 'NULL', null]]],
    ['"x\r\ny",2\r\n', csv, [['x\r\ny', '2']]],
    ['"never closed', csv, [['"never closed']]],
    ['xx>>1\t2\nzz\n>>3\n', { ...plain, lineStart: '>>' }, [['1', '2'], ['3']]],
    ['a\\,b', { ...plain, fieldEnd: ',', escapeChar: '' }, [['a\\', 'b']]],
    [
      'a||b||;;c||d',
      { ...plain, fieldEnd: '||', lineEnd: ';;' },
      [
        ['a', 'b', ''],
        ['c', 'd'],
      ],
    ],
  ])('%j', (text, format, expected) => {
    expect(read(text, format)).toEqual(expected);
    const everywhere = Array.from(text, (_, index) => index);
    expect(read(text, format, everywhere)).toEqual(expected);
  });

  test('do not depend on how the file is cut', () => {
    const char = fc.constantFrom('a', '"', ',', '\\', '\r', '\n', 'N', 'b');
    fc.assert(
      fc.property(fc.array(char, { maxLength: 40 }), fc.array(fc.nat(40)), (chars, cuts) => {
        const text = chars.join('');
        const sorted = cuts.map((cut) => Math.min(cut, text.length)).sort((a, b) => a - b);
        expect(read(text, csv, sorted)).toEqual(read(text, csv));
      }),
    );
  });
});
