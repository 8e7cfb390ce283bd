// For `check` and the log at start: triggers and scheduled events on the servers that put rows where nobody finds them.
import { SqlError } from '../../errors/sql-error.ts';
import { defaultMode, withSqlMode } from '../../sql/mode.ts';
import { readProgram } from '../../sql/program.ts';
import { type Problem, warningAt } from '../../util/problem.ts';
import type { Keyspace, ScheduledEvent, VSchema } from '../../vschema/model.ts';
import { anyTarget, type PlanContext } from '../context.ts';
import { planStatement } from '../plan-statement.ts';
import { meantBy, readPart, targetsOfPart } from './part.ts';
import { targetProblem, triggerProblem } from './verdict.ts';

export function programProblems(vschema: VSchema): readonly Problem[] {
  return [...vschema.keyspaces.values()].flatMap((keyspace) => [
    ...triggerProblems(keyspace, vschema),
    ...keyspace.programs.events.flatMap((event) => eventProblems(event, keyspace, vschema)),
  ]);
}

function triggerProblems(keyspace: Keyspace, vschema: VSchema): readonly Problem[] {
  const context: PlanContext = {
    vschema,
    database: keyspace.name,
    text: '',
    normalized: null,
    mode: defaultMode(vschema.flavour.kind, vschema.flavour.version),
    target: anyTarget,
    onlyFullGroupBy: false,
    directives: new Map(),
  };
  return keyspace.programs.triggers.flatMap((trigger) => {
    const table = keyspace.tables.get(trigger.table);
    const why = table === undefined ? null : triggerProblem(trigger, table, context, planStatement);
    const events = trigger.events.join(' or ').toUpperCase();
    const path = `${keyspace.name}.${trigger.table}`;
    return why === null
      ? []
      : [warningAt(path, `trigger ${trigger.name}: ${why}; ${events} of the table is refused`)];
  });
}

/** Every shard runs its events for itself, over its own rows: of what they write only tables that no vschema names are safe. */
function eventProblems(event: ScheduledEvent, keyspace: Keyspace, vschema: VSchema): readonly Problem[] {
  const why = eventProblem(event, keyspace, vschema);
  return why === null ? [] : [warningAt(`${keyspace.name}`, `scheduled event ${event.name}: it ${why}`)];
}

function eventProblem(
  { body, sqlMode }: ScheduledEvent,
  keyspace: Keyspace,
  vschema: VSchema,
): string | null {
  const mode = withSqlMode(defaultMode(vschema.flavour.kind, vschema.flavour.version), sqlMode);
  const unread = keyspace.sharded ? 'cannot be looked into; every shard runs it for itself' : null;
  const program = readProgram(body, mode, sqlMode);
  if ('unread' in program) return unread;
  try {
    for (const text of program.parts) {
      for (const name of targetsOfPart(readPart(text, program.locals, mode)).names) {
        const meant = meantBy(name, keyspace, vschema);
        if (typeof meant === 'string') return meant;
        const problem = targetProblem(meant, keyspace, vschema);
        if (problem !== null) return problem;
        if (meant !== null && keyspace.sharded)
          return `writes ${meant.name} on every shard for itself; do its work in the application`;
      }
    }
    return null;
  } catch (error) {
    if (error instanceof SqlError) return unread;
    throw error;
  }
}
