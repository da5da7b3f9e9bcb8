import { type QueryRunner } from 'typeorm';
import { appRoleOf } from '../app-role.js';

/** Runs a migration's statements, in which `claviger_app` stands for the role of the database's own. */
export async function runStatements(runner: QueryRunner, statements: readonly string[]): Promise<void> {
  const role = await appRoleOf(runner);
  for (const statement of statements) await runner.query(statement.replaceAll(/\bclaviger_app\b/g, role));
}
