// The one place that holds the current vschema: readers take a snapshot, a swap replaces it whole.
import type { VSchema } from './model.ts';

export interface VSchemaHolder {
  /** The snapshot to plan and run the next statement with. */
  current(): VSchema;
  /** Installs what `make` builds for the given version, which is one above the current, and tells the listeners. */
  swap(make: (version: number) => VSchema): VSchema;
  /** Calls back after each swap, in the order of registration; returns the way to stop it. */
  onChange(listener: (vschema: VSchema) => void): () => void;
}

export function createVSchemaHolder(make: (version: number) => VSchema): VSchemaHolder {
  let current = make(1);
  const listeners = new Set<(vschema: VSchema) => void>();
  return {
    current: () => current,
    swap(next) {
      current = next(current.version + 1);
      for (const listener of listeners) listener(current);
      return current;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
