// A test run that `npm test` started ends when npm does, and its servers with it.

/** Does nothing where no parent holds an IPC channel to us. */
export function exitWithParent(): void {
  if (!process.connected) return;
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  // Listening must not keep a finished run alive.
  process.channel?.unref();
}
