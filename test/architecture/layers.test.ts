// The layers hold: nobody imports upward, nobody imports in a circle, nobody hides imports behind a barrel.
import { describe, expect, test } from 'vitest';
import { importCycles } from './cycles.ts';
import { layerViolations } from './layers.ts';
import { importsOf, readSources, sourceFile } from './source-files.ts';

const sources = readSources('src');

describe('src', () => {
  test('is there', () => {
    expect(sources.length).toBeGreaterThan(10);
  });

  test('imports only downward', () => {
    expect(layerViolations(sources)).toEqual([]);
  });

  test('has no import cycles, types included', () => {
    expect(importCycles(sources)).toEqual([]);
  });

  test('has no barrels', () => {
    const barrels = sources.filter(({ code }) =>
      code.some(
        (token, i) =>
          token.text === 'export' && (code[i + 1]?.text === '*' || reExports(code.slice(i, i + 400))),
      ),
    );
    expect(barrels.map((file) => file.path)).toEqual([]);
  });

  test('imports by file name, statically', () => {
    const wrong = sources.flatMap((file) => [
      ...importsOf(file)
        .filter(({ specifier }) => specifier.startsWith('.') && !/\.(ts|json)$/.test(specifier))
        .map(({ specifier, line }) => `${file.path}:${line}: ${specifier}`),
      ...file.code
        .filter(
          (token, i) => token.text === 'import' && token.kind === 'word' && file.code[i + 1]?.text === '(',
        )
        .map((token) => `${file.path}:${token.line}: import()`),
    ]);
    expect(wrong).toEqual([]);
  });
});

describe('the rules notice', () => {
  test('an upward import, of a type as well', () => {
    const file = sourceFile('src/sql/x.ts', "import type { Plan } from '../plan/nodes.ts';\n");
    expect(layerViolations([file])).toEqual(['src/sql/x.ts:1: sql may not import plan (../plan/nodes.ts)']);
  });

  test('an import of the composition root', () => {
    const file = sourceFile('src/session/x.ts', "export { a } from '../app.ts';\n");
    expect(layerViolations([file])).toHaveLength(1);
  });

  test('a folder nobody planned, and sockets where nothing but computing is done', () => {
    expect(layerViolations([sourceFile('src/helpers/x.ts', '')])).toHaveLength(1);
    expect(
      layerViolations([sourceFile('src/protocol/x.ts', "import { connect } from 'node:net';")]),
    ).toHaveLength(1);
  });

  test('a cycle', () => {
    const a = sourceFile('src/sql/a.ts', "import { b } from './b.ts';");
    const b = sourceFile('src/sql/b.ts', "import type { A } from './a.ts';");
    expect(importCycles([a, b])).toEqual(['src/sql/a.ts -> src/sql/b.ts -> src/sql/a.ts']);
  });

  test('no import in a comment or a string', () => {
    const text =
      "// import a from '../app.ts'\nconst s = \"import b from '../app.ts'\";\nconst t = `from '../app.ts'`;\n";
    expect(importsOf(sourceFile('src/util/x.ts', text))).toEqual([]);
  });
});

/** `export { ... } from`, which starts at the first token. */
function reExports(code: readonly { readonly text: string }[]): boolean {
  const list = code[1]?.text === 'type' ? 2 : 1;
  if (code[list]?.text !== '{') return false;
  const end = code.findIndex((token) => token.text === '}');
  return end > 0 && code[end + 1]?.text === 'from';
}
