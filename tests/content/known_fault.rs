/// What is truly wrong in the content: code, part of the file's name, part of the message, and how ansible-core fails.
pub const KNOWN: &[(&str, &str, &str, &str)] = &[
    (
        "template-syntax",
        "community/zabbix/roles/zabbix_agent/tasks/api.yml",
        "unexpected end of string",
        "the condition's string begins with ' and ends with \"",
    ),
    (
        "missing-role",
        "community/zabbix/molecule/zabbix_web/prepare.yml",
        "`geerlingguy.apache`",
        "a role that only its own test environment installs",
    ),
    (
        "bad-input",
        "dellemc/openmanage/roles/idrac_certificate/tests/test.yml",
        "the play has no `hosts`",
        "The field 'hosts' is required but was not set",
    ),
    (
        "bad-input",
        "dellemc/openmanage/roles/idrac_firmware/tests/test.yml",
        "the play has no `hosts`",
        "The field 'hosts' is required but was not set",
    ),
    (
        "missing-file",
        "",
        "tests/integration/targets/idrac_system_info/tests/_check_firmware_version_supported.yml",
        "the package leaves out the collection's `tests`",
    ),
    (
        "missing-file",
        "cisco/meraki/playbooks/",
        "`devices.yaml` is not there",
        "whoever tries the example is to write the file",
    ),
    (
        "unknown-keyword",
        "ravendb/ravendb/playbooks/setup_ravendb.yml",
        "`ansible.builtin.include_role`",
        "'ansible.builtin.include_role' is not a valid attribute for a Play",
    ),
];
