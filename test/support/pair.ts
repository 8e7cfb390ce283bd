// Two sessions that are asked the same, one of Shardgate and one of a plain server.
import { type CompareOptions, differenceOf, summary } from './compare-answers.ts';
import type { Answer, ExactClient, ExactClientOptions } from './exact-client.ts';
import type { World } from './stage.ts';
import { testFlavour } from './test-servers.ts';

export const same = 'the same answer';

export class Pair {
  readonly oracle: ExactClient;
  readonly proxy: ExactClient;
  readonly #options: CompareOptions;

  /** `options`: how answers are compared unless a question says otherwise. */
  constructor(oracle: ExactClient, proxy: ExactClient, options: Partial<CompareOptions> = {}) {
    this.oracle = oracle;
    this.proxy = proxy;
    this.#options = { ordered: false, flavour: testFlavour(), ...options };
  }

  /** New sessions, closed with the world. */
  static async open(
    world: World,
    login: ExactClientOptions = {},
    options: Partial<CompareOptions> = {},
  ): Promise<Pair> {
    return new Pair(await world.oracle(login), await world.proxy(login), options);
  }

  /** `same`, or how the answers differ, metadata to the last flag; throws when there is more than one answer. */
  async ask(sql: string, options: Partial<CompareOptions> = {}): Promise<string> {
    return this.compare(await this.oracle.query(sql), await this.proxy.query(sql), options);
  }

  /** Only whether both did it, or failed alike. */
  async do(...statements: readonly string[]): Promise<void> {
    for (const sql of statements) {
      const [expected, found] = [await this.oracle.query(sql), await this.proxy.query(sql)];
      if (expected.kind !== found.kind || expected.kind === 'error') {
        throw new Error(`${sql}: ${summary(expected)} / ${summary(found)}`);
      }
    }
  }

  async askAll(sql: string): Promise<string> {
    const [expected, found] = [await this.oracle.queryAll(sql), await this.proxy.queryAll(sql)];
    if (expected.length !== found.length) return `${expected.length} answers against ${found.length}`;
    for (const [index, one] of expected.entries()) {
      const difference = this.compare(one, found[index] ?? one);
      if (difference !== same) return `answer ${index + 1}: ${difference}`;
    }
    return same;
  }

  /** Each in order; every one whose answers differ, with the difference. */
  async differences(statements: readonly string[]): Promise<readonly string[]> {
    const found: string[] = [];
    for (const sql of statements) {
      const difference = await this.ask(sql);
      if (difference !== same) found.push(`${sql}\n${difference}`);
    }
    return found;
  }

  compare(expected: Answer, found: Answer, options: Partial<CompareOptions> = {}): string {
    return differenceOf(expected, found, { ...this.#options, ...options }) ?? same;
  }
}
