use {
    super::{Answer, Landing},
    crate::{
        act::{Digest, Failure, Host},
        wire::{Object, Outcome},
    },
    std::time::Instant,
};

/// A file whose server has answered: its content flows when it is fetched.
pub struct Download {
    pub answer: Answer,
    pub started: Instant,
    pub landing: Landing,
    pub values: Object,
}

impl Download {
    pub fn fetch(mut self, host: &mut Host) -> Result<Outcome, Failure> {
        let landed = self.landing.land(host, &mut self.answer)?;
        let md5 = host.digest(&self.landing.path, Digest::Md5)?;
        let msg = self.message();
        let mut values = self.values;
        if let Some(copy) = landed.copy {
            values.insert("backup_file".into(), copy.display().to_string().into());
        }
        values.insert("md5sum".into(), md5.into());
        values.insert("checksum_src".into(), landed.new.into());
        values.insert("checksum_dest".into(), landed.old.into());
        values.insert("size".into(), landed.length.into());
        values.insert("elapsed".into(), self.started.elapsed().as_secs().into());
        values.insert("status_code".into(), self.answer.status.into());
        Ok(Outcome {
            changed: landed.changed,
            msg: Some(msg),
            data: values,
            ..Outcome::default()
        })
    }

    /// As Ansible words it.
    pub fn message(&self) -> String {
        let length = self.answer.header("content-length").unwrap_or("unknown");
        format!("OK ({length} bytes)")
    }
}
