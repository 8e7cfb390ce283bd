// The normaliser's fast path: goes over the tokens that need no look at what follows them.

import { C } from '../lexer/char-class.ts';
import { K } from '../lexer/keywords.ts';
import { lookUpKeyword } from '../lexer/keywords-lookup.ts';
import type { Lexer } from '../lexer/lexer.ts';
import { scanQuoted, scanQuotedName } from '../lexer/scan.ts';
import { T } from '../lexer/token.ts';
import type { ClauseState } from './clause.ts';
import { S } from './slot.ts';
import { clauseEffect, E, looksAhead } from './word.ts';
import type { SlotWriter } from './writer.ts';

const singleQuote = 0x27;
const openParen = 0x28;
const closeParen = 0x29;
const comma = 0x2c;
const dot = 0x2e;
const questionMark = 0x3f;
const underscore = 0x5f;
const openBrace = 0x7b;

/** No token was passed over: the lexer must read the next one. */
const stop = -1;

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** The end of a name from its first dot on: `.b.c`. */
function nameEnd(bytes: Uint8Array, words: Uint8Array, at: number): number {
  let end = at;
  do {
    end += 1;
    while (words[bytes[end] as number] === 1) end += 1;
  } while (bytes[end] === dot && words[bytes[end + 1] as number] === 1);
  return end;
}

/**
 * Does with each token what the lexer and the normaliser would do in turn, in half the time; where it meets anything
 * else it stops, and the lexer goes on behind the last token as if it had read it. The tests compare the two ways.
 */
export class Skimmer {
  /** Parameters passed over. */
  params = 0;
  private readonly lexer: Lexer;
  private readonly clause: ClauseState;
  private readonly writer: SlotWriter;

  constructor(lexer: Lexer, clause: ClauseState, writer: SlotWriter) {
    this.lexer = lexer;
    this.clause = clause;
    this.writer = writer;
  }

  /**
   * The word in front must not have said anything of what comes here. Words are dealt with on the spot, not in a
   * method of their own: they are most of a statement, and this makes a join 10% faster.
   */
  skim(): void {
    const { lexer } = this;
    const { bytes, classes, words } = lexer;
    let at = lexer.end;
    for (;;) {
      const code = bytes[at] as number;
      let end = stop;
      switch (classes[code]) {
        case C.space:
          at += 1;
          continue;
        case C.word:
        case C.prefix: {
          if (code === underscore || bytes[at + 1] === singleQuote) return;
          end = at + 1;
          while (words[bytes[end] as number] === 1) end += 1;
          let keyword = 0;
          if (bytes[end] === dot && words[bytes[end + 1] as number] === 1) end = nameEnd(bytes, words, end);
          else if (lexer.kind !== T.dot || lexer.end !== at) {
            keyword = lookUpKeyword(bytes, at, end);
            const effect = clauseEffect(keyword);
            // Of keywords only those are passed over that change nothing but the clause's state.
            if (effect >= looksAhead) return;
            if (effect !== E.none) this.clause.apply(effect);
          }
          lexer.skipTo(end, T.word, keyword);
          break;
        }
        case C.single:
          end = this.single(at, code);
          break;
        case C.dot:
          end = this.dot(at);
          break;
        case C.digit:
          end = this.number(at);
          break;
        case C.quote:
          end = this.string(at);
          break;
        case C.backtick:
          end = scanQuotedName(lexer.text, at);
          if (end >= 0) lexer.skipTo(end, T.quotedIdentifier, K.NONE);
          break;
        case C.less:
        case C.greater:
          end = at + 1;
          lexer.skipTo(end, T.less, K.NONE);
          break;
        default:
          break;
      }
      if (end < 0) return;
      at = end;
    }
  }

  private single(at: number, code: number): number {
    if (code === openBrace) return stop;
    if (code === openParen) this.clause.open(0);
    else if (code === closeParen) this.clause.close();
    else if (code === comma) this.clause.comma();
    else if (code === questionMark) this.params += 1;
    this.lexer.skipTo(at + 1, T.comma, K.NONE);
    return at + 1;
  }

  /** A dot between names. */
  private dot(at: number): number {
    const { lexer } = this;
    const following = lexer.bytes[at + 1] as number;
    if (lexer.words[following] !== 1 || isDigit(following)) return stop;
    lexer.skipTo(at + 1, T.dot, K.NONE);
    return at + 1;
  }

  /** Digits and nothing but digits, not too many for 64 bits. */
  private number(at: number): number {
    const { lexer } = this;
    const { bytes, words } = lexer;
    let end = at + 1;
    while (isDigit(bytes[end] as number)) end += 1;
    if (words[bytes[end] as number] === 1 || bytes[end] === dot || end - at > 19) return stop;
    if (lexer.kind === T.dot && lexer.end === at) return stop;
    if (!this.clause.keeps && lexer.keyword !== K.AS) this.writer.scalar(S.integer, at, at, end);
    lexer.skipTo(end, T.integer, K.NONE);
    return end;
  }

  /** A string, unless another part of it may follow or a comment that might hide one. */
  private string(at: number): number {
    const { lexer } = this;
    const { bytes, classes } = lexer;
    const end = scanQuoted(lexer, at, lexer.escapes);
    if (end < 0) return stop;
    let following = end;
    while (classes[bytes[following] as number] === C.space) following += 1;
    switch (classes[bytes[following] as number]) {
      case C.quote:
      case C.doubleQuote:
      case C.slash:
      case C.hash:
      case C.minus:
        return stop;
      default:
    }
    if (!this.clause.keeps && lexer.keyword !== K.AS) this.writer.scalar(S.string, at, at, end);
    lexer.skipTo(end, T.string, K.NONE);
    return end;
  }
}
