// Who may import whom: a folder of src/ imports only itself and what its line names.
import { importsOf, resolveImport, type SourceFile } from './source-files.ts';

const below = {
  util: '',
  errors: 'util',
  observability: 'util',
  value: 'util errors',
  text: 'util errors value',
  sql: 'util errors value text',
  protocol: 'util errors value',
  vindex: 'util errors value',
  vschema: 'util errors value vindex sql',
  plan: 'util value vindex text',
  planner: 'util errors value text sql vindex vschema plan',
  backend: 'util errors observability value protocol vindex',
  control: 'util errors observability value text vindex vschema backend',
  engine: 'util errors observability value text vindex plan backend',
  session: 'util errors observability value text sql protocol vindex vschema plan planner backend engine',
  frontend: 'util errors observability value protocol engine session',
  admin: 'util errors observability value vschema plan planner backend control session',
} as const;

/** Composition: may import everything and is imported by nothing below. */
const composition = new Set(['cli', 'app', 'config', 'app.ts', 'config.ts', 'main.ts']);

/** Layers that only compute: of Node's own modules they may use these alone. */
const computing = new Set([
  'util',
  'errors',
  'value',
  'text',
  'sql',
  'protocol',
  'vindex',
  'plan',
  'planner',
]);
const computingModules = new Set(['node:buffer', 'node:crypto', 'node:util', 'node:zlib']);

/** One line per import that the table does not allow. */
export function layerViolations(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    const layer = layerOf(file.path);
    if (composition.has(layer)) return [];
    if (!isLayer(layer)) return [`${file.path}: src/${layer} is not a layer of the table`];
    const allowed = new Set([layer, ...below[layer].split(' ')]);
    return importsOf(file).flatMap(({ specifier, line }) => {
      const target = resolveImport(file, specifier);
      if (target === null) return moduleViolation(file, layer, specifier, line);
      const targetLayer = layerOf(target);
      if (target.startsWith('src/') && allowed.has(targetLayer)) return [];
      return [`${file.path}:${line}: ${layer} may not import ${targetLayer} (${specifier})`];
    });
  });
}

function moduleViolation(file: SourceFile, layer: string, specifier: string, line: number): string[] {
  if (!specifier.startsWith('node:') || !computing.has(layer) || computingModules.has(specifier)) return [];
  return [`${file.path}:${line}: ${layer} only computes and may not import ${specifier}`];
}

function isLayer(name: string): name is keyof typeof below {
  return Object.hasOwn(below, name);
}

function layerOf(path: string): string {
  return path.split('/')[1] ?? '';
}
