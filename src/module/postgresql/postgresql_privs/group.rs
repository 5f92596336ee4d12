use {
    super::{
        super::{
            client::Session,
            sql::{Sql, array, single},
            state::State,
        },
        Wish,
        roles::require,
    },
    crate::act::{Failure, Probe},
};

/// Who is a member of which role: names, and whether others may be let in.
const MEMBERS: &str = "SELECT g.rolname AS role, m.rolname AS member, bool_or(a.admin_option) AS admin \
    FROM pg_catalog.pg_auth_members a JOIN pg_catalog.pg_roles g ON g.oid = a.roleid \
    JOIN pg_catalog.pg_roles m ON m.oid = a.member WHERE g.rolname = ANY ($1::text[]) GROUP BY 1, 2";

impl Wish<'_> {
    /// Membership in roles.
    pub(super) fn memberships(
        &self,
        probe: &Probe,
        session: &mut Session,
    ) -> Result<Vec<Sql>, Failure> {
        let groups: Vec<String> = self.objects.iter().map(|name| single(name)).collect();
        require(probe, session, &groups)?;
        let rows = session.rows(MEMBERS, &[&array(&groups)])?;
        let suits = groups.iter().all(|group| {
            self.grantees.iter().all(|grantee| {
                let membership = rows.iter().find(|row| {
                    row.text("role") == Some(group) && row.text("member") == Some(grantee.name())
                });
                let admin = membership.map(|row| row.is_true("admin"));
                match (self.state, admin, self.grant_option) {
                    (State::Absent, admin, _) => admin.is_none(),
                    (State::Present, None, _) => false,
                    (State::Present, Some(admin), wanted) => {
                        wanted.is_none_or(|wanted| wanted == admin)
                    }
                }
            })
        });
        if suits {
            return Ok(Vec::new());
        }
        let roles = |mut sql: Sql| {
            for (at, group) in groups.iter().enumerate() {
                sql = sql.words(if at == 0 { "" } else { "," }).name(group);
            }
            sql
        };
        let grant = || self.whom(roles(Sql::new("GRANT ")), " TO ");
        Ok(match (self.state, self.grant_option) {
            (State::Absent, _) => vec![self.whom(roles(Sql::new("REVOKE ")), " FROM ").words(";")],
            (State::Present, None) => vec![grant().words(";")],
            (State::Present, Some(true)) => vec![grant().words(" WITH ADMIN OPTION;")],
            (State::Present, Some(false)) => {
                let revoke = self.whom(roles(Sql::new("REVOKE ADMIN OPTION FOR ")), " FROM ");
                vec![grant().words(";"), revoke.words(";")]
            }
        })
    }
}
