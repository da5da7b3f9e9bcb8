import { type EntityManager } from 'typeorm';

/**
 * Who may connect reads names and sends notices, even if it reads no rows. PostgreSQL lets everybody; to take that away
 * unasked could shut out an operator's monitoring or backup.
 * @returns a sentence with the SQL that ends it; null where only those who were named may connect
 */
export async function publicConnectWarning(manager: EntityManager): Promise<string | null> {
  const [{ open, database, login }] = await manager.query<[{ open: boolean; database: string; login: string }]>(
    `select has_database_privilege('public', current_database(), 'connect') as open,
            quote_ident(current_database()) as database, quote_ident(current_user) as login`,
  );
  if (!open) return null;
  return (
    `Every login of this PostgreSQL server may connect to the database ${database}. To end that, grant CONNECT to ` +
    `whoever else needs it (backup, monitoring) and run: GRANT CONNECT ON DATABASE ${database} TO ${login}; ` +
    `REVOKE CONNECT, TEMPORARY ON DATABASE ${database} FROM PUBLIC;`
  );
}
