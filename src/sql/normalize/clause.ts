// Which literals stay in the plan key because of where they stand: the state of the clause at each parenthesis level.
import { E, type Effect, typeAfterAs, typeAfterComma } from './word.ts';

/** Bits of a level's state, beside `typeAfterAs` and `typeAfterComma`. Up to the end of the clause: */
const keep = 1;
/** The whole level, because the place where it stands is kept. */
export const keepAll = 2;
/** Between SELECT and its FROM. */
const selectList = 4;
const kept = keep | keepAll | selectList;

export class ClauseState {
  private state = 0;
  private depth = 0;
  /** States of the levels around the current one, `depth` of them. */
  private readonly levels: number[] = [];

  reset(): void {
    this.state = 0;
    this.depth = 0;
    if (this.levels.length > levelsKept) this.levels.length = 0;
  }

  /** Whether literals here stay in the key. */
  get keeps(): boolean {
    return (this.state & kept) !== 0;
  }

  /** Whether no parenthesis is open. */
  get isTop(): boolean {
    return this.depth === 0;
  }

  /** `flags`: what the word in front says of the level, or 0. */
  open(flags: number): void {
    this.levels[this.depth] = this.state;
    this.depth += 1;
    const inherited = this.keeps || flags === keepAll ? keepAll : 0;
    this.state = inherited | (flags & (typeAfterAs | typeAfterComma));
  }

  /** One parenthesis too many is for the parser to refuse. */
  close(): void {
    this.state = this.depth > 0 ? (this.levels[this.depth - 1] ?? 0) : 0;
    if (this.depth > 0) this.depth -= 1;
  }

  comma(): void {
    if ((this.state & typeAfterComma) !== 0) this.state |= keep;
  }

  /** The effects of words that change nothing but this state; none of the others. */
  apply(effect: Effect): void {
    switch (effect) {
      case E.selectList:
        this.state = (this.state & ~keep) | selectList;
        return;
      case E.endsSelectList:
        this.state &= ~(keep | selectList);
        return;
      case E.endsKeep:
        this.state &= ~keep;
        return;
      case E.keep:
        this.state |= keep;
        return;
      case E.listFollows:
        this.state = (this.state & ~selectList) | keep;
        return;
      case E.type:
        if ((this.state & typeAfterAs) !== 0) this.state |= keep;
        return;
      default:
    }
  }
}

/** A deeper stack is given up after use. */
const levelsKept = 1024;
