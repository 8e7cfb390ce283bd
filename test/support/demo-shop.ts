// The demo's tables for tests, from the files the demo itself uses.
import { readFileSync } from 'node:fs';

/** Keyspace shop: users, orders, order_items, events, countries. */
export function demoVschema(): object {
  const parsed: unknown = JSON.parse(readDemoFile('shop.vschema.json'));
  if (typeof parsed !== 'object' || parsed === null) throw new Error('shop.vschema.json is not an object');
  return parsed;
}

/** CREATE TABLE statements of keyspace shop. */
export function demoSchema(): string {
  return readDemoFile('shop.sql');
}

/** CREATE TABLE statements of keyspace main: settings. */
export function demoMainSchema(): string {
  return readDemoFile('main.sql');
}

function readDemoFile(name: string): string {
  return readFileSync(new URL(`../../vschema/${name}`, import.meta.url), 'utf8');
}
