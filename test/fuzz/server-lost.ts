// A statement that a database server itself does not survive, or never answers: nothing to compare with, and new servers are needed.

export class ServerLost extends Error {
  /** A difference that was seen before another path ended the server; null: none. */
  readonly difference: string | null;

  constructor(message: string, difference: string | null = null) {
    super(message);
    this.name = 'ServerLost';
    this.difference = difference;
  }
}

/** What `client` of a plain server answers; ServerLost instead of a closed connection or a silence. */
export function orLost<T>(answer: Promise<T>): Promise<T> {
  return answer.catch((error: unknown) => {
    throw new ServerLost(error instanceof Error ? error.message : String(error));
  });
}
