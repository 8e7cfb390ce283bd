// Which values a user variable holds with more digits than they show, by the server's version.
import { expect, test } from 'vitest';
import { mayHoldMore } from '../../../src/session/rewrite/whole-digits.ts';
import { defaultMode } from '../../../src/sql/mode.ts';
import { type ColumnDefinition, FieldType } from '../../../src/value/column-definition.ts';
import { parseExpression } from '../sql/support.ts';

const quotient: ColumnDefinition = {
  schema: '',
  table: '',
  orgTable: '',
  name: 'q',
  orgName: '',
  collation: 63,
  length: 6,
  type: FieldType.newDecimal,
  flags: 0,
  decimals: 4,
};

// Measured: SET @q = 1/3 shows 0.333333333 on MariaDB 10.11, MySQL 8.0.46 and 8.4.8, and 0.3333 on MySQL 9.7.
test.each([
  ['mariadb', 101106, true],
  ['mysql', 80046, true],
  ['mysql', 80408, true],
  ['mysql', 90700, false],
] as const)('a quotient on %s %i: %s', (flavour, version, expected) => {
  const mode = defaultMode(flavour, version);
  expect(mayHoldMore(parseExpression('1 / 3', mode), quotient, '0.3333', mode)).toBe(expected);
  expect(mayHoldMore(parseExpression('AVG(k)', mode), quotient, '0.3333', mode)).toBe(true);
  expect(mayHoldMore(parseExpression('1 + 3', mode), quotient, '0.3333', mode)).toBe(false);
});
