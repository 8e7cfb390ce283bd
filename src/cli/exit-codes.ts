// Exit codes of the commands.

/** sysexits' EX_CONFIG: the configuration cannot be served. */
export const exitBadConfiguration = 78;
/** `check` found problems; a statement cannot be explained. */
export const exitProblems = 1;
