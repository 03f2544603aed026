import { randomUUID } from 'node:crypto';
import { msToTs } from '@temporalio/common/lib/time.js';
import { describe, expect, it } from 'vitest';
import { isHoldfastError } from '../../src/errors.js';
import { prepareDatabase, prepareTemporal } from '../../src/local/dev-prepare.js';
import { temporalProblem } from '../../src/local/temporal-health.js';
import { createLogger } from '../../src/telemetry/log.js';
import { connectTemporal } from '../../src/temporal/connection.js';
import { createTestDatabase, sharedStack } from '../support/stack.js';
import { until } from '../support/until.js';

const log = createLogger({ level: 'silent', pretty: false });

describe('servers of the user’s own', () => {
  it('get the search attributes they lack', async () => {
    const { temporalAddress: address } = sharedStack();
    const namespace = `own-${randomUUID()}`;
    const { connection, close } = await connectTemporal({ address, namespace });
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: msToTs('1 day'),
    });
    await close();
    // The server takes seconds to see a new namespace.
    await until(
      async () => {
        await prepareTemporal({ address, namespace }, log);
        return (await temporalProblem(address, namespace)) === undefined;
      },
      'the attributes are registered',
      40_000,
    );
  });

  it('get the schema, twice without harm', async () => {
    const database = await createTestDatabase();
    try {
      const { to } = await prepareDatabase(database.url, 'public');
      expect(to).toBeGreaterThan(0);
      expect(await prepareDatabase(database.url, 'public')).toEqual({ from: to, to });
    } finally {
      await database.drop();
    }
  });

  it.each([
    ['nobody listens', (url: URL) => void (url.port = '1')],
    ['the password is wrong', (url: URL) => void (url.password = 'guessed')],
    ['there is no such database', (url: URL) => void (url.pathname = '/absent')],
  ])('are said to be unreachable when %s', async (_, spoil) => {
    const url = new URL(sharedStack().databaseUrl);
    spoil(url);
    const failure = await prepareDatabase(url.toString(), 'public').catch((e: unknown) => e);
    expect(isHoldfastError(failure, 'POSTGRES_UNREACHABLE'), String(failure)).toBe(true);
  });
});
