// Which server answers: flavour and version from the greeting's version text, and whether it may serve here.

/** Structurally the vschema's `ServerFlavour`. `version` is MMmmpp: 101106 = 10.11.6, 90700 = 9.7.0. */
export interface ServerVersion {
  readonly kind: 'mariadb' | 'mysql';
  readonly version: number;
  /** Without the `5.5.5-` that MariaDB before 11 puts in front for old replicas. */
  readonly versionText: string;
}

const oldest = { mariadb: 100600, mysql: 80000 } as const;
const replicationPrefix = '5.5.5-';

/** Null when the text does not begin with `major.minor.patch`. */
export function parseServerVersion(greetingText: string): ServerVersion | null {
  const isMariadb = /mariadb/i.test(greetingText);
  const versionText =
    isMariadb && greetingText.startsWith(replicationPrefix)
      ? greetingText.slice(replicationPrefix.length)
      : greetingText;
  const match = /^(\d{1,3})\.(\d{1,2})\.(\d{1,2})/.exec(versionText);
  if (match === null) return null;
  const version = Number(match[1]) * 10_000 + Number(match[2]) * 100 + Number(match[3]);
  return { kind: isMariadb ? 'mariadb' : 'mysql', version, versionText };
}

/** Why this server is refused; null: it may serve. */
export function versionProblem(greetingText: string): string | null {
  const server = parseServerVersion(greetingText);
  if (server === null) return `it calls itself ${JSON.stringify(greetingText)}, which is no version`;
  if (server.version >= oldest[server.kind]) return null;
  const name = server.kind === 'mariadb' ? 'MariaDB' : 'MySQL';
  return `it is ${name} ${server.versionText}, which is too old`;
}
