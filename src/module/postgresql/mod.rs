//! PostgreSQL: its modules, which speak the server's own protocol from the host. Nothing but the server has to be there.
//!
//! A look opens its session read-only ([`client::Access::Look`]), so that the server itself refuses to be changed by it; what is to be
//! changed is SQL made of quoted parts ([`sql::Sql`]), run by an act ([`change::Change`]) in a session of its own.

mod arguments;
mod change;
mod client;
pub mod postgresql_db;
pub mod postgresql_ext;
pub mod postgresql_info;
pub mod postgresql_owner;
pub mod postgresql_pg_hba;
pub mod postgresql_ping;
pub mod postgresql_privs;
pub mod postgresql_query;
pub mod postgresql_schema;
pub mod postgresql_set;
pub mod postgresql_table;
pub mod postgresql_user;
mod sql;
mod state;
