import { describe, expect, test } from 'vitest';
import { parseServerVersion, versionProblem } from '../../../src/backend/connection/server-version.ts';

describe('server version', () => {
  test.each([
    ['5.5.5-10.11.14-MariaDB-0+deb12u2', 'mariadb', 101114, '10.11.14-MariaDB-0+deb12u2'],
    ['11.4.2-MariaDB', 'mariadb', 110402, '11.4.2-MariaDB'],
    ['8.0.36', 'mysql', 80036, '8.0.36'],
    ['9.7.0-commercial', 'mysql', 90700, '9.7.0-commercial'],
  ] as const)('%s', (text, kind, version, versionText) => {
    expect(parseServerVersion(text)).toEqual({ kind, version, versionText });
    expect(versionProblem(text)).toBeNull();
  });

  test.each(['5.7.44-log', '5.5.5-10.5.23-MariaDB', '5.5.62', '5.5.5-10.4.1-MariaDB'])(
    '%s is too old',
    (text) => {
      expect(versionProblem(text)).toContain('too old');
    },
  );

  test('what is no version is said to be none', () => {
    expect(parseServerVersion('PostgreSQL')).toBeNull();
    expect(versionProblem('PostgreSQL')).toContain('"PostgreSQL"');
  });
});
