mod kind;

use {
    super::{
        arguments::with_login,
        change::Change,
        client::{Access, Session},
        sql::{Sql, array, callable, parts, single},
    },
    crate::{
        act::{Acts, Failure, Look, Probe},
        module::Module,
    },
    kind::Kind,
};

with_login! {
    /// Change who owns an object of a PostgreSQL database, or all objects of a role.
    pub struct PostgresqlOwner {
        /// The role that shall own it.
        new_owner: String,
        /// The object. Functions may have their signature; the others their schema.
        obj_name: Option<String>,
        /// Its kind.
        #[schemars(extend("aliases" = ["type"]))]
        obj_type: Option<Kind>,
        /// Instead of one object: all that these roles own in the database.
        #[serde(default)]
        reassign_owned_by: Vec<String>,
        /// Fail if such a role is not there; else it is passed over.
        #[serde(default = "super::arguments::yes")]
        fail_on_role: bool,
        /// The database.
        #[serde(default)]
        #[schemars(extend("aliases" = ["db"]))]
        login_db: String,
    }
}

impl Module for PostgresqlOwner {
    const NAME: &'static str = "postgresql_owner";
    const COLLECTION: &'static str = "community.postgresql";
    type Delta = Acts;

    fn look(&self, probe: &Probe) -> Result<Look<Acts>, Failure> {
        let object = self.obj_name.as_deref().into_iter();
        let roles = self.reassign_owned_by.iter().map(String::as_str);
        self.reach()
            .check(object.chain(roles).chain([self.new_owner.as_str()]))?;
        let login = self.reach().login(probe, &self.login_db)?;
        let mut session = Session::open(probe, &login, Access::Look)?;
        let mut acts = Acts::new();
        let owner = single(&self.new_owner);
        if !there(&mut session, std::slice::from_ref(&owner))?.contains(&owner) {
            return Err(unknown(probe, &format!("Role '{owner}'")));
        }
        let statement = match (
            &self.obj_name,
            self.obj_type,
            self.reassign_owned_by.is_empty(),
        ) {
            (Some(_), _, false) | (_, Some(_), false) => {
                return Err(Failure::refused(
                    "parameters are mutually exclusive: obj_name|reassign_owned_by, obj_type|reassign_owned_by",
                ));
            }
            (Some(name), Some(kind), true) => set(probe, &mut session, kind, name, &owner)?,
            (None, None, false) => self.reassign(probe, &mut session, &mut acts, &owner)?,
            _ => {
                return Err(Failure::refused(
                    "obj_name and obj_type say what shall have another owner, or else reassign_owned_by whose objects",
                ));
            }
        };
        drop(session);
        Change::new(login, statement.into_iter().collect()).plan(&mut acts, "queries");
        Ok(acts.into_look())
    }
}

impl PostgresqlOwner {
    fn reassign(
        &self,
        probe: &Probe,
        session: &mut Session,
        acts: &mut Acts,
        owner: &str,
    ) -> Result<Option<Sql>, Failure> {
        let known = there(session, &self.reassign_owned_by)?;
        let mut sql = Sql::new("REASSIGN OWNED BY ");
        let mut count = 0;
        for role in &self.reassign_owned_by {
            match (known.contains(role), self.fail_on_role) {
                (true, _) => {
                    sql = sql.words(if count == 0 { "" } else { "," }).name(role);
                    count += 1;
                }
                (false, true) => return Err(unknown(probe, &format!("Role '{role}'"))),
                (false, false) => acts.warn(format!("Role '{role}' does not exist, pass")),
            }
        }
        Ok((count > 0).then(|| sql.words(" TO ").name(owner)))
    }
}

/// What has to be said for an object to have an owner.
fn set(
    probe: &Probe,
    session: &mut Session,
    kind: Kind,
    name: &str,
    owner: &str,
) -> Result<Option<Sql>, Failure> {
    let path = match kind.is_callable() {
        true => parts(name.split('(').next().unwrap_or_default()),
        false if kind.has_schema() => parts(name),
        false => vec![single(name)],
    };
    let (schema, last) = match path.as_slice() {
        [.., schema, last] => (schema.as_str(), last.as_str()),
        [last] => ("", last.as_str()),
        [] => ("", ""),
    };
    let rows = match kind.has_schema() {
        true => session.rows(&kind.find(), &[last, schema])?,
        false => session.rows(&kind.find(), &[last])?,
    };
    let owners = rows.names();
    if owners.is_empty() {
        return Err(unknown(
            probe,
            &format!("{} \"{name}\"", kind.words().to_lowercase()),
        ));
    }
    if owners.iter().all(|there| there == owner) {
        return Ok(None);
    }
    let sql = Sql::new("ALTER ").words(kind.words()).words(" ");
    let sql = match (kind, kind.is_callable()) {
        (_, true) => {
            let signature = callable(name)
                .ok_or_else(|| Failure::refused(format!("{name} is no signature of a function")))?;
            sql.verbatim(&signature)
        }
        (Kind::LargeObject, false) => match name.parse() {
            Ok(number) => sql.number(number),
            Err(_) => {
                return Err(Failure::refused(format!(
                    "a large object has a number, not {name}"
                )));
            }
        },
        _ => sql.path(&path),
    };
    Ok(Some(sql.words(" OWNER TO ").name(owner)))
}

/// Those of these roles that are there.
fn there(session: &mut Session, names: &[String]) -> Result<Vec<String>, Failure> {
    let sql = "SELECT rolname FROM pg_catalog.pg_roles WHERE rolname = ANY ($1::text[])";
    Ok(session.rows(sql, &[&array(names)])?.names())
}

fn unknown(probe: &Probe, what: &str) -> Failure {
    let words = format!("{what} does not exist");
    match probe.pending() {
        Some(pending) => Failure::Unforeseeable(format!("{words}; may come with {pending}")),
        None => Failure::refused(words),
    }
}
