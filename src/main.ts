import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { type NestApplicationOptions } from '@nestjs/common';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Refusals } from './access/refusals.js';
import { AppModule } from './app.module.js';
import { configureHttp, createAdapter } from './app.setup.js';
import { StartRefusal } from './common/errors/start-refusal.js';
import { createLogger } from './common/logging/logger.js';
import { PinoLoggerService } from './common/logging/pino-logger.service.js';
import { AppConfig } from './config/app-config.js';
import { ConfigurationError } from './config/configuration.error.js';
import { EmbeddedEngineError } from './database/embedded/embedded-engine.error.js';
import { StartState } from './health/start-state.js';
import { banner } from './start/banner.js';
import { Bootstrap } from './start/bootstrap.js';
import { openInputs } from './start/inputs.js';
import { Startup } from './start/startup.js';

/** How long answers under way have to be read once the listener is closed. */
const DRAIN_MS = 10_000;

try {
  await main();
} catch (error) {
  refuse(error);
}

async function main(): Promise<void> {
  const config = AppConfig.fromEnvironment(process.env);
  const pino = createLogger(config.logLevel);
  const logger = new PinoLoggerService(pino);
  const { location, keyEncryptionKeys, release } = await openInputs(config, logger);
  const options: Pick<NestApplicationOptions, 'bodyParser' | 'logger'> = { bodyParser: false, logger };
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.with({ config, logger, location, keyEncryptionKeys }),
    createAdapter(config, pino),
    options,
  );
  const refusals = app.get(Refusals);
  await configureHttp(app, config, (thrown, fault, request) => refusals.observe(thrown, fault, request));
  const startup = app.get(Startup);
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopping ??= shutDown());
  const shutDown = async (): Promise<void> => {
    app.get(StartState).stopping = true;
    await new Promise((resolve) => setTimeout(resolve, config.shutdownDelaySeconds * 1000));
    // Whoever does not read its answer does not hold the process.
    const overdue = setTimeout(() => app.getHttpServer().closeAllConnections(), DRAIN_MS);
    await app.close();
    clearTimeout(overdue);
    await startup.stop();
    await release();
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => void stop().then(() => process.exit()));
  try {
    await app.listen(config.port, config.host);
    await startup.run();
  } catch (error) {
    refuse(error);
    await stop();
    process.exit();
  }
  if (!config.production && !app.get(StartState).stopping) {
    process.stdout.write(`${banner(config, app.get(Bootstrap))}\n`);
  }
}

/** One sentence for the operator, where the fault is the configuration's; never a value of it. */
function refuse(error: unknown): void {
  process.exitCode = 1;
  const { code } = error as { code?: unknown };
  if (error instanceof ConfigurationError) process.stderr.write(`Configuration:\n  ${error.faults.join('\n  ')}\n`);
  else if (error instanceof StartRefusal || error instanceof EmbeddedEngineError)
    process.stderr.write(`${error.message}\n`);
  else if (code === 'EADDRINUSE') process.stderr.write('The port is in use by another program: set PORT.\n');
  else
    process.stderr.write(
      `Claviger could not start: ${error instanceof Error ? (error.stack ?? error.message) : 'unknown fault'}\n`,
    );
}
