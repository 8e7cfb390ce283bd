// Which documents MySQL would print differently after reading their text.
import { expect, test } from 'vitest';
import { losesDigits } from '../../../src/engine/workspace/json-digits.ts';

test.each([
  '1',
  '-1.5',
  '1.0',
  '[0.1, 1e22, 2.5e-7, 1.7976931348623157e308]',
  '18446744073709551615',
  '"1.50"',
  '"\\"1.50"',
  '{"1.50": 0}',
  'null',
  '{"a": [1, -9223372036854775808]}',
  '123456789.12345679',
])('%s comes back', (text) => expect(losesDigits(Buffer.from(text))).toBe(false));

test.each([
  '1.50',
  '2.00',
  '[1, 0.10]',
  '{"a\\\\": 1.50}',
  '0.12345678901234567890',
  '12345678901234567890123',
  '123456789012345.678901',
])('%s does not', (text) => expect(losesDigits(Buffer.from(text))).toBe(true));
