// Triggers and scheduled events that put rows where nobody finds them are told in the log, each once while it is there.
import type { Logger } from '../observability/log.ts';
import { programProblems } from '../planner/triggers/problems.ts';
import type { VSchema } from '../vschema/model.ts';

/** To be called with every new snapshot. */
export function programWarnings(log: Logger): (vschema: VSchema) => void {
  let told: ReadonlySet<string> = new Set();
  return (vschema) => {
    const now = new Set<string>();
    for (const { path, message } of programProblems(vschema)) {
      const line = `${path}: ${message}`;
      now.add(line);
      if (!told.has(line)) log.warn({ path }, message);
    }
    told = now;
  };
}
