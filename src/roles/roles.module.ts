import { Module } from '@nestjs/common';
import { RolesController } from './roles.controller.js';
import { Roles } from './roles.js';
import { RolesService } from './roles.service.js';

/** Roles. */
@Module({ controllers: [RolesController], providers: [Roles, RolesService], exports: [Roles, RolesService] })
export class RolesModule {}
