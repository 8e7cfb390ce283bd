// How many statements run at once in the process, and how many may.

/** `inFlight` is what the metric shows. */
export interface StatementLoad {
  inFlight: number;
  readonly inFlightMax: number;
}

/**
 * Counts a command in; false when as many run as may. `always`: it is counted all the same, because turning away a
 * transaction's next statement would keep its locks and connections longer.
 */
export function enterLoad(load: StatementLoad, always: boolean): boolean {
  if (!always && load.inFlight >= load.inFlightMax) return false;
  load.inFlight++;
  return true;
}

/** Once for each command counted in. */
export function leaveLoad(load: StatementLoad): void {
  load.inFlight--;
}
