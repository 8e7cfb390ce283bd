import { describe, expect, test } from 'vitest';
import { parseServerVersion, versionProblem } from '../../../src/backend/connection/server-version.ts';
import { BackOff } from '../../../src/backend/pool/back-off.ts';

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

describe('back-off', () => {
  test('doubles up to a second, half of it jitter, and forgets on success', () => {
    const longest = new BackOff(() => 1);
    const shortest = new BackOff(() => 0);
    expect([1, 2, 3, 4, 5, 6, 7].map(() => longest.fail(0))).toEqual([50, 100, 200, 400, 800, 1000, 1000]);
    expect([1, 2, 3].map(() => shortest.fail(0))).toEqual([25, 50, 100]);
    expect(shortest.remainingMs(40)).toBe(60);
    expect(shortest.remainingMs(200)).toBe(0);
    longest.succeed();
    expect(longest.remainingMs(0)).toBe(0);
    expect(longest.fail(0)).toBe(50);
  });
});
