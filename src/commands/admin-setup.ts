import { StartRefusal } from '../common/errors/start-refusal.js';
import { AdministratorsService } from '../users/administrators.service.js';
import { runCommand } from './open-application.js';

// Prints a setup token for the platform's administrator: alone on standard output, so that a script can take it.
await runCommand(async (app) => {
  const issued = await app.get(AdministratorsService).issueSetupToken();
  if (!issued) throw new StartRefusal('The platform has no administrator: start the service first.');
  process.stdout.write(`${issued.setupToken}\n`);
  process.stderr.write(
    `A setup token for ${issued.email}: it works once, within 24 hours, and replaces the one before.\n` +
      'Send it to POST /auth/password as {"setupToken": …, "password": …}; then sign in at POST /auth/login.\n',
  );
});
