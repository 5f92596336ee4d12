use {
    super::{endpoint::variable, reference::HUB},
    crate::{
        act::{Failure, Probe},
        module::{HostPath, net::Credentials},
        wire::Object,
    },
    base64::{Engine, prelude::BASE64_STANDARD, prelude::BASE64_URL_SAFE},
    serde_json::{Value, json},
    std::path::PathBuf,
};

/// Under which Docker keeps the credentials of its own registry.
pub const HUB_ADDRESS: &str = "https://index.docker.io/v1/";

/// The file in which Docker keeps the credentials for registries.
#[derive(Clone, Debug)]
pub struct ConfigFile {
    pub path: PathBuf,
    pub content: Object,
}

impl ConfigFile {
    /// The file of the user that the step runs as: in `DOCKER_CONFIG`, else in `~/.docker`.
    pub fn usual(probe: &Probe) -> Result<Self, Failure> {
        let path = match variable(probe, "DOCKER_CONFIG") {
            Some(directory) => PathBuf::from(directory).join("config.json"),
            None => HostPath::new("~/.docker/config.json").on(probe)?,
        };
        Self::read(probe, path)
    }

    /// Reads it. A file that is not there is as good as an empty one.
    pub fn read(probe: &Probe, path: PathBuf) -> Result<Self, Failure> {
        let content = match probe.exists(&path)? {
            true => probe.read(&path)?,
            false => Vec::new(),
        };
        if content.trim_ascii().is_empty() {
            let content = Object::new();
            return Ok(Self { path, content });
        }
        match serde_json::from_slice(&content) {
            Ok(Value::Object(content)) => Ok(Self { path, content }),
            _ => Err(Failure::refused(format!(
                "{} is no JSON; repair or remove it",
                path.display()
            ))),
        }
    }

    /// The program that keeps the credentials for a registry instead of this file.
    pub fn helper(&self, registry: &str) -> Option<&str> {
        let own = self.content.get("credHelpers");
        let own = own.and_then(|helpers| helpers[registry].as_str());
        own.or_else(|| self.content.get("credsStore")?.as_str())
    }

    /// The credentials that are kept under just this name.
    pub fn kept(&self, registry: &str) -> Option<Credentials> {
        let auths = self.content.get("auths")?.as_object()?;
        auths
            .contains_key(registry)
            .then(|| self.credentials(registry))?
    }

    /// Keeps credentials.
    pub fn keep(&mut self, registry: &str, credentials: &Credentials) {
        let pair = format!("{}:{}", credentials.user, credentials.password);
        let auths = self.content.entry("auths").or_insert_with(|| json!({}));
        auths[registry] = json!({ "auth": BASE64_STANDARD.encode(pair) });
    }

    /// Keeps them no longer.
    pub fn forget(&mut self, registry: &str) {
        if let Some(Value::Object(auths)) = self.content.get_mut("auths") {
            auths.remove(registry);
        }
    }

    /// The credentials for a registry.
    pub fn credentials(&self, registry: &str) -> Option<Credentials> {
        let auths = self.content.get("auths")?.as_object()?;
        let (_, entry) = auths.iter().find(|(name, _)| same(name, registry))?;
        if let (Some(user), Some(password)) =
            (entry["username"].as_str(), entry["password"].as_str())
        {
            return Some(Credentials {
                user: user.into(),
                password: password.into(),
            });
        }
        let pair = BASE64_STANDARD.decode(entry["auth"].as_str()?).ok()?;
        let pair = String::from_utf8(pair).ok()?;
        let (user, password) = pair.split_once(':')?;
        Some(Credentials {
            user: user.into(),
            password: password.trim_end_matches('\0').into(),
        })
    }

    /// The value of the header `X-Registry-Auth` for a registry. Without credentials, it says so.
    pub fn header(&self, registry: &str) -> String {
        let auth = match self.credentials(registry) {
            Some(known) => told(&known, registry),
            None => json!({}),
        };
        BASE64_URL_SAFE.encode(auth.to_string())
    }

    /// The value of the header `X-Registry-Config`, with which a build pulls.
    pub fn all(&self) -> String {
        let auths = self.content.get("auths").and_then(Value::as_object);
        let known = auths.into_iter().flatten().filter_map(|(name, _)| {
            let credentials = self.credentials(name)?;
            Some((name.clone(), told(&credentials, name)))
        });
        let known: Object = known.collect();
        BASE64_URL_SAFE.encode(Value::Object(known).to_string())
    }
}

fn told(credentials: &Credentials, registry: &str) -> Value {
    json!({
        "username": credentials.user,
        "password": credentials.password,
        "serveraddress": registry,
    })
}

/// Whether two names mean the same registry: the one may be a URL.
fn same(one: &str, other: &str) -> bool {
    fn host(name: &str) -> &str {
        let name = name.split_once("://").map_or(name, |(_, rest)| rest);
        match name.split('/').next().unwrap_or_default() {
            "index.docker.io" | "registry-1.docker.io" => HUB,
            host => host,
        }
    }
    host(one) == host(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_credentials_by_host() {
        let pair = BASE64_STANDARD.encode("ada:s3:cret");
        let auths = json!({HUB_ADDRESS: {"auth": pair}, "reg.example:5000": {"username": "b", "password": "c"}});
        let file = ConfigFile {
            path: "/x".into(),
            content: Object::from_iter([("auths".to_owned(), auths)]),
        };
        let hub = file.credentials(HUB).unwrap();
        assert_eq!((&*hub.user, &*hub.password), ("ada", "s3:cret"));
        assert_eq!(file.credentials("reg.example:5000").unwrap().user, "b");
        assert!(file.credentials("reg.example").is_none());
        assert_eq!(file.header("elsewhere"), BASE64_URL_SAFE.encode("{}"));
    }
}
