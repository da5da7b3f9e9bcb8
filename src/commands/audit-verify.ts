import { AuditVerifier } from '../audit/audit-verifier.js';
import { runCommand } from './open-application.js';

// Proves the audit trail: exit code 0 if every chain is whole, 1 if one is broken or nothing could be proved.
await runCommand(async (app) => {
  const { chains, rows, broken } = await app.get(AuditVerifier).verify(({ chain, number, id, what }) => {
    process.stdout.write(`Chain ${chain}: row number ${number}${id === null ? '' : `, ${id},`} ${what}.\n`);
  });
  process.stdout.write(`${chains} chains, ${rows} rows: ${broken === 0 ? 'all whole' : `${broken} chains broken`}.\n`);
  if (broken > 0) process.exitCode = 1;
});
