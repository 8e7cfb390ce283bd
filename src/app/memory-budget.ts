// The process's account of bytes that queries hold.
import type { EngineLimits } from '../engine/contract.ts';

export function memoryBudget(queryMemoryBytes: number, processMemoryBytes: number): EngineLimits {
  let used = 0;
  return {
    queryMemoryBytes,
    reserve(bytes) {
      if (used + bytes > processMemoryBytes) return false;
      used += bytes;
      return true;
    },
    free(bytes) {
      used -= bytes;
    },
  };
}
