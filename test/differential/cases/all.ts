// The hand-written statements by theme.
import type { Case } from '../support/case.ts';
import { aggregates } from './aggregates.ts';
import { ctes } from './ctes.ts';
import { errors } from './errors.ts';
import { joins } from './joins.ts';
import { names } from './names.ts';
import { orderLimit } from './order-limit.ts';
import { prepared } from './prepared.ts';
import { routing } from './routing.ts';
import { setOperations } from './set-operations.ts';
import { subqueries } from './subqueries.ts';
import { windows } from './windows.ts';

export const allCases: readonly { readonly theme: string; readonly cases: readonly Case[] }[] = [
  { theme: 'routing', cases: routing },
  { theme: 'joins', cases: joins },
  { theme: 'aggregates', cases: aggregates },
  { theme: 'order and limit', cases: orderLimit },
  { theme: 'subqueries', cases: subqueries },
  { theme: 'set operations', cases: setOperations },
  { theme: 'windows', cases: windows },
  { theme: 'common table expressions', cases: ctes },
  { theme: 'names and metadata', cases: names },
  { theme: 'errors', cases: errors },
  { theme: 'prepared', cases: prepared },
];
