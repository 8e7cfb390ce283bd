// One assignment of a SET between its check and its effect.

/** A checked assignment: its value is known, nothing has changed yet. */
export type Change = () => void | Promise<void>;
