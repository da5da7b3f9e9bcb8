import { type Query } from './listening-connection.js';

/**
 * The channel of every notice. Its name is random and stands in a table that only the owner reads: whoever may merely
 * connect to the database may notify on any channel whose name they know, and need not know this one.
 */
export async function channelOf(query: Query): Promise<string> {
  const [row] = await query<{ name: string }>('select name from feed_channel');
  if (!row) throw new Error('The feed has no channel');
  return row.name;
}
