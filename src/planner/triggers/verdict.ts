// What the triggers of a table mean for writes of it: nothing, one instant for all shards, or a refusal.
import { shardgateError } from '../../errors/catalog.ts';
import { SqlError } from '../../errors/sql-error.ts';
import { defaultMode, type LexMode, withSqlMode } from '../../sql/mode.ts';
import { type Program, readProgram } from '../../sql/program.ts';
import type { Keyspace, Table, Trigger, TriggerEvent, VSchema } from '../../vschema/model.ts';
import { lower } from '../bind/columns-of.ts';
import type { PlanContext } from '../context.ts';
import { asksForTime } from '../query/traits.ts';
import { keyspaceOf } from '../statement.ts';
import { ownsLookups } from '../write/row-lookups.ts';
import {
  foreignCall,
  meantBy,
  type Part,
  type PlanPart,
  readPart,
  tablesOf,
  targetsOfPart,
  whyElsewhere,
} from './part.ts';

/*
 * Proof obligation: a trigger does on the shard of its row what it would do on one server. It does when it only computes
 * columns that no vindex sees, and when every row it reads or writes beside is on that shard: the same vindex over the same
 * value, or a reference table that is read. What it writes into tables that no vschema names is seen by no client.
 */

export interface TriggerVerdict {
  /** SG6046 for the first trigger that may not fire; null when all may. */
  readonly refusal: SqlError | null;
  /** Some trigger fires at all. */
  readonly fires: boolean;
  /** Names of the tables of the keyspace that they read or write, and of those they write. */
  readonly touches: ReadonlySet<string>;
  readonly writes: ReadonlySet<string>;
  readonly asksForTime: boolean;
}

const nothing: TriggerVerdict = {
  refusal: null,
  fires: false,
  touches: new Set(),
  writes: new Set(),
  asksForTime: false,
};

/** Found out once per snapshot of the vschema. */
const known = new WeakMap<VSchema, Map<string, TriggerVerdict>>();

/** Of the triggers that fire when rows of `table` meet `event`. */
export function triggerVerdict(
  table: Table,
  event: TriggerEvent,
  context: PlanContext,
  plan: PlanPart,
): TriggerVerdict {
  const keyspace = context.vschema.keyspaces.get(table.keyspace);
  const firing = keyspace?.programs.triggers.filter(
    (trigger) => trigger.table === table.name && trigger.events.includes(event),
  );
  if (keyspace === undefined || firing === undefined || firing.length === 0) return nothing;
  let verdicts = known.get(context.vschema);
  if (verdicts === undefined) {
    verdicts = new Map();
    known.set(context.vschema, verdicts);
  }
  const name = JSON.stringify([table.keyspace, table.name, event]);
  const found = verdicts.get(name);
  if (found !== undefined) return found;
  // A trigger that comes back to its own table is refused by the server that fires it.
  verdicts.set(name, nothing);
  const verdict = joined(firing, table, { keyspace, context, plan });
  verdicts.set(name, verdict);
  return verdict;
}

interface Surroundings {
  readonly keyspace: Keyspace;
  readonly context: PlanContext;
  readonly plan: PlanPart;
}

function joined(firing: readonly Trigger[], table: Table, around: Surroundings): TriggerVerdict {
  let refusal: SqlError | null = null;
  const touches = new Set<string>();
  const writes = new Set<string>();
  let time = false;
  for (const trigger of firing) {
    const read = lookInto(trigger, table, around);
    if (read.why !== null) refusal ??= triggerRefusal(trigger, table, read.why);
    for (const name of read.touches) touches.add(name);
    for (const name of read.writes) writes.add(name);
    time ||= read.time;
  }
  return { refusal, fires: true, touches, writes, asksForTime: time };
}

export function triggerRefusal(trigger: Trigger, table: Table, why: string): SqlError {
  return shardgateError('SG6046', {
    event: trigger.events.join(' or ').toUpperCase(),
    table: table.name,
    trigger: trigger.name,
    why,
  });
}

/** Why a trigger may not be on the table, to put behind its name; null when it may. */
export function triggerProblem(
  trigger: Trigger,
  table: Table,
  context: PlanContext,
  plan: PlanPart,
): string | null {
  const keyspace = keyspaceOf(context, table.keyspace);
  return lookInto(trigger, table, { keyspace, context, plan }).why;
}

interface Seen {
  readonly why: string | null;
  readonly touches: readonly string[];
  readonly writes: readonly string[];
  readonly time: boolean;
}

function lookInto(trigger: Trigger, table: Table, around: Surroundings): Seen {
  const unseen: Seen = { why: null, touches: [], writes: [], time: true };
  if (trigger.drift !== null) return { ...unseen, why: `shards differ in it (${trigger.drift})` };
  const mode = modeOf(around.context.vschema, trigger.sqlMode);
  const program = readProgram(trigger.body, mode, trigger.sqlMode);
  if ('unread' in program) {
    const harmless = !around.keyspace.sharded && !namesKept(trigger.body, around.context.vschema);
    const mayUse = trigger.body.includes('@');
    return { ...unseen, why: harmless && !mayUse ? null : program.unread };
  }
  const { sessionVariable } = program;
  if (sessionVariable !== null)
    return {
      ...unseen,
      why: `it uses ${sessionVariable}, and the session's variables are not on the servers`,
    };
  const assigned = assignedProblem(program, table);
  if (assigned !== null) return { ...unseen, why: assigned };
  try {
    return lookAtParts(program, table, mode, around);
  } catch (error) {
    // No trigger that somebody wrote may stop a server from starting.
    const detail = error instanceof SqlError ? ` (${error.message})` : '';
    return { ...unseen, why: `its body is not understood${detail}` };
  }
}

function modeOf({ flavour }: VSchema, sqlMode: string): LexMode {
  return withSqlMode(defaultMode(flavour.kind, flavour.version), sqlMode);
}

/** The shard, the lookup rows and the numbers of a row were chosen before a server saw it. */
function assignedProblem({ assigned }: Program, table: Table): string | null {
  const [first] = assigned;
  for (const { vindex, columns } of table.columnVindexes) {
    for (const { name } of columns) {
      if (assigned.includes(lower(name))) return `it assigns ${name}, by which vindex ${vindex.name} routes`;
      const computed = table.columns?.some((one) => one.generated && lower(one.name) === lower(name));
      if (computed === true && first !== undefined)
        return `it assigns ${first}, of which ${name} may be computed, by which vindex ${vindex.name} routes`;
    }
  }
  const filled = table.autoIncrement?.column;
  if (filled !== undefined && assigned.includes(lower(filled)))
    return `it assigns ${filled}, whose numbers come from Shardgate`;
  if (!ownsLookups(table)) return null;
  for (const key of table.keys) {
    const column = key.unique ? key.columns.find((name) => assigned.includes(lower(name))) : undefined;
    if (column !== undefined)
      return `it assigns ${column} of key ${key.name}, by which rows are found that lookup vindexes follow`;
  }
  return null;
}

function lookAtParts(program: Program, table: Table, mode: LexMode, around: Surroundings): Seen {
  const touches: string[] = [];
  const writes: string[] = [];
  let time = false;
  for (const text of program.parts) {
    const part = readPart(text, program.locals, mode);
    time ||= asksForTime(part.statement);
    const why = partProblem(part, table, mode, around);
    if (why !== null) return { why: `it ${why}`, touches, writes, time };
    touches.push(...namesOf(tablesOf(part)));
    writes.push(...namesOf(targetsOfPart(part).names));
  }
  return { why: null, touches, writes, time };
}

function namesOf(names: ReturnType<typeof tablesOf>): readonly string[] {
  return names.map(({ name }) => name.name);
}

function partProblem(part: Part, table: Table, mode: LexMode, around: Surroundings): string | null {
  const { keyspace, context, plan } = around;
  const { vschema } = context;
  const { names: targets, events } = targetsOfPart(part);
  for (const target of targets) {
    const meant = meantBy(target, keyspace, vschema);
    if (typeof meant === 'string') return meant;
    const why = targetProblem(meant, keyspace, vschema) ?? firedProblem(target.name.name, events, around);
    if (why !== null) return why;
  }
  const outside = targets.length > 0 && targets.every((one) => meantBy(one, keyspace, vschema) === null);
  const read = tablesOf(part).filter((name) => !targets.some(({ start }) => start === name.start));
  for (const name of read) {
    const meant = meantBy(name, keyspace, vschema);
    if (typeof meant === 'string') return meant;
    if (!keyspace.sharded) continue;
    if (meant === null) return `reads ${name.name.name}, which no vschema names`;
    if (outside || table.kind === 'reference')
      return `reads ${name.name.name}, of which a shard may have a part`;
  }
  // One server has the whole keyspace, its functions and its connections.
  if (!keyspace.sharded) return null;
  const call = foreignCall(part, keyspace, !outside, table.kind === 'reference' && !outside);
  if (call !== null) return call;
  if (outside || (targets.length === 0 && read.length === 0)) return null;
  if (table.kind === 'unknown')
    return `names ${(targets[0] ?? read[0])?.name.name ?? ''}, whose rows may be on other shards`;
  return whyElsewhere(part, table, context, mode, plan);
}

/** `target`: null for a table that no vschema names. */
export function targetProblem(target: Table | null, keyspace: Keyspace, vschema: VSchema): string | null {
  if (target === null) return null;
  const { name, kind } = target;
  if (kind === 'sequence') return `writes sequence ${name}, whose numbers Shardgate gives out`;
  if (isLookupTable(target, vschema))
    return `writes ${name}, the table of a lookup vindex, whose rows Shardgate keeps`;
  if (target.view !== null && someViewNamesKept(keyspace, vschema))
    return `writes view ${name}, behind which may be a table whose rows Shardgate keeps`;
  if (kind === 'reference') return `writes reference table ${name} on one shard only`;
  return keyspace.sharded && kind === 'unsharded' ? `writes ${name}` : null;
}

/** Whether the text may name a table whose rows are Shardgate's to write. */
function namesKept(text: string, vschema: VSchema): boolean {
  const body = lower(text);
  for (const { tables } of vschema.keyspaces.values()) {
    for (const table of tables.values()) {
      const kept = table.kind === 'sequence' || isLookupTable(table, vschema);
      if (kept && body.includes(lower(table.name))) return true;
    }
  }
  return false;
}

/** Views may stand behind views: any of them counts. One whose text may not be read could name anything. */
function someViewNamesKept({ tables }: Keyspace, vschema: VSchema): boolean {
  return [...tables.values()].some(
    ({ view }) => view !== null && (view.text === '' || namesKept(view.text, vschema)),
  );
}

function isLookupTable({ keyspace, name }: Table, { keyspaces }: VSchema): boolean {
  for (const { tables } of keyspaces.values()) {
    for (const { columnVindexes } of tables.values()) {
      if (columnVindexes.some(({ lookup }) => lookup?.keyspace === keyspace && lookup.table === name))
        return true;
    }
  }
  return false;
}

/** What a trigger writes fires triggers in its turn. */
function firedProblem(name: string, events: readonly TriggerEvent[], around: Surroundings): string | null {
  const { keyspace, context, plan } = around;
  const table = keyspace.tables.get(name);
  if (table === undefined) return null;
  for (const event of events) {
    const { refusal } = triggerVerdict(table, event, context, plan);
    if (refusal !== null) return `writes ${name} (${refusal.message})`;
  }
  return null;
}
