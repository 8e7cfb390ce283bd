// One world for all tests of a file.
import { afterAll, beforeAll } from 'vitest';
import { Stage, type World, type WorldSchema } from './stage.ts';
import { testServers } from './test-servers.ts';

/**
 * Called at a test file's top: two servers and the world are there before its tests and gone after them, `fill` included.
 * `world` must not be read before.
 */
export function fileWorld(
  schema: WorldSchema,
  fill: (world: World) => Promise<void> = async () => {},
): { readonly world: World } {
  let stage: Stage | null = null;
  let made: World | null = null;
  beforeAll(async () => {
    stage = await Stage.open(await testServers());
    made = await stage.world(schema);
    await fill(made);
  });
  afterAll(async () => {
    await made?.close();
    await stage?.close();
  });
  return {
    get world() {
      if (made === null) throw new Error('the world is made before the first test, not before the file');
      return made;
    },
  };
}
