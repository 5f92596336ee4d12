use {
    super::build::complaint,
    crate::{
        act::Failure,
        module::docker::{Call, ConfigFile, Control, LONG, Reference},
    },
};

/// Pushes an image; tells the last status, and whether the registry did not have all of it yet.
pub(super) fn push(control: &Control, image: &Reference) -> Result<(String, bool), Failure> {
    let Reference::Name { repository, tag } = image else {
        return Err(Failure::refused(format!(
            "Cannot push an image ID: {image}"
        )));
    };
    let registry = image.registry();
    let config = ConfigFile::usual(control.probe())?;
    let call = Call::new(&["images", repository, "push"])
        .query("tag", tag)
        .header("X-Registry-Auth", config.header(registry))
        .patience(LONG);
    let (mut status, mut changed, mut error) = (String::new(), false, None);
    control.follow(&call, None, &mut |line| {
        if !line["errorDetail"].is_null() || !line["error"].is_null() {
            error = Some(complaint(line));
        }
        if let Some(said) = line["status"].as_str() {
            changed |= ["Pushing", "Pushed"].contains(&said);
            status = said.into();
        }
    })?;
    match error {
        None => Ok((status, changed)),
        Some(error) if error.contains("unauthorized") || error.contains("denied") => {
            Err(Failure::refused(format!(
                "Error pushing image {image} - {error}. Try logging into {registry} first."
            )))
        }
        Some(error) => Err(Failure::refused(format!(
            "Error pushing image {image}: {error}"
        ))),
    }
}

/// Pulls an image.
pub(in crate::module::docker) fn pull(
    control: &Control,
    image: &Reference,
    platform: Option<&str>,
) -> Result<(), Failure> {
    let Reference::Name { repository, tag } = image else {
        return Err(Failure::refused(format!(
            "Cannot pull an image ID: {image}"
        )));
    };
    let config = ConfigFile::usual(control.probe())?;
    let call = Call::new(&["images", "create"])
        .query("fromImage", repository)
        .query("tag", tag)
        .perhaps("platform", platform)
        .header("X-Registry-Auth", config.header(image.registry()))
        .patience(LONG);
    let mut error = None;
    let pulled = control.follow(&call, None, &mut |line| {
        if !line["error"].is_null() {
            error = Some(complaint(line));
        }
    });
    match (pulled, error) {
        (Ok(()), None) => Ok(()),
        (Ok(()), Some(error)) => Err(Failure::refused(format!("Error pulling {image} - {error}"))),
        (Err(failure), _) => Err(Failure::refused(format!(
            "Error pulling image {image} - {failure}"
        ))),
    }
}
