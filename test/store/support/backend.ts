import type { Backend } from '../../../src/store/backend.js';
import { openMysql } from '../../../src/store/mysql.js';
import { openSqlite } from '../../../src/store/sqlite.js';

/** The database behind a store's URL, for what the ports do not show. */
export const openBackend = (url: string): Promise<Backend> =>
  url.startsWith('sqlite:') ? openSqlite(url.slice('sqlite:'.length)) : openMysql(url);
