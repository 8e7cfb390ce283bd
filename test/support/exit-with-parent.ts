// A test run that `npm test` started ends when npm does, and its servers with it.

/** Does nothing where no parent holds an IPC channel to us. */
export function exitWithParent(): void {
  if (process.connected) process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
}
