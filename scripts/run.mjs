// Runs one command of ours to its end, showing what it says only when it fails.
import { spawn } from 'node:child_process';

/**
 * Resolves with how many seconds it took; rejects with the end of its output and what to do about it.
 * A line that counts the seconds is shown while it runs on a terminal.
 */
export async function runStep(title, command, options) {
  const { cwd, advice } = options;
  const startedAt = performance.now();
  const seconds = () => ((performance.now() - startedAt) / 1000).toFixed(1);
  const terminal = process.stdout.isTTY === true;
  if (!terminal) process.stdout.write(`${title} ...\n`);
  const ticker = terminal
    ? setInterval(() => process.stdout.write(`\r${title} ... ${seconds()} s`), 100)
    : null;
  const [program, ...programArguments] = command;
  const child = spawn(program, programArguments, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = [];
  child.stdout.on('data', (chunk) => output.push(chunk));
  child.stderr.on('data', (chunk) => output.push(chunk));
  const stop = (signal) => {
    child.kill(signal);
    process.exit(1);
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  const problem = await new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(code === 0 ? null : `exit ${code ?? signal}`));
  });
  process.off('SIGINT', stop).off('SIGTERM', stop);
  if (ticker !== null) clearInterval(ticker);
  process.stdout.write(`${terminal ? '\r' : ''}${title}: ${problem ?? 'done'} in ${seconds()} s\n`);
  if (problem === null) return;
  const tail = Buffer.concat(output).toString().trim().split('\n').slice(-30).join('\n');
  throw new Error(`${command.join(' ')}\n${tail}\n\n${advice}`);
}
