// The process's log: JSON lines for machines, readable lines for a terminal; secrets and literals stay out.
import {
  type DestinationStream,
  destination as openDestination,
  type Logger as PinoLogger,
  pino,
} from 'pino';
import { build as prettyStream } from 'pino-pretty';

export type Logger = PinoLogger;

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

export interface LogOptions {
  readonly level: LogLevel;
  /** Readable instead of JSON; null decides by whether the output is a terminal. */
  readonly pretty: boolean | null;
  /** File descriptor or stream to write to. */
  readonly output: number | DestinationStream;
}

/** Lines held back for a reader that has stopped; beyond that they are dropped and counted. */
const heldBytesMax = 1024 * 1024;

/**
 * Field names that never reach the output, at the top and one and two levels down. `sql` is among them: statements hold literals, so
 * only their normalised text is logged, under `statement`.
 */
const secretFields = [
  'password',
  'passwords',
  'passwordHash',
  'token',
  'authorization',
  'scramble',
  'key',
  'sql',
  'literals',
  'binds',
  'attributes',
];

/** `onDropped` is called for each line that could not be written (full disk, closed pipe): the service goes on. */
export function createLogger(options: LogOptions, onDropped: () => void): Logger {
  const { level, output } = options;
  const pretty = options.pretty ?? (typeof output === 'number' && isTerminal(output));
  const stream = openOutput(output, pretty, onDropped);
  const paths = secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);
  return pino({ level, base: null, redact: { paths, censor: '[hidden]' } }, stream);
}

function openOutput(output: LogOptions['output'], pretty: boolean, onDropped: () => void): DestinationStream {
  if (pretty) {
    return prettyStream({
      destination: output,
      // Written at once: a terminal's reader wants the line before the next thing happens.
      sync: true,
      colorize: typeof output === 'number',
      translateTime: 'SYS:HH:MM:ss.l',
      singleLine: true,
    });
  }
  if (typeof output !== 'number') return output;
  const stream = openDestination({ dest: output, sync: false, maxLength: heldBytesMax });
  stream.on('drop', onDropped);
  stream.on('error', onDropped);
  return stream;
}

function isTerminal(descriptor: number): boolean {
  if (descriptor === process.stdout.fd) return process.stdout.isTTY === true;
  if (descriptor === process.stderr.fd) return process.stderr.isTTY === true;
  return false;
}
