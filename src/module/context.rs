use {
    crate::{
        act::{Act, Failure, Host, Label, Probe},
        wire::{Object, Outcome},
    },
    serde_json::Value,
    std::path::Path,
};

/// The arguments that modules about files have for SELinux: the parts of a context, in order.
pub const PARTS: [&str; 4] = ["seuser", "serole", "setype", "selevel"];

/// Where SELinux is, files have a context in this attribute.
const ATTRIBUTE: &str = "security.selinux";

/// Gives what a step left at its path the SELinux context that its arguments ask for. Without SELinux they mean nothing.
pub fn settle(probe: &mut Probe, arguments: &Object, mut outcome: Outcome) -> Outcome {
    if outcome.failed || outcome.unknown.is_some() {
        return outcome;
    }
    let set = match label(probe, arguments, &outcome) {
        Ok(None) => return outcome,
        Ok(Some(label)) => change(probe, &label, &mut outcome),
        Err(failure) => Err(failure),
    };
    match set {
        Ok(()) => outcome,
        Err(failure) => Outcome {
            changed: outcome.changed,
            ..failure.into_outcome()
        },
    }
}

fn change(probe: &mut Probe, label: &Label, outcome: &mut Outcome) -> Result<(), Failure> {
    if let Some(mut host) = Host::of(probe) {
        label.perform(&mut host)?;
    }
    outcome.changed = true;
    if probe.step().diff {
        outcome.diff.extend(label.diff());
    }
    Ok(())
}

/// What is to be changed.
fn label(probe: &Probe, arguments: &Object, outcome: &Outcome) -> Result<Option<Label>, Failure> {
    let text = |name: &str| arguments.get(name).and_then(Value::as_str);
    let wanted = PARTS.map(text);
    let place = ["dest", "path"].into_iter().find_map(|name| {
        let told = outcome.data.get(name).and_then(Value::as_str);
        told.or_else(|| text(name))
    });
    let (Some(place), true) = (place, wanted.iter().any(Option::is_some)) else {
        return Ok(None);
    };
    if text("state") == Some("absent") || !probe.exists(Path::new("/sys/fs/selinux/enforce"))? {
        return Ok(None);
    }
    if wanted.contains(&Some("_default")) {
        return Err(Failure::refused(
            "`_default` is what the host's policy says of the path: run `restorecon` for that",
        ));
    }
    let path = Path::new(place);
    let before = probe.label(path, ATTRIBUTE)?;
    Ok(before.and_then(|before| {
        let after = merged(&before, wanted);
        (after != before).then(|| Label {
            path: path.to_owned(),
            name: ATTRIBUTE,
            before,
            after,
        })
    }))
}

/// A context with the parts that are wanted; where the policy has no levels, none is added.
fn merged(context: &str, wanted: [Option<&str>; 4]) -> String {
    let parts = context.splitn(PARTS.len(), ':').zip(wanted);
    let parts: Vec<_> = parts.map(|(part, wanted)| wanted.unwrap_or(part)).collect();
    parts.join(":")
}

#[cfg(test)]
mod tests {
    use {super::*, crate::act::Scratch, crate::module::trial::Trial, serde_json::json};

    #[test]
    fn parts_that_are_not_asked_for_stay() {
        let context = "system_u:object_r:etc_t:s0:c1,c2";
        let wanted = [None, None, Some("httpd_t"), None];
        assert_eq!(
            merged(context, wanted),
            "system_u:object_r:httpd_t:s0:c1,c2"
        );
        let wanted = [Some("u"), Some("r"), None, Some("s0-s0:c3")];
        assert_eq!(merged(context, wanted), "u:r:etc_t:s0-s0:c3");
        assert_eq!(merged("u:r:t", [None, None, None, Some("s0")]), "u:r:t");
        assert_eq!(merged(context, [None; 4]), context);
    }

    #[test]
    fn modules_about_files_take_them_and_others_do_not() {
        let scratch = Scratch::new();
        let arguments =
            json!({"path": scratch.at("a"), "state": "touch", "setype": "etc_t", "selevel": "s0"});
        assert!(!Trial::new().apply("file", arguments).failed);
        let takes = |name| {
            let schema = crate::module::find(name).unwrap().schema();
            PARTS.iter().all(|part| schema.argument(part).is_some())
        };
        for name in [
            "archive",
            "blockinfile",
            "copy",
            "file",
            "get_url",
            "lineinfile",
            "replace",
            "unarchive",
            "uri",
            "yum_repository",
        ] {
            assert!(takes(name), "{name}");
        }
        assert!(!takes("ping") && !takes("stat"));
    }
}
