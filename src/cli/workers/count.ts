// How many processes serve: a number from the configuration, or as many as the machine lets us use at once.
import { availableParallelism } from 'node:os';

export function workerCount(configured: number | 'auto'): number {
  return configured === 'auto' ? availableParallelism() : configured;
}
