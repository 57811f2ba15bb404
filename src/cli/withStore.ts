import type { OpenStore } from './types.js';

export type Open<S = OpenStore> = () => Promise<S>;

/** Opens the configured database for one command and closes it again, whatever happens. */
export async function withStore<S extends { close(): Promise<void> }, T>(
  open: Open<S>,
  work: (store: S) => Promise<T>,
): Promise<T> {
  const store = await open();
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
