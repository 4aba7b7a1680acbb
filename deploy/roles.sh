#!/usr/bin/env bash
# Run once by the postgres image on an empty volume: the owner of the tables, the web's role that owns nothing, the database.
set -euo pipefail
secrets=${SECRETS_DIR:-/run/secrets}
psql -v ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
  -v owner="$(cat "$secrets/owner_password")" -v web="$(cat "$secrets/web_password")" <<'SQL'
CREATE ROLE zhiheng_owner LOGIN NOCREATEROLE NOSUPERUSER PASSWORD :'owner';
CREATE ROLE zhiheng_web LOGIN NOCREATEDB NOCREATEROLE NOSUPERUSER PASSWORD :'web';
CREATE DATABASE zhiheng OWNER zhiheng_owner ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE zhiheng FROM PUBLIC;
GRANT CONNECT ON DATABASE zhiheng TO zhiheng_web;
\connect zhiheng
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO zhiheng_web;
SQL
