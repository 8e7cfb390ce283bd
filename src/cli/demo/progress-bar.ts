// A bar that fills on a terminal, and a line per quarter where the output is a file.

const barWidth = 30;
const redrawMs = 100;

/** Where progress is shown: `process.stdout`, or whatever collects it. */
export interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export class ProgressBar {
  readonly #title: string;
  readonly #total: number;
  readonly #out: Output;
  #done = 0;
  #drawnAt = 0;
  #quartersShown = 0;

  constructor(title: string, total: number, out: Output) {
    this.#title = title;
    this.#total = total;
    this.#out = out;
  }

  add(count: number): void {
    this.#done += count;
    if (this.#out.isTTY) this.#drawOnTerminal();
    else this.#writeQuarter();
  }

  /** Leaves the full bar behind and ends its line. */
  finish(): void {
    if (!this.#out.isTTY) return;
    this.#drawnAt = 0;
    this.#drawOnTerminal();
    this.#out.write('\n');
  }

  #drawOnTerminal(): void {
    const now = performance.now();
    if (this.#drawnAt !== 0 && now - this.#drawnAt < redrawMs) return;
    this.#drawnAt = now;
    const share = this.#total === 0 ? 1 : this.#done / this.#total;
    const filled = Math.round(share * barWidth);
    const bar = '#'.repeat(filled) + '.'.repeat(barWidth - filled);
    this.#out.write(
      `\r${this.#title} [${bar}] ${Math.floor(share * 100)} % (${this.#done} of ${this.#total} rows)`,
    );
  }

  #writeQuarter(): void {
    const quarter = Math.floor((this.#done * 4) / Math.max(this.#total, 1));
    if (quarter <= this.#quartersShown) return;
    this.#quartersShown = quarter;
    this.#out.write(`${this.#title}: ${quarter * 25} % (${this.#done} of ${this.#total} rows)\n`);
  }
}
