//! The questions, with the columns named as Ansible returns them; the first is the name of each.

pub const RECOVERY: &str = "SELECT pg_catalog.pg_is_in_recovery()";

pub const TABLESPACES: &str = "SELECT spcname, pg_catalog.pg_get_userbyid(spcowner) AS spcowner, \
    coalesce(spcacl::text, '') AS spcacl, coalesce(spcoptions, '{}') AS spcoptions FROM pg_catalog.pg_tablespace";

pub const REPLICATIONS: &str = "SELECT pid, pg_catalog.pg_get_userbyid(usesysid) AS usename, \
    coalesce(application_name, '') AS app_name, client_addr::text AS client_addr, \
    coalesce(client_hostname, '') AS client_hostname, backend_start::text AS backend_start, state \
    FROM pg_catalog.pg_stat_replication";

pub const SLOTS: &str =
    "SELECT slot_name, plugin, slot_type, database, active FROM pg_catalog.pg_replication_slots";

pub const ROLES: &str = "SELECT r.rolname, r.rolsuper AS superuser, r.rolcanlogin AS canlogin, \
    coalesce(r.rolvaliduntil::text, '') AS valid_until, \
    ARRAY(SELECT b.rolname FROM pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles b ON m.roleid = b.oid \
    WHERE m.member = r.oid) AS member_of FROM pg_catalog.pg_roles r WHERE r.rolname !~ '^pg_'";

pub const SETTINGS: &str = "SELECT name, setting, coalesce(unit, '') AS unit, context, vartype, \
    coalesce(boot_val, '') AS boot_val, coalesce(min_val, '') AS min_val, coalesce(max_val, '') AS max_val, \
    coalesce(sourcefile, '') AS sourcefile, coalesce(pg_catalog.current_setting(name, true), '') AS pretty_val, \
    CASE unit WHEN 'kB' THEN greatest(setting::bigint, 0) * 1024 WHEN '8kB' THEN greatest(setting::bigint, 0) * 8192 \
    WHEN 'MB' THEN greatest(setting::bigint, 0) * 1048576 END AS val_in_bytes, pending_restart FROM pg_catalog.pg_settings";

pub const DATABASES: &str = "SELECT d.datname, pg_catalog.pg_get_userbyid(d.datdba) AS owner, \
    pg_catalog.pg_encoding_to_char(d.encoding) AS encoding, d.datcollate AS collate, d.datctype AS ctype, \
    coalesce(pg_catalog.array_to_string(d.datacl, E'\\n'), '') AS access_priv, \
    CASE WHEN pg_catalog.has_database_privilege(d.datname, 'CONNECT') \
    THEN pg_catalog.pg_database_size(d.datname)::text ELSE 'No Access' END AS size \
    FROM pg_catalog.pg_database d WHERE d.datname <> 'template0'";

pub const SUBSCRIPTIONS: &str = "SELECT s.subname, d.datname AS dbname, r.rolname AS ownername, s.subenabled, s.subslotname, \
    s.subsynccommit, s.subpublications FROM pg_catalog.pg_subscription s \
    JOIN pg_catalog.pg_database d ON s.subdbid = d.oid JOIN pg_catalog.pg_roles r ON s.subowner = r.oid";

pub const NAMESPACES: &str = "SELECT nspname, pg_catalog.pg_get_userbyid(nspowner) AS nspowner, \
    coalesce(nspacl::text, '') AS nspacl FROM pg_catalog.pg_namespace";

pub const EXTENSIONS: &str = "SELECT e.extname, e.extversion, n.nspname, \
    pg_catalog.obj_description(e.oid, 'pg_extension') AS description \
    FROM pg_catalog.pg_extension e LEFT JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace";

pub const LANGUAGES: &str = "SELECT lanname, pg_catalog.pg_get_userbyid(lanowner) AS lanowner, \
    coalesce(lanacl::text, '') AS lanacl FROM pg_catalog.pg_language";

pub const PUBLICATIONS: &str = "SELECT p.pubname, p.*, pg_catalog.pg_get_userbyid(p.pubowner) AS ownername \
    FROM pg_catalog.pg_publication p";
