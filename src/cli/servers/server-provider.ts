// What a database server is to the demo and to the tests, whoever runs it.

/** How to reach a server as its administrator: fits mysql2's connection options. */
export type AdminAccess =
  | { readonly socketPath: string; readonly user: string; readonly password: string }
  | { readonly host: string; readonly port: number; readonly user: string; readonly password: string };

export interface ServerOptions {
  /** For messages, log files and container names: `[a-z0-9-]+`. */
  readonly name: string;
  /** Absolute; where the data lives between runs, created when missing. Null: private, gone after `stop`. */
  readonly dataDirectory: string | null;
  /** TCP port on 127.0.0.1; 0 picks a free one. */
  readonly port: number;
  /** False trades durability for speed: for data nobody will miss. */
  readonly durable: boolean;
  /** Server options such as `--max-connections=50`, after our own. */
  readonly extraArguments?: readonly string[];
}

export interface RunningServer {
  readonly name: string;
  /** Always 127.0.0.1: the servers are reachable from this machine only. */
  readonly host: string;
  readonly port: number;
  readonly admin: AdminAccess;
  /** Resolves when the server has ended, whatever the reason. Never rejects. */
  readonly exited: Promise<void>;
  /** Ends the server in order, or by force after ten seconds; resolves when it is gone. May be called twice. */
  stop(): Promise<void>;
  /** Ends it as a power cut would. Resolves when it is gone. */
  crash(): Promise<void>;
  /** It answers nothing any more and closes nothing, as a machine that hangs; for tests. */
  freeze(): Promise<void>;
  /** After `freeze`: it goes on where it was. May be called twice. */
  thaw(): Promise<void>;
}

/**
 * Starts servers. What a provider started ends with the process that asked for it, even when that is killed.
 */
export interface ServerProvider {
  /** For people: which binaries or which image, and where it comes from. */
  readonly description: string;
  /** Resolves once the server answers on its port. Rejects with `ServerProblem`, its log's last lines included. */
  start(options: ServerOptions): Promise<RunningServer>;
}

/** Something about servers that the person at the terminal must know; the message says what to do. */
export class ServerProblem extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ServerProblem';
  }
}

/** Called with one line per step that takes noticeable time. */
export type Progress = (step: string) => void;
