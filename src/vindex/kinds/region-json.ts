// Kind `region_json`: (id, country): the country's region number, from a JSON file, in front of the id's hash.
import { functionalVindex, problemsOf, type VindexKind } from '../definition.ts';
import { parseUint64 } from '../uint64.ts';
import type { Mapping, VindexValue } from '../vindex.ts';
import { hashUint64 } from './hash.ts';
import { regionPrefix } from './region-experimental.ts';

export const regionJsonKind: VindexKind = {
  type: 'region_json',
  params: ['region_map', 'region_bytes'],
  create: (name, definition, context) => {
    const bytes = definition.params.get('region_bytes');
    const file = definition.params.get('region_map');
    if (file === undefined)
      return problemsOf('needs the parameter region_map (a JSON file of country: number)');
    if (bytes !== '1' && bytes !== '2') {
      return problemsOf(`found region_bytes ${JSON.stringify(bytes ?? null)}; allowed: 1 or 2`);
    }
    const regions = readRegions(file, context.readFile);
    if (typeof regions === 'string') return problemsOf(regions);
    return functionalVindex({
      name,
      type: 'region_json',
      columnCount: 2,
      accepts: ['integer', 'bytes'],
      map: (values) => map(values, regions, bytes === '1' ? 1 : 2),
    });
  },
};

/** Regions by the country's UTF-8 bytes (as binary string), or what is wrong with the file. */
function readRegions(file: string, readFile: (path: string) => string): Map<string, number> | string {
  const regions = new Map<string, number>();
  try {
    const content: unknown = JSON.parse(readFile(file));
    if (typeof content !== 'object' || content === null || Array.isArray(content)) {
      return `region_map ${file}: found no object of country: number`;
    }
    for (const [country, region] of Object.entries(content)) {
      if (!Number.isInteger(region) || region < 0 || region > 0xffff) {
        return `region_map ${file}: region of "${country}" is ${JSON.stringify(region)}; allowed: 0 to 65535`;
      }
      regions.set(Buffer.from(country, 'utf8').toString('latin1'), region);
    }
  } catch (error) {
    return `region_map ${file}: ${error instanceof Error ? error.message : String(error)}`;
  }
  return regions;
}

function map(values: readonly VindexValue[], regions: ReadonlyMap<string, number>, bytes: 1 | 2): Mapping {
  const [id, country] = values;
  if (values.length !== 2 || country?.kind !== 'bytes') return { kind: 'none' };
  const number = id?.kind === 'integer' || id?.kind === 'bytes' ? parseUint64(id.text) : null;
  const region = regions.get(country.text);
  if (number === null || region === undefined) return { kind: 'none' };
  return { kind: 'id', id: Buffer.concat([regionPrefix(region, bytes), hashUint64(number)]) };
}
