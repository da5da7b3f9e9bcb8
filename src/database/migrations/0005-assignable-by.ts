import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { runStatements } from './run-statements.js';

/** A role says who may give it. */
export class AssignableBy1700000000005 implements MigrationInterface {
  name = 'AssignableBy1700000000005';

  async up(runner: QueryRunner): Promise<void> {
    await runStatements(runner, [
      `alter table roles add column assignable_by text`,
      `update roles set assignable_by = level`,
      `alter table roles alter column assignable_by set not null,
         add constraint roles_assignable_by check (case level
           when 'workspace' then assignable_by in ('workspace', 'account', 'platform')
           when 'account' then assignable_by in ('account', 'platform')
           else assignable_by = 'platform' end)`,
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table roles drop column assignable_by');
  }
}
