// A fault found in a file the user wrote; checks collect all of them instead of stopping at the first.

export interface Problem {
  /** A warning is printed and lived with; an error keeps the file from being used. */
  readonly severity: 'error' | 'warning';
  /** File name as the user gave it; null when the text came from elsewhere. */
  readonly file: string | null;
  /** 1-based; null when unknown. */
  readonly line: number | null;
  /** Where in the document, e.g. `keyspaces.shop.shards`. */
  readonly path: string;
  /** What was found and what is allowed. */
  readonly message: string;
}

/** An error whose file and line the caller fills in later. */
export function errorAt(path: string, message: string): Problem {
  return { severity: 'error', file: null, line: null, path, message };
}

/** A warning whose file and line the caller fills in later. */
export function warningAt(path: string, message: string): Problem {
  return { severity: 'warning', file: null, line: null, path, message };
}

export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some((problem) => problem.severity === 'error');
}

/** In file order; problems without a line first. */
export function inLineOrder(problems: readonly Problem[]): readonly Problem[] {
  return [...problems].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
}

/** One text with a line per problem: `file:line: path: message`. */
export function formatProblems(problems: readonly Problem[]): string {
  return problems.map(formatProblem).join('\n');
}

function formatProblem(problem: Problem): string {
  const place = problem.line === null ? problem.file : `${problem.file}:${problem.line}`;
  const parts = [problem.file === null ? '' : place, problem.path].filter((part) => part !== '');
  const label = problem.severity === 'warning' ? 'warning: ' : '';
  return `${parts.join(': ')}${parts.length > 0 ? ': ' : ''}${label}${problem.message}`;
}
