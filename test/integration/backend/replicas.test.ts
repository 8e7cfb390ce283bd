// Which server of a shard serves: replicas in turn, the primary when none is up, others after the configuration changed.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PoolGateway } from '../../../src/backend/gateway.ts';
import type { ShardTargets } from '../../../src/backend/options.ts';
import type { RunningServer } from '../../../src/cli/servers/server-provider.ts';
import { connectAsAdmin } from '../../../src/cli/servers/wait-until-ready.ts';
import { Counters } from '../../../src/observability/counters.ts';
import { ask, leaseOptions, poolLimits, shardId, startServer, targetOf } from './backend-stage.ts';

let server: RunningServer;
let shard: ShardTargets;

beforeAll(async () => {
  server = await startServer('backend-replicas');
  const admin = await connectAsAdmin(server.admin);
  await admin.query('CREATE DATABASE copy_0; CREATE DATABASE copy_1');
  await admin.end();
  // Replicas as the gateway sees them: other databases tell who answered.
  shard = {
    id: shardId,
    keyspace: 'shop',
    name: '-',
    primary: targetOf(server),
    replicas: [targetOf(server, { database: 'copy_0' }), targetOf(server, { database: 'copy_1' })],
  };
});

afterAll(() => server.stop());

async function whoServes(gateway: PoolGateway, role: 'primary' | 'replica'): Promise<unknown> {
  const lease = await gateway.lease(shardId, { ...leaseOptions, role });
  const database = await ask(lease.connection, 'SELECT DATABASE()');
  lease.release();
  return database;
}

test('replicas in turn; without one that is up, the primary', async () => {
  const gateway = new PoolGateway([shard], poolLimits, new Counters([]));
  expect(await whoServes(gateway, 'primary')).toBe('shop_0');
  const seen = [await whoServes(gateway, 'replica'), await whoServes(gateway, 'replica')];
  expect(seen.sort()).toEqual(['copy_0', 'copy_1']);
  gateway.report(shardId, 1, false, 'gone');
  expect([await whoServes(gateway, 'replica'), await whoServes(gateway, 'replica')]).toEqual([
    'copy_0',
    'copy_0',
  ]);
  gateway.report(shardId, 0, false, 'gone');
  expect(await whoServes(gateway, 'replica')).toBe('shop_0');
  gateway.report(shardId, 1, true, '');
  expect(await whoServes(gateway, 'replica')).toBe('copy_1');
  await gateway.close(1_000);
});

test('a changed target gets a new pool, what is the same keeps its own, what is gone is refused', async () => {
  const gateway = new PoolGateway([{ ...shard, replicas: [] }], poolLimits, new Counters([]));
  const old = await gateway.lease(shardId, leaseOptions);
  gateway.update([{ ...shard, replicas: [] }]);
  old.release();
  expect(gateway.tryLease(shardId, leaseOptions)?.connection.id).toBe(old.connection.id);
  expect(gateway.database(shardId)).toBe('shop_0');
  gateway.update([{ ...shard, primary: targetOf(server, { database: 'copy_0' }), replicas: [] }]);
  expect(gateway.database(shardId)).toBe('copy_0');
  expect(await whoServes(gateway, 'primary')).toBe('copy_0');
  gateway.update([]);
  await expect(gateway.lease(shardId, leaseOptions)).rejects.toMatchObject({ id: 'SG4001' });
  await gateway.close(1_000);
});

test('two flavours in one keyspace are refused with the reason', async () => {
  const { startHarness, clearUsers } = await import('../../protocol/harness.ts');
  const other = await startHarness({}, clearUsers);
  const foreign: ShardTargets = {
    id: 'shop/80-',
    keyspace: 'shop',
    name: '80-',
    primary: targetOf({ port: other.port }),
    replicas: [],
  };
  const gateway = new PoolGateway([{ ...shard, replicas: [] }, foreign], poolLimits, new Counters([]));
  expect(await whoServes(gateway, 'primary')).toBe('shop_0');
  const outcome = gateway.lease('shop/80-', leaseOptions).then((lease) => lease.release());
  // The listener calls itself MySQL 8.4.0: only next to MariaDB is that another flavour.
  if (gateway.flavour('shop')?.kind === 'mariadb') {
    await expect(outcome).rejects.toMatchObject({ id: 'SG4005', message: expect.stringContaining('8.4.0') });
  } else {
    await expect(outcome).resolves.toBeUndefined();
  }
  await gateway.close(1_000);
  await other.close();
});
