// Questions between processes: each answer to its question, errors as they were, nothing waits for ever.
import { expect, test } from 'vitest';
import { type Answerers, Channel } from '../../../src/cli/workers/messages.ts';
import { SqlError } from '../../../src/errors/sql-error.ts';

/** Two ends that hand each other JSON, as an IPC channel does. */
function pair(here: Answerers, there: Answerers): readonly [Channel, Channel] {
  const deliver = (to: () => Channel) => (message: object) => {
    const text = JSON.stringify(message);
    queueMicrotask(() => to().received(JSON.parse(text)));
    return true;
  };
  const a: Channel = new Channel({ send: deliver(() => b) }, here);
  const b: Channel = new Channel({ send: deliver(() => a) }, there);
  return [a, b];
}

test('answers find their questions, in both directions at once', async () => {
  const [a, b] = pair(
    { kill: async ({ id }) => (id === 7 ? 'killed' : 'unknown') },
    { killSession: ({ id }) => id % 2 === 0, reload: () => ['a problem'] },
  );
  const answers = await Promise.all([
    a.ask('killSession', { id: 2 }),
    b.ask('kill', { id: 7, user: 'u', queryOnly: true }),
    a.ask('reload', null),
    a.ask('killSession', { id: 3 }),
    b.ask('kill', { id: 8, user: 'u', queryOnly: true }),
  ]);
  expect(answers).toEqual([true, 'killed', ['a problem'], false, 'unknown']);
});

test('an SqlError is one again on the other side', async () => {
  const [a] = pair(
    {},
    {
      explain: () => {
        throw new SqlError(1064, '42000', 'near', 'SG0000');
      },
    },
  );
  const error = await a.ask('explain', { sql: '', keyspace: null }).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(SqlError);
  expect(error).toMatchObject({ errno: 1064, sqlState: '42000', message: 'near', id: 'SG0000' });
});

test('a question nobody answers there, a channel that is closed, a process that is gone', async () => {
  const [a] = pair({}, {});
  await expect(a.ask('status', null)).rejects.toThrow('nobody answers status');
  const silent = new Channel({ send: () => true }, {});
  const waiting = expect(silent.ask('status', null)).rejects.toThrow('has ended');
  silent.close();
  await waiting;
  await expect(new Channel({ send: () => false }, {}).ask('status', null)).rejects.toThrow('is gone');
});

test('messages of others are left alone', () => {
  const channel = new Channel({ send: () => true }, {});
  for (const message of [
    null,
    'text',
    4,
    {},
    { type: 'prom-client:getMetricsReq' },
    { answered: 99, answer: 1, failure: null },
  ])
    expect(() => channel.received(message)).not.toThrow();
});
