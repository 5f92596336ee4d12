//! The privileges that objects will have that are made later.

use {
    super::{
        super::{
            client::{Rows, Session},
            sql::{Sql, single},
            state::State,
        },
        Wish,
        acl::{Granted, Wanted},
        objects::all,
        roles::require,
    },
    crate::act::{Failure, Probe},
};

/// A kind of objects to come.
struct Sort {
    words: &'static str,
    /// The server's letters for it: in `pg_default_acl`, and for `acldefault`.
    letters: (&'static str, &'static str),
    privileges: &'static [&'static str],
}

const SORTS: [Sort; 5] = [
    Sort {
        words: "TABLES",
        letters: ("r", "r"),
        privileges: &[
            "ALL",
            "SELECT",
            "INSERT",
            "UPDATE",
            "DELETE",
            "TRUNCATE",
            "REFERENCES",
            "TRIGGER",
            "MAINTAIN",
        ],
    },
    Sort {
        words: "FUNCTIONS",
        letters: ("f", "f"),
        privileges: &["ALL", "EXECUTE"],
    },
    Sort {
        words: "SEQUENCES",
        letters: ("S", "s"),
        privileges: &["ALL", "SELECT", "UPDATE", "USAGE"],
    },
    Sort {
        words: "TYPES",
        letters: ("T", "T"),
        privileges: &["ALL", "USAGE"],
    },
    Sort {
        words: "SCHEMAS",
        letters: ("n", "n"),
        privileges: &["CREATE", "USAGE"],
    },
];

/// Who will have what on objects that `$1` makes, of the sort `$2`, in the schema `$3` (nothing: anywhere): what was said, or else what the
/// server does by itself.
const EXPLODE: &str = "SELECT 'all' AS object, CASE WHEN a.grantee = 0 THEN '' ELSE g.rolname::text END AS grantee, \
    a.privilege_type AS privilege, a.is_grantable AS grantable, true AS ours \
    FROM pg_catalog.pg_roles r \
    LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = nullif($3, '') \
    LEFT JOIN pg_catalog.pg_default_acl d ON d.defaclrole = r.oid AND d.defaclobjtype::text = $2 \
      AND d.defaclnamespace = coalesce(n.oid, 0) \
    CROSS JOIN LATERAL pg_catalog.aclexplode(coalesce(d.defaclacl, \
      CASE WHEN n.oid IS NULL THEN pg_catalog.acldefault('LETTER', r.oid) END)) a \
    LEFT JOIN pg_catalog.pg_roles g ON g.oid = a.grantee WHERE r.rolname = $1";

impl Wish<'_> {
    pub(super) fn defaults(
        &self,
        probe: &Probe,
        session: &mut Session,
    ) -> Result<Vec<Sql>, Failure> {
        let sorts = self.sorts()?;
        self.require_schema(probe, session)?;
        let targets = match self.target_roles.is_empty() {
            true => session.rows("SELECT current_user", &[])?.names(),
            false => self.target_roles.iter().map(|name| single(name)).collect(),
        };
        require(probe, session, &targets)?;
        let mut suits = true;
        for sort in &sorts {
            let all = all(session, sort.letters.1)?;
            let wanted = Wanted {
                state: self.state,
                privileges: &self.privileges,
                grant_option: self.grant_option,
                all: &all,
            };
            for target in &targets {
                let rows = self.to_come(session, sort, target)?;
                suits &= self.grantees.iter().all(|grantee| {
                    let granted = Granted::read(&rows, "all", grantee.name(), false);
                    match self.state {
                        State::Present => granted.is_just(&wanted),
                        State::Absent => granted.is_empty(),
                    }
                });
            }
        }
        Ok(match suits {
            true => Vec::new(),
            false => self.say(&sorts),
        })
    }

    /// The sorts that are meant; to revoke, it is all that can be in a schema, as Ansible has it.
    fn sorts(&self) -> Result<Vec<&'static Sort>, Failure> {
        let usual = || {
            SORTS
                .iter()
                .filter(|sort| sort.words != "SCHEMAS")
                .collect()
        };
        let sorts: Vec<&Sort> = match self.objects.as_slice() {
            [one] if one == "ALL_DEFAULT" => usual(),
            objects => {
                let find = |object: &String| {
                    let found = SORTS
                        .iter()
                        .find(|sort| sort.words.eq_ignore_ascii_case(object));
                    found.ok_or_else(|| {
                        Failure::refused(format!("Invalid Object set specified: {object}"))
                    })
                };
                objects.iter().map(find).collect::<Result<_, _>>()?
            }
        };
        for sort in &sorts {
            let foreign = |privilege: &&String| !sort.privileges.contains(&privilege.as_str());
            if let Some(privilege) = self.privileges.iter().find(foreign) {
                return Err(Failure::refused(format!(
                    "Invalid priv specified. Valid object for priv: {} have no {privilege}",
                    sort.words
                )));
            }
        }
        Ok(match self.state {
            State::Present => sorts,
            State::Absent => usual(),
        })
    }

    fn require_schema(&self, probe: &Probe, session: &mut Session) -> Result<(), Failure> {
        let Some(schema) = self.schema else {
            return Ok(());
        };
        let sql = "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1";
        if !session.rows(sql, &[schema])?.is_empty() {
            return Ok(());
        }
        let words = format!("schema \"{schema}\" does not exist");
        Err(match probe.pending() {
            Some(pending) => Failure::Unforeseeable(format!("{words}; may come with {pending}")),
            None => Failure::refused(words),
        })
    }

    fn to_come(&self, session: &mut Session, sort: &Sort, target: &str) -> Result<Rows, Failure> {
        let sql = EXPLODE.replace("LETTER", sort.letters.1);
        let schema = self.schema.unwrap_or_default();
        Ok(session.rows(&sql, &[target, sort.letters.0, schema])?)
    }

    /// All is taken back, then granted anew: no more is left than what was asked for.
    fn say(&self, sorts: &[&Sort]) -> Vec<Sql> {
        let mut statements = Vec::new();
        for sort in sorts {
            let sql = self.alter().words(" REVOKE ALL ON ").words(sort.words);
            statements.push(self.whom(sql, " FROM ").words(";"));
        }
        for sort in sorts.iter().filter(|_| self.state == State::Present) {
            let sql = self
                .what(self.alter().words(" GRANT "))
                .words(" ON ")
                .words(sort.words);
            let sql = self.whom(sql, " TO ");
            statements.push(match self.grant_option {
                Some(true) => sql.words(" WITH GRANT OPTION;"),
                _ => sql.words(";"),
            });
        }
        statements
    }

    fn alter(&self) -> Sql {
        let mut sql = Sql::new("ALTER DEFAULT PRIVILEGES");
        for (at, role) in self.target_roles.iter().enumerate() {
            sql = sql
                .words(if at == 0 { " FOR ROLE " } else { "," })
                .name(&single(role));
        }
        match self.schema {
            Some(schema) => sql.words(" IN SCHEMA ").name(schema),
            None => sql,
        }
    }
}
