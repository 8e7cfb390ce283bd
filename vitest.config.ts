// The test projects: what needs servers (integration, differential) and what does not.
import { defineConfig } from 'vitest/config';
import { exitWithParent } from './test/support/exit-with-parent.ts';
import { SummaryReporter } from './test/support/summary-reporter.ts';

exitWithParent();

const seconds = 1_000;

/** Tests that touch neither sockets nor servers. */
function plainProject(name: string): object {
  return { test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout: 10 * seconds } };
}

/** Tests against real database servers, which the global set-up finds or fetches once. */
function serverProject(name: string): object {
  return {
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      globalSetup: ['test/support/global-setup.ts'],
      testTimeout: 60 * seconds,
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
