// What a session knows of the named locks it holds.

export class NamedLocks {
  /** Shard whose server keeps them; null while none is kept. */
  shardId: string | null = null;
  /** GET_LOCKs that succeeded less RELEASE_LOCKs that did: a lock taken twice is released twice. */
  held = 0;
  /** A lock function stood inside an expression: nobody knows what it did. */
  uncertain = false;

  get any(): boolean {
    return this.held > 0 || this.uncertain;
  }

  clear(): void {
    this.shardId = null;
    this.held = 0;
    this.uncertain = false;
  }
}
