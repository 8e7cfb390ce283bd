// Runs the program in our place: signals go through, its exit code is ours, and it ends when we or npm end.
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { basename } from 'node:path';

const parentCheckMs = 500;

/**
 * Resolves with the exit code to use. The program has an IPC channel to us whose closing tells it that we died;
 * in the other direction we look whether npm, which started us, is still there.
 */
export async function handOver(nodeArguments, cwd) {
  const child = spawn(process.execPath, nodeArguments, {
    cwd,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  // On Ctrl-C the terminal signals the whole group, the program included: one signal is enough, so none is passed on.
  const ignore = () => {};
  const pass = (signal) => child.kill(signal);
  process.on('SIGINT', process.stdin.isTTY ? ignore : pass);
  process.on('SIGTERM', pass).on('SIGHUP', pass);
  const watch = watchAncestors(() => child.kill('SIGTERM'));
  return new Promise((resolve) => {
    child.once('error', (error) => {
      console.error(error.message);
      resolve(1);
    });
    child.once('exit', (code, signal) => {
      clearInterval(watch);
      resolve(code ?? 128 + constants.signals[signal]);
    });
  });
}

/** Calls back once when the process that started us is gone, or npm is, which stands one shell further up. */
function watchAncestors(onGone) {
  const parent = process.ppid;
  const npm = process.env.npm_lifecycle_event === undefined ? null : parentOf(parent);
  const timer = setInterval(() => {
    if (process.ppid === parent && (npm === null || isAlive(npm))) return;
    clearInterval(timer);
    onGone();
  }, parentCheckMs);
  return timer;
}

/** The parent of a shell between npm and us; null when `pid` is npm itself or cannot be looked up. */
function parentOf(pid) {
  const [name, parent] = describeProcess(pid);
  return /^-?(sh|bash|dash|zsh|ksh|ash)$/.test(name) ? Number(parent) : null;
}

function describeProcess(pid) {
  try {
    // pid (name) state ppid ...
    const [, name, parent] = /^\d+ \((.*)\) \S+ (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    return [name, parent];
  } catch {
    // Not Linux.
  }
  try {
    const text = execFileSync('ps', ['-o', 'ppid=,comm=', '-p', String(pid)], { encoding: 'utf8' });
    const [parent, command] = text.trim().split(/\s+/);
    return [basename(command), parent];
  } catch {
    return ['', ''];
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
