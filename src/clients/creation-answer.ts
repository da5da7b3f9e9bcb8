import { Injectable } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { answerMade } from '../common/http/made.js';
import { AppConfig } from '../config/app-config.js';
import { type MadeClient } from './client-creation.service.js';
import { type CreatedClientResponse, toCreatedClient } from './dto/created-client.response.js';

/** Answers a client that was made: where it is, and its secret, this once. */
@Injectable()
export class CreationAnswer {
  constructor(private readonly config: AppConfig) {}

  /** 201, or 200 for what an earlier request made. */
  write(reply: FastifyReply, { made, secret }: MadeClient): CreatedClientResponse {
    const { baseUrl } = this.config;
    const client = answerMade(reply, made, `${baseUrl}/v1/clients/${made.object.id}`);
    return toCreatedClient(client, { secret, tokenUrl: `${baseUrl}/oauth/token` });
  }
}
