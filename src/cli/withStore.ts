import type { OpenStore } from './types.js';

export type Open = () => Promise<OpenStore>;

/** Opens the configured database for one command and closes it again, whatever happens. */
export async function withStore<T>(open: Open, work: (store: OpenStore) => Promise<T>): Promise<T> {
  const store = await open();
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
