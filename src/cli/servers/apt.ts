// apt's commands as far as an unprivileged user may run them.
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ServerProblem } from './server-provider.ts';

const run = promisify(execFile);
const outputBytesMax = 64 * 1024 * 1024;

/** apt's commands over the system's package lists, or over private ones where those are absent or unreadable. */
export class Apt {
  readonly #directory: string;
  readonly #signal: AbortSignal | undefined;
  #options: readonly string[] = process.getuid?.() === 0 ? ['-o', 'APT::Sandbox::User=root'] : [];

  constructor(directory: string, signal?: AbortSignal) {
    this.#directory = join(directory, 'apt');
    this.#signal = signal;
  }

  async usePrivateLists(): Promise<void> {
    for (const part of ['state/lists/partial', 'cache/archives/partial']) {
      await mkdir(join(this.#directory, part), { recursive: true });
    }
    this.#options = [
      ...this.#options,
      ...[
        '-o',
        `Dir::State=${join(this.#directory, 'state')}`,
        '-o',
        `Dir::Cache=${join(this.#directory, 'cache')}`,
      ],
      ...['-o', 'Dir::State::status=/var/lib/dpkg/status', '-o', 'Debug::NoLocking=1'],
    ];
    await this.#run('apt-get', ['update']);
  }

  /** Whether every one of them can be downloaded; a version known only from dpkg's status cannot. */
  async knows(packages: readonly string[]): Promise<boolean> {
    try {
      const text = await this.#run('apt-cache', ['madison', ...packages]);
      const names = new Set(text.split('\n').map((line) => line.split('|')[0]?.trim()));
      return packages.every((name) => names.has(name));
    } catch {
      return false;
    }
  }

  async download(packages: readonly string[], into: string): Promise<void> {
    await this.#run('apt-get', ['download', ...packages], into);
  }

  async dependencies(packages: readonly string[]): Promise<string[]> {
    const text = await this.#run('apt-cache', ['depends', '--important', ...packages]);
    const names = [...text.matchAll(/^\s+\|?(?:Pre)?Depends: ([a-z0-9][a-z0-9+.-]*)/gm)].map(
      (match) => match[1] ?? '',
    );
    return [...new Set(names)];
  }

  /** Those that dpkg does not have in working order. libc comes from the system: two of them do not mix. */
  async notInstalled(packages: readonly string[]): Promise<string[]> {
    const format = `\${Package} \${db:Status-Status}\n`;
    const { stdout } = await run('dpkg-query', ['-W', '-f', format, ...packages]).catch(
      (error: { stdout?: string }) => ({
        stdout: error.stdout ?? '',
      }),
    );
    const installed = new Set(
      stdout.split('\n').flatMap((line) => (line.endsWith(' installed') ? [line.split(' ')[0]] : [])),
    );
    return packages.filter((name) => !installed.has(name) && name !== 'libc6');
  }

  async #run(program: string, programArguments: readonly string[], cwd?: string): Promise<string> {
    const command = [...this.#options, ...programArguments];
    try {
      const env = { ...process.env, LC_ALL: 'C' };
      const { stdout } = await run(program, command, {
        env,
        maxBuffer: outputBytesMax,
        ...(this.#signal === undefined ? {} : { signal: this.#signal }),
        ...(cwd === undefined ? {} : { cwd }),
      });
      return stdout;
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      throw new ServerProblem(
        `${program} ${programArguments.join(' ')} failed:\n${text.trim().split('\n').slice(-8).join('\n')}`,
      );
    }
  }
}
