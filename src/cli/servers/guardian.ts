// Runs a server under a guardian that ends it when we end, however we end.
//
//   us --- pipe (stdin) ---> guardian (sh, own session) ---> server
//
// The guardian starts the server itself, so there is no moment in which the server has no guardian. It waits for
// the pipe to close: by our stop(), our exit, or the kernel after kill -9. Being in its own session it is not
// reached by the terminal's Ctrl-C, so the server stops once, in order, when we say so.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createInterface, type Interface } from 'node:readline';
import { setImmediate as nextTurn } from 'node:timers/promises';

/*
 * $1 log file, $2 directory to remove at the end or '', $3 seconds of grace, $4 command for the very end or '',
 * then the server's command line. Prints the server's pid, and a second line when the server has ended; tidies up
 * once nobody can ask for its log any more.
 */
const guardianScript = `
log=$1; remove=$2; grace=$3; last=$4; shift 4
: >>"$log"
exec 2>/dev/null 3<&0
"$@" </dev/null >>"$log" 2>&1 3<&- &
pid=$!
trap '' PIPE
echo "$pid"
(
  while read -r _ <&3; do :; done
  kill -TERM "$pid"
  n=0
  while kill -0 "$pid" && [ "$n" -lt "$grace" ]; do sleep 1; n=$((n + 1)); done
  kill -KILL "$pid"
) >/dev/null &
watcher=$!
wait "$pid"
kill -KILL "$watcher"
if [ -n "$last" ]; then sh -c "$last" >>"$log" 2>&1 </dev/null; fi
echo ended
while read -r _ <&3; do :; done
if [ -n "$remove" ]; then rm -rf -- "$remove"; fi
`;

const defaultGraceSeconds = 10;

export interface GuardedCommand {
  readonly command: readonly [string, ...string[]];
  readonly env: NodeJS.ProcessEnv;
  readonly workingDirectory: string;
  /** The command's output is appended here. */
  readonly logFile: string;
  /** Removed with everything in it once the command has ended; null: nothing. */
  readonly removeDirectory: string | null;
  /** A shell command that the guardian runs last, such as removing a container; null: none. */
  readonly lastCommand: string | null;
  /** Between SIGTERM and SIGKILL; ten when left out. */
  readonly graceSeconds?: number;
}

/** The command line of the guardian: to be run with a pipe as stdin, in a session of its own. */
export function guardianCommand(guarded: GuardedCommand): { file: string; args: string[] } {
  const { command, logFile, removeDirectory, lastCommand, graceSeconds } = guarded;
  const own = [
    logFile,
    removeDirectory ?? '',
    String(graceSeconds ?? defaultGraceSeconds),
    lastCommand ?? '',
  ];
  return { file: '/bin/sh', args: ['-c', guardianScript, 'shardgate-guardian', ...own, ...command] };
}

export interface GuardedProcess {
  readonly pid: number;
  /** Resolves when the command has ended; its files are still there. */
  readonly exited: Promise<void>;
  /** SIGTERM, after the grace SIGKILL; resolves when the command is gone and its directory removed. */
  stop(): Promise<void>;
  /** The same with SIGKILL at once. */
  kill(): Promise<void>;
  /** SIGSTOP: it does nothing until `thaw`. Resolves when it has stopped: a busy thread hears of a signal a little later. */
  freeze(): Promise<void>;
  /** SIGCONT. */
  thaw(): Promise<void>;
}

/** Resolves when the command was started; that it lives on is for the caller to see. */
export async function startGuarded(guarded: GuardedCommand): Promise<GuardedProcess> {
  const { file, args } = guardianCommand(guarded);
  const guardian = spawn(file, args, {
    cwd: guarded.workingDirectory,
    env: guarded.env,
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const gone = new Promise<void>((resolve) => {
    guardian.once('exit', () => resolve());
    guardian.once('error', () => resolve());
  });
  guardian.stdin.on('error', () => {});
  const lines = createInterface({ input: guardian.stdout });
  const started = await firstLine(lines);
  const pid = Number(started);
  if (!Number.isSafeInteger(pid) || pid <= 0) throw new Error('the guardian shell did not start');
  let ended = false;
  const exited = Promise.race([once(lines, 'line'), gone]).then(() => {
    ended = true;
  });
  const stop = async (): Promise<void> => {
    guardian.stdin.destroy();
    await gone;
  };
  return {
    pid,
    exited,
    stop,
    kill: async () => {
      if (!ended) process.kill(pid, 'SIGKILL');
      await exited;
      await stop();
    },
    freeze: async () => {
      process.kill(pid, 'SIGSTOP');
      while (!(await hasStopped(pid))) await nextTurn();
    },
    thaw: async () => void process.kill(pid, 'SIGCONT'),
  };
}

/** What Linux says of each thread; elsewhere nobody is asked. */
async function hasStopped(pid: number): Promise<boolean> {
  const tasks = `/proc/${pid}/task`;
  const threads = await readdir(tasks).catch((): string[] => []);
  const states = threads.map(async (thread) => {
    const stat = await readFile(`${tasks}/${thread}/stat`, 'utf8').catch(() => '');
    // Behind the name, which may hold anything: "12 (name) T ...".
    return stat === '' || /^ [TtZX]/.test(stat.slice(stat.lastIndexOf(')') + 1));
  });
  return (await Promise.all(states)).every((stopped) => stopped);
}

async function firstLine(lines: Interface): Promise<string> {
  const [line] = await Promise.race([once(lines, 'line'), once(lines, 'close').then(() => [''])]);
  return String(line);
}
