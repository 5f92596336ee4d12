use {
    super::{Target, Unreachable, key_files::KeyFiles, russh::Guard},
    crate::source::Secret,
    ::russh::{
        client::{AuthResult, Handle, KeyboardInteractiveAuthResponse},
        keys::{
            Algorithm, HashAlg, PrivateKey, PrivateKeyWithHashAlg,
            agent::{AgentIdentity, client::AgentClient},
        },
    },
    std::{path::Path, sync::Arc},
};

/// Rounds of questions that a host may ask before it is given up.
const ROUNDS: usize = 8;

/// The usual key files, in the order in which ssh tries them.
const USUAL: &[&str] = &["id_ed25519", "id_ecdsa", "id_rsa"];

/// One attempt after the other on a connection, until the host is satisfied.
struct Login<'a> {
    handle: &'a mut Handle<Guard>,
    target: &'a Target,
    files: &'a KeyFiles,
    user: String,
    /// What was tried, for the message.
    tried: Vec<String>,
}

/// Logs in with the key file, or the ssh agent and the usual key files, and then with the password.
pub(super) async fn login(
    handle: &mut Handle<Guard>,
    target: &Target,
    keys: &KeyFiles,
) -> Result<(), Unreachable> {
    let user = target.user.clone().or_else(|| target.operator.user.clone());
    let mut login = Login {
        handle,
        target,
        files: keys,
        user: user.unwrap_or_else(|| "root".to_owned()),
        tried: Vec::new(),
    };
    if login.keys().await? || login.passwords().await? {
        return Ok(());
    }
    Err(Unreachable::LoginRefused {
        place: target.place(),
        user: login.user,
        tried: match login.tried.is_empty() {
            true => "nothing, as there is no key, no ssh agent and no password".to_owned(),
            false => login.tried.join(", "),
        },
    })
}

impl Login<'_> {
    async fn keys(&mut self) -> Result<bool, Unreachable> {
        if let Some(file) = &self.target.key_file {
            let key = self.files.load(file, self.target.password.as_ref())?;
            return self.key(file, key).await;
        }
        if self.agent().await? {
            return Ok(true);
        }
        let Some(home) = &self.target.operator.home else {
            return Ok(false);
        };
        for name in USUAL {
            let file = home.join(".ssh").join(name);
            if !file.is_file() {
                continue;
            }
            match self.files.load(&file, self.target.password.as_ref()) {
                Ok(key) => {
                    if self.key(&file, key).await? {
                        return Ok(true);
                    }
                }
                // One that nobody asked for may be unusable.
                Err(error) => self.tried.push(error.to_string()),
            }
        }
        Ok(false)
    }

    async fn key(&mut self, file: &Path, key: Arc<PrivateKey>) -> Result<bool, Unreachable> {
        self.tried.push(format!("key {}", file.display()));
        let hash = self.hash_for(key.algorithm()).await?;
        let key = PrivateKeyWithHashAlg::new(key, hash);
        let answer = self
            .handle
            .authenticate_publickey(self.user.as_str(), key)
            .await;
        self.answered(answer)
    }

    async fn hash_for(&mut self, kind: Algorithm) -> Result<Option<HashAlg>, Unreachable> {
        if !kind.is_rsa() {
            return Ok(None);
        }
        let best = self.handle.best_supported_rsa_hash().await;
        let best = best.map_err(|error| self.broken(&error))?;
        Ok(best.unwrap_or(Some(HashAlg::Sha256)))
    }

    async fn agent(&mut self) -> Result<bool, Unreachable> {
        let Some(socket) = &self.target.operator.agent_socket else {
            return Ok(false);
        };
        let Ok(mut agent) = AgentClient::connect_uds(socket).await else {
            self.tried.push("the ssh agent (no answer)".to_owned());
            return Ok(false);
        };
        let identities = agent.request_identities().await.unwrap_or_default();
        self.tried
            .push(format!("the {} keys of the ssh agent", identities.len()));
        for identity in identities {
            let AgentIdentity::PublicKey { key, .. } = identity else {
                continue;
            };
            let hash = self.hash_for(key.algorithm()).await?;
            let answer = self
                .handle
                .authenticate_publickey_with(self.user.as_str(), key, hash, &mut agent)
                .await;
            // A key that the agent holds but will not use is passed over.
            if matches!(answer, Ok(AuthResult::Success)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn passwords(&mut self) -> Result<bool, Unreachable> {
        let Some(password) = &self.target.password else {
            return Ok(false);
        };
        self.tried.push("password".to_owned());
        let answer = self
            .handle
            .authenticate_password(self.user.as_str(), password.reveal())
            .await;
        if self.answered(answer)? {
            return Ok(true);
        }
        self.tried.push("keyboard-interactive".to_owned());
        self.questions(password).await
    }

    /// Answers every question that is not to be echoed with the password.
    async fn questions(&mut self, password: &Secret) -> Result<bool, Unreachable> {
        let mut answer = self
            .handle
            .authenticate_keyboard_interactive_start(self.user.as_str(), None)
            .await;
        for _ in 0..ROUNDS {
            let prompts = match answer {
                Ok(KeyboardInteractiveAuthResponse::Success) => return Ok(true),
                Ok(KeyboardInteractiveAuthResponse::Failure { .. }) => return Ok(false),
                Ok(KeyboardInteractiveAuthResponse::InfoRequest { prompts, .. }) => prompts,
                Err(error) => return Err(self.broken(&error)),
            };
            let responses = prompts
                .iter()
                .map(|prompt| match prompt.echo {
                    true => String::new(),
                    false => password.reveal().to_owned(),
                })
                .collect();
            answer = self
                .handle
                .authenticate_keyboard_interactive_respond(responses)
                .await;
        }
        Ok(false)
    }

    fn answered(&self, answer: Result<AuthResult, ::russh::Error>) -> Result<bool, Unreachable> {
        match answer {
            Ok(result) => Ok(result.success()),
            Err(error) => Err(self.broken(&error)),
        }
    }

    fn broken(&self, error: &::russh::Error) -> Unreachable {
        Unreachable::Handshake {
            place: self.target.place(),
            reason: error.to_string(),
        }
    }
}
