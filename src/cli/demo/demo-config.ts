// Writes the demo's configuration: the template of vschema/ with this run's ports in it.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The package's vschema/ directory, from src/ and from dist/ alike. */
export const demoFilesDirectory = fileURLToPath(new URL('../../../vschema', import.meta.url));

export interface DemoPorts {
  readonly mysql: number;
  readonly admin: number;
  /** By the server's name in the template. */
  readonly servers: ReadonlyMap<string, number>;
}

/** Writes `file` anew and resolves when it is there. */
export async function writeDemoConfig(file: string, ports: DemoPorts): Promise<void> {
  const values = new Map<string, string>([
    ['FILES', demoFilesDirectory],
    ['MYSQL_PORT', String(ports.mysql)],
    ['ADMIN_PORT', String(ports.admin)],
    ...[...ports.servers].map(([name, port]): [string, string] => [
      `PORT_${name.toUpperCase()}`,
      String(port),
    ]),
  ]);
  const template = await readFile(join(demoFilesDirectory, 'demo.yaml'), 'utf8');
  const text = template.replace(/@([A-Z0-9_]+)@/g, (whole, name: string) => {
    const value = values.get(name);
    if (value === undefined) throw new Error(`demo.yaml asks for ${whole}, which nobody provides`);
    return value;
  });
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text.slice(text.indexOf('listen:')));
}
