-- Run once, as the superuser, on an empty volume. The login is an ordinary one: it owns its database and may take the
-- role that requests work as, which it therefore need not make. Roles belong to the whole server, so that role has the
-- database's name in its own, as the service computes it. See docs/adr/0002-two-database-roles.md.
\getenv password POSTGRES_PASSWORD
create role claviger login password :'password';
create database claviger owner claviger;
-- No other login of this server connects there.
revoke all on database claviger from public;
\connect claviger
select
  ('claviger_app_' || left(encode(sha256(convert_to(current_database(), getdatabaseencoding())), 'hex'), 32)) as role
  \gset
create role :role nologin;
grant :role to claviger with inherit false, set true;
-- The login's password is no longer the superuser's, who now connects by the socket inside the container only.
alter role postgres password null;
