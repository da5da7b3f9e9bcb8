import { Controller, Delete, Get, HttpCode, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access } from '../common/access/access.decorator.js';
import { CurrentPrincipal } from '../common/access/current-principal.decorator.js';
import { type Principal } from '../common/access/principal.js';
import { Conditional, IfMatch } from '../common/http/if-match.decorator.js';
import { type Precondition } from '../common/precondition.js';
import { idParameter } from '../common/openapi/fields.js';
import { Operation } from '../common/openapi/operation.decorator.js';
import { ClientSecretsService } from './client-secrets.service.js';
import { type ClientSecretResponse, clientSecretResponse, toClientSecrets } from './dto/client-secret.response.js';

/** The secrets of a client, and when and from where each was used. */
@ApiTags('Clients')
@Controller('v1/clients/:clientId/secrets')
export class ClientSecretsController {
  constructor(private readonly secrets: ClientSecretsService) {}

  /** Five at most, so there are no pages. */
  @Access('workspace', 'read')
  @Operation({
    id: 'listClientSecrets',
    summary: 'The live secrets of a client and their use, newest first',
    description: 'A use is told a few seconds later.',
    response: clientSecretResponse.array(),
    problems: ['NotFound'],
  })
  @Get()
  async list(
    @CurrentPrincipal() principal: Principal,
    @Param('clientId', { schema: idParameter('cli') }) clientId: string,
  ): Promise<ClientSecretResponse[]> {
    return toClientSecrets(await this.secrets.list(principal, clientId));
  }

  /** At once. */
  @Access('workspace', 'admin')
  @Operation({
    id: 'deleteClientSecret',
    summary: 'Ends one secret of a client at once',
    description:
      'Tokens already issued live on. The last live secret cannot be deleted. `If-Match` is about the client.',
    status: 204,
    problems: ['NotFound', 'Conflict'],
  })
  @Conditional()
  @Delete(':secretId')
  @HttpCode(204)
  async end(
    @CurrentPrincipal() principal: Principal,
    @Param('clientId', { schema: idParameter('cli') }) clientId: string,
    @Param('secretId', { schema: idParameter('sec') }) secretId: string,
    @IfMatch() precondition: Precondition,
  ): Promise<void> {
    await this.secrets.end(principal, clientId, secretId, precondition);
  }
}
