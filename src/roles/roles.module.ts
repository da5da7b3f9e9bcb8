import { Module } from '@nestjs/common';
import { Roles } from './roles.js';

/** Roles. */
@Module({ providers: [Roles], exports: [Roles] })
export class RolesModule {}
