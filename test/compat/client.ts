// One client of the matrix: how to find it and which program runs its session.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  /** Beside PORT and the process's own environment. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Client {
  readonly name: string;
  /** How to get it where it is missing: `apt-get install X`. */
  readonly advice: string;
  /** Prepares what a run needs and tells the version; null where the client is not here. */
  find(): Promise<Found | null>;
}

export interface Found {
  readonly version: string;
  readonly command: Command;
}

const run = promisify(execFile);
const outputBytesMax = 64 * 1024 * 1024;

/** Output of a program, null when it is not there or fails. */
export async function outputOf(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string | null> {
  try {
    const { stdout, stderr } = await run(file, [...args], { env: { ...process.env, ...env } });
    return `${stdout}${stderr}`.trim();
  } catch {
    return null;
  }
}

/** What a session printed; an exit code other than 0 is its last line. */
export function transcript(command: Command, port: number): Promise<string> {
  return new Promise((resolve) => {
    const env = { ...process.env, ...command.env, PORT: String(port) };
    const options = { env, timeout: 120_000, maxBuffer: outputBytesMax };
    execFile(command.file, [...command.args], options, (error, stdout, stderr) => {
      const ending = error === null ? '' : `\nended with ${error.signal ?? error.code}`;
      resolve(`${stdout}${stderr}${ending}`.replaceAll(String(port), 'PORT'));
    });
  });
}
