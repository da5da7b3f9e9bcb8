-- Run once, as the superuser, on an empty volume. The login is an ordinary one: it owns its database and may take the
-- role that requests work as, which it therefore need not make. See docs/adr/0002-two-database-roles.md.
\getenv password POSTGRES_PASSWORD
create role claviger_app nologin;
create role claviger login password :'password';
grant claviger_app to claviger with inherit false, set true;
create database claviger owner claviger;
revoke all on database claviger from public;
-- The login's password is no longer the superuser's, who now connects by the socket inside the container only.
alter role postgres password null;
