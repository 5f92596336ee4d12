use {
    super::{
        super::{
            client::{Rows, Session},
            sql::{Sql, are_types, array, quoted, single},
            state::State,
        },
        Wish,
        acl::{Granted, Wanted},
        kind::Kind,
    },
    crate::act::{Failure, Probe},
    std::collections::BTreeSet,
};

/// The server's answer about objects: who has what, a row a privilege. An object that nobody has privileges on has one row.
const EXPLODE: &str = "SELECT o.name AS object, CASE WHEN a.grantee = 0 THEN '' ELSE r.rolname::text END AS grantee, \
    a.privilege_type AS privilege, a.is_grantable AS grantable, \
    a.grantor = o.owner OR pg_catalog.pg_get_userbyid(a.grantor) = current_user AS ours \
    FROM (SOURCE) o LEFT JOIN LATERAL pg_catalog.aclexplode(coalesce(o.acl, pg_catalog.acldefault('LETTER', o.owner))) a ON true \
    LEFT JOIN pg_catalog.pg_roles r ON r.oid = a.grantee";

/// All privileges that there are for a kind of object: those that an owner has.
pub fn all(session: &mut Session, letter: &str) -> Result<BTreeSet<String>, Failure> {
    let sql = "SELECT DISTINCT privilege_type FROM pg_catalog.aclexplode(pg_catalog.acldefault($1::\"char\", 10)) \
               WHERE grantee = 10";
    Ok(session.rows(sql, &[letter])?.names().into_iter().collect())
}

impl Wish<'_> {
    /// Privileges on objects that are there.
    pub(super) fn grants(&self, probe: &Probe, session: &mut Session) -> Result<Vec<Sql>, Failure> {
        let rows = self.granted(session)?;
        let mut objects: Vec<String> = match self.kind {
            // Their signatures were found by the server.
            Kind::Function | Kind::Procedure => Vec::new(),
            _ => self.objects.iter().map(|name| single(name)).collect(),
        };
        let found: BTreeSet<&str> = rows.iter().filter_map(|row| row.text("object")).collect();
        if let Some(missing) = objects.iter().find(|name| !found.contains(name.as_str())) {
            return Err(self.unknown(probe, missing));
        }
        if objects.is_empty() {
            objects = found.iter().map(|name| (*name).to_owned()).collect();
        }
        let all = all(session, self.kind.letter())?;
        let wanted = Wanted {
            state: self.state,
            privileges: &self.privileges,
            grant_option: self.grant_option,
            all: &all,
        };
        let revokes = self.state == State::Absent || self.grant_option == Some(false);
        let suits = objects.iter().all(|object| {
            self.grantees
                .iter()
                .all(|grantee| Granted::read(&rows, object, grantee.name(), revokes).suits(&wanted))
        });
        Ok(match suits {
            true => Vec::new(),
            false => self.grant(),
        })
    }

    fn granted(&self, session: &mut Session) -> Result<Rows, Failure> {
        let source = self.kind.source(self.all);
        let sql = EXPLODE
            .replace("SOURCE", &source)
            .replace("LETTER", self.kind.letter());
        let names: Vec<String> = match self.kind {
            Kind::Function | Kind::Procedure => self
                .objects
                .iter()
                .map(|name| self.signature(name))
                .collect::<Result<_, _>>()?,
            _ => self.objects.iter().map(|name| single(name)).collect(),
        };
        let names = array(&names);
        Ok(match (self.kind.has_schema(), self.schema) {
            (false, _) => session.rows(&sql, &[&names])?,
            (true, Some(schema)) => session.rows(&sql, &[&names, schema])?,
            (true, None) => {
                return Err(Failure::refused(format!(
                    "a {} is in a schema: name it with schema",
                    self.kind
                )));
            }
        })
    }

    /// A function with its schema: `"schema"."name"(types)`.
    fn signature(&self, function: &str) -> Result<String, Failure> {
        let illegal = || {
            Failure::refused(format!(
                "Illegal function / procedure signature: \"{function}\"."
            ))
        };
        let (name, types) = function.split_once('(').ok_or_else(illegal)?;
        let types = types.trim_end().strip_suffix(')').ok_or_else(illegal)?;
        if !are_types(types) {
            return Err(illegal());
        }
        let schema = self.schema.map(|schema| format!("{}.", quoted(schema)));
        let schema = schema.unwrap_or_default();
        Ok(format!("{schema}{}({types})", quoted(&single(name))))
    }

    /// What is granted or revoked on the objects.
    fn grant(&self) -> Vec<Sql> {
        let on = |sql: Sql| self.on(self.what(sql));
        match self.state {
            State::Absent => vec![self.whom(on(Sql::new("REVOKE ")), " FROM ").words(";")],
            State::Present => {
                let grant = self.whom(on(Sql::new("GRANT ")), " TO ");
                let revoke = || self.whom(on(Sql::new("REVOKE GRANT OPTION FOR ")), " FROM ");
                match self.grant_option {
                    None => vec![grant.words(";")],
                    Some(true) => vec![grant.words(" WITH GRANT OPTION;")],
                    Some(false) => vec![grant.words(";"), revoke().words(";")],
                }
            }
        }
    }

    /// Adds the objects.
    fn on(&self, sql: Sql) -> Sql {
        let sql = sql.words(" ON ");
        if let (true, Some(words), Some(schema)) = (self.all, self.kind.all(), self.schema) {
            return sql.words(words).name(schema);
        }
        let mut sql = sql.words(self.kind.words()).words(" ");
        for (at, object) in self.objects.iter().enumerate() {
            sql = sql.words(if at == 0 { "" } else { "," });
            sql = match (self.kind, self.schema) {
                // It was found by the server, so it is one.
                (Kind::Function | Kind::Procedure, _) => {
                    sql.verbatim(&self.signature(object).unwrap_or_default())
                }
                (_, Some(schema)) => sql.path(&[schema.into(), single(object)]),
                (_, None) => sql.name(&single(object)),
            };
        }
        sql
    }

    fn unknown(&self, probe: &Probe, name: &str) -> Failure {
        let words = match self.schema {
            Some(schema) => format!("{} \"{schema}.{name}\" does not exist", self.kind),
            None => format!("{} \"{name}\" does not exist", self.kind),
        };
        match probe.pending() {
            Some(pending) => Failure::Unforeseeable(format!("{words}; may come with {pending}")),
            None => Failure::refused(words),
        }
    }
}
