import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { test } from 'vitest';
import { FakeSessions } from './fake-sessions.ts';
import { hashUsers, startHarness } from './harness.ts';
import { testCert, testKey } from './tls-fixture.ts';
const run = promisify(execFile);
async function cli(port: number, ...args: string[]): Promise<void> {
  try { const r = await run('mariadb', ['-h127.0.0.1', `-P${port}`, '-A', '-e', 'echo hello', ...args], { timeout: 5000 }); console.log(args.join(' '), '=>', r.stdout.trim(), r.stderr.trim()); } catch (e) { console.log(args.join(' '), '=> FAIL', String((e as {stderr:string}).stderr).trim()); }
}
test('cli', async () => {
  for (const v of ['8.4.0', '10.11.6-MariaDB', '11.4.2-MariaDB']) {
    const h = await startHarness({ tls: { mode: 'preferred', cert: testCert, key: testKey }, socketPath: '/tmp/c-adhoc/s' }, hashUsers, new FakeSessions(v));
    console.log('--', v);
    await cli(h.port, '-uapp', '-papp', '--skip-ssl');
    await cli(h.port, '-uapp', '-papp', '--ssl');
    await cli(h.port, '-uapp', '-papp', '--skip-ssl', '--default-auth=caching_sha2_password');
    await cli(h.port, '-usha2', '-ppassword', '--skip-ssl');
    await cli(h.port, '-unative', '-ppassword', '--skip-ssl', 'shop');
    await cli(h.port, '-uapp', '-pwrong', '--skip-ssl');
    await cli(h.port, '-uapp', '-papp', '--skip-ssl', 'missing');
    await cli(h.port, '-uapp', '-papp', '-S/tmp/c-adhoc/s', '-hlocalhost');
    await h.close();
  }
}, 60000);
