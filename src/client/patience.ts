import { isGrpcServiceError, type Client } from '@temporalio/client';
import { HoldfastError } from '../errors.js';
import { temporalUnreachable } from '../temporal/connection.js';

/** Makes calls that a worker has to answer. All @throws TEMPORAL_UNREACHABLE, NO_WORKER */
export interface Patience {
  answered<T>(call: () => Promise<T>): Promise<T>;
}

/** Hundreds of runs started at the same moment keep a worker busy for longer than it takes to notice that a server is gone. */
const WORKER_WITHIN_MS = 30_000;
/** A server that has not answered a call for so long is asked whether it is there, and has as long again to say so. */
const SERVER_WITHIN_MS = 5_000;

const GRPC_CANCELLED = 1;
const GRPC_DEADLINE_EXCEEDED = 4;
const GRPC_UNAVAILABLE = 14;

/** Tells a server that went away, for which gRPC alone would wait, from one whose workers are busy. */
export function createPatience(client: Client, address: string): Patience {
  let asking: Promise<unknown> | undefined;
  const ask = (): Promise<unknown> =>
    (asking ??= client
      .withDeadline(Date.now() + SERVER_WITHIN_MS, () => client.workflowService.getSystemInfo({}))
      .finally(() => (asking = undefined)));

  return {
    async answered(call) {
      const gone = new AbortController();
      const watching = setInterval(() => void ask().catch((e: unknown) => gone.abort(e)), SERVER_WITHIN_MS);
      try {
        return await client.withAbortSignal(gone.signal, () =>
          client.withDeadline(Date.now() + WORKER_WITHIN_MS, call),
        );
      } catch (e) {
        if (gone.signal.aborted) throw temporalUnreachable(address, gone.signal.reason);
        switch (codeOf(e)) {
          case GRPC_CANCELLED:
          case GRPC_DEADLINE_EXCEEDED:
            throw busy(e);
          case GRPC_UNAVAILABLE:
            throw temporalUnreachable(address, e);
          default:
            throw e;
        }
      } finally {
        clearInterval(watching);
      }
    },
  };
}

const codeOf = (e: unknown): number | undefined => {
  const cause = isGrpcServiceError(e) ? e : (e as Error | undefined)?.cause;
  return isGrpcServiceError(cause) ? cause.code : undefined;
};

const busy = (cause: unknown): HoldfastError =>
  new HoldfastError('NO_WORKER', `no worker took the run within ${WORKER_WITHIN_MS / 1000} s`, {
    next: 'start more workers, then ask again; a run that had not begun was taken back',
    cause,
  });
