import { describe, expect, test } from 'vitest';
import { renameInView, sqlTextOf } from '../../../src/control/view-text.ts';

const names = new Map([
  ['shop_0', 'shop'],
  ['ключ', 'key`space'],
]);

describe('view text', () => {
  test.each([
    [
      'select `shop_0`.`users`.`id` AS `id` from `shop_0`.`users`',
      'select `shop`.`users`.`id` AS `id` from `shop`.`users`',
    ],
    ["select '`shop_0`.`x`' AS `a` from `shop_0`.`t`", "select '`shop_0`.`x`' AS `a` from `shop`.`t`"],
    ["select 'it''s \\' `shop_0`.' from `shop_0`.`t`", "select 'it''s \\' `shop_0`.' from `shop`.`t`"],
    ['select `t`.`shop_0` from `other`.`shop_0` `t`', 'select `t`.`shop_0` from `other`.`shop_0` `t`'],
    ['select `a``b`.`c` from `shop_1`.`t`', 'select `a``b`.`c` from `shop_1`.`t`'],
    ['select 1', 'select 1'],
    ["select 'open", "select 'open"],
    ['select `open', 'select `open'],
  ])('%s', (text, expected) => {
    expect(renameInView(text, names)).toBe(expected);
  });

  test('names beyond ASCII, and names that need quoting', () => {
    expect(renameInView(sqlTextOf('select 1 from `ключ`.`т`'), names)).toBe(
      sqlTextOf('select 1 from `key``space`.`т`'),
    );
  });
});
