import { hostname } from 'node:os';

/** A worker child as Temporal knows it: in its UI, and in what it says of pending activities. */
export const identityOf = (workerId: string): string => `holdfast-worker ${workerId}@${hostname()}`;
