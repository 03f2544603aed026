export interface Deferred {
  promise: Promise<void>;
  resolve(): void;
  reject(reason: unknown): void;
}

/** A promise that is settled from outside. Its rejection may go unobserved: not everybody waits for every one. */
export function deferred(): Deferred {
  let settle: Omit<Deferred, 'promise'> | undefined;
  const promise = new Promise<void>((resolve, reject) => (settle = { resolve, reject }));
  promise.catch(() => undefined);
  return { promise, resolve: () => settle?.resolve(), reject: (reason) => settle?.reject(reason) };
}
