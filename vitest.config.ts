// The test projects: what needs servers (integration, differential) and what does not.
import { defineConfig } from 'vitest/config';
import { exitWithParent } from './test/support/exit-with-parent.ts';
import { SummaryReporter } from './test/support/summary-reporter.ts';

exitWithParent();

const seconds = 1_000;

/** What is waited for comes in milliseconds; a loaded machine may take seconds. */
const patience = { poll: { timeout: 10 * seconds } };

/** Tests that touch neither sockets nor servers: one worker loads the modules for all of its files, half the work. */
function plainProject(name: string): object {
  return {
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      isolate: false,
      testTimeout: 20 * seconds,
      expect: patience,
    },
  };
}

/** Tests against real database servers, which the global set-up finds or fetches once. */
function serverProject(name: string): object {
  return {
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      globalSetup: ['test/support/global-setup.ts'],
      testTimeout: 60 * seconds,
      expect: patience,
      hookTimeout: 120 * seconds,
    },
  };
}

export default defineConfig({
  test: {
    projects: [
      ...['architecture', 'unit', 'plan', 'protocol'].map(plainProject),
      ...['integration', 'differential'].map(serverProject),
      // What only MySQL has, where the servers are MySQL.
      ...(process.env['SHARDGATE_SERVERS'] === 'mysql' ? [serverProject('mysql')] : []),
      // Long ones, which `npm run faults` asks for.
      ...(process.env['SHARDGATE_FAULTS'] === 'all' ? [serverProject('faults')] : []),
    ],
    reporters: ['default', new SummaryReporter()],
  },
});
