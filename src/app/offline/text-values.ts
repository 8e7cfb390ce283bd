// Values of a statement's text alone: nobody has bound parameters to it yet.
import { StatementValues } from '../../session/statement/bind-values.ts';
import type { BindValue } from '../../value/bind-value.ts';

/** Thrown where a parameter would decide: what depends on it cannot be said beforehand. */
export class ParameterDecides extends Error {}

const questionMark: BindValue = { kind: 'expression', negative: false, sql: '?', value: '' };

/** Parameters print as the client's `?`; while `routing` they may not be asked for. */
export class TextValues extends StatementValues {
  routing = false;

  override param(): BindValue {
    if (this.routing) throw new ParameterDecides();
    return questionMark;
  }

  /** The body's result; null when a parameter decides it. */
  decided<T>(body: () => T): T | null {
    this.routing = true;
    try {
      return body();
    } catch (error) {
      if (error instanceof ParameterDecides) return null;
      throw error;
    } finally {
      this.routing = false;
    }
  }
}
