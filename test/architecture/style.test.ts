// House rules that no linter knows: sizes, headers, words.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { functionsOf } from './function-lengths.ts';
import type { Token } from './scan-tokens.ts';
import { filesUnder, projectRoot, readSources, sourceFile } from './source-files.ts';

const functionLinesMax = 70;
const fileLinesMax = 500;
/** Tables of types or words, which do not get better by being cut. */
const longFiles = new Set(['src/sql/ast.ts', 'src/sql/lexer/keywords.ts', 'src/errors/catalog.ts']);

const sources = readSources('src');

describe('src', () => {
  test(`has no function over ${functionLinesMax} lines`, () => {
    const long = sources.flatMap((file) =>
      functionsOf(file)
        .filter(({ lines }) => lines > functionLinesMax)
        .map(({ name, firstLine, lines }) => `${file.path}:${firstLine}: ${name} has ${lines} lines`),
    );
    expect(long).toEqual([]);
  });

  test(`has no file over ${fileLinesMax} lines`, () => {
    const long = sources
      .filter((file) => !longFiles.has(file.path))
      .map((file) => ({ path: file.path, lines: file.text.trimEnd().split('\n').length }))
      .filter(({ lines }) => lines > fileLinesMax);
    expect(long).toEqual([]);
  });

  test('has a header comment in every file', () => {
    const without = sources
      .filter((file) => !/^(?:#![^\n]*\n)?\/\/ \S/.test(file.text))
      .map((file) => file.path);
    expect(without).toEqual([]);
  });

  test('has kebab-case file names', () => {
    const odd = filesUnder('src', ['.ts']).filter(
      (path) => !/^[a-z0-9]+(-[a-z0-9]+)*\.ts$/.test(path.split('/').at(-1) ?? ''),
    );
    expect(odd).toEqual([]);
  });

  test('has no any, no non-null assertion, no enum, no namespace', () => {
    expect(sources.flatMap((file) => looseTypes(file.path, file.code))).toEqual([]);
  });

  test('silences no checker', () => {
    const silencers = /@ts-(?:ignore|nocheck|expect-error)|biome-ignore|eslint-disable/;
    const found = sources.flatMap((file) =>
      file.tokens
        .filter((token) => token.kind === 'comment' && silencers.test(token.text))
        .map((token) => `${file.path}:${token.line}: ${token.text}`),
    );
    expect(found).toEqual([]);
  });
});

describe('the whole project', () => {
  test('leaves nothing undone in comments and names no private place', () => {
    const paths = ['src', 'test', 'bench', 'scripts', 'docker', 'vschema'].flatMap((directory) =>
      filesUnder(directory, ['.ts', '.mjs', '.md', '.json', '.yaml', '.sql', 'Dockerfile']),
    );
    const found = [...paths, 'package.json', 'biome.json'].flatMap((path) =>
      path === 'test/architecture/style.test.ts'
        ? []
        : forbiddenWords(path, readFileSync(join(projectRoot, path), 'utf8')),
    );
    expect(found).toEqual([]);
  });
});

describe('the rules notice', () => {
  test('a long function in any form', () => {
    const body = '\n'.repeat(80);
    const forms = [
      `function f(a: number): { b: string } {${body}}`,
      `const f = async (a: number): Promise<void> => {${body}};`,
      `class C { #m<T>(a: T): T | null {${body}} }`,
      `class C { constructor() {${body}} }`,
      `const o = { get x() {${body}} };`,
      `const f = a => {${body}};`,
    ];
    for (const form of forms) {
      expect(
        functionsOf(sourceFile('x.ts', form)).map(({ lines }) => lines),
        form,
      ).toContain(81);
    }
  });

  test('no function where there is only a block, a type or a call', () => {
    const text = `if (a) {\n}\nfor (const a of b) {\n}\nswitch (a) { case f(a): {\n} }\ncall({\n});\ninterface I { m(a: number): void }\n`;
    expect(functionsOf(sourceFile('x.ts', text))).toEqual([]);
  });

  test('loose types, and only those', () => {
    const loose = 'const a: any = b!;\nenum E {}\nnamespace N {}\ndeclare const c: any[];\nfoo()!.bar;';
    expect(looseTypes('x.ts', sourceFile('x.ts', loose).code)).toHaveLength(6);
    const fine =
      "if (!a && !(b)) return !c;\nconst s = 'any!'; // any!\nlet any = true; any = false;\nx.any(); const o = { any: 1, enum: 2 }; a !== b;";
    expect(looseTypes('x.ts', sourceFile('x.ts', fine).code)).toEqual([]);
  });
});

function looseTypes(path: string, code: readonly Token[]): string[] {
  return code.flatMap((token, index) => {
    const before = code[index - 1];
    const after = code[index + 1];
    const isProperty =
      before?.text === '.' || before?.text === '?.' || after?.text === ':' || after?.text === '(';
    const isName = token.kind === 'word' && !isProperty;
    const isAny = isName && token.text === 'any' && /^(?:[:<|&]|=>|as|keyof)$/.test(before?.text ?? '');
    const isDeclaration =
      isName &&
      (token.text === 'enum' || token.text === 'namespace') &&
      after?.kind === 'word' &&
      before?.text !== '.';
    return isAny || isDeclaration || isNonNull(token, before) ? [`${path}:${token.line}: ${token.text}`] : [];
  });
}

const wordsBeforeNot =
  /^(?:return|typeof|case|in|of|void|throw|await|yield|delete|else|do|is|asserts|extends|default|new)$/;

/** `value!`: the mark follows a value directly; `!value` follows an operator or a keyword. */
function isNonNull(token: Token, before: Token | undefined): boolean {
  if (
    token.kind !== 'punctuation' ||
    token.text !== '!' ||
    before === undefined ||
    before.line !== token.line
  )
    return false;
  if (before.kind === 'word') return !wordsBeforeNot.test(before.text);
  return before.kind === 'punctuation' && (before.text === ')' || before.text === ']');
}

function forbiddenWords(path: string, text: string): string[] {
  const patterns = [
    /\b(?:TODO|FIXME|XXX)\b/,
    /\/work\/(?:main|shared)/,
    /\bissue #?\d+\b/i,
    /\bissues (?:show|note)\b/,
    /\btraps\.md\b/,
  ];
  return text
    .split('\n')
    .flatMap((line, index) =>
      patterns.some((pattern) => pattern.test(line)) ? [`${path}:${index + 1}: ${line.trim()}`] : [],
    );
}
