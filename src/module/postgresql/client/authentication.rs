//! Shows a server who is speaking.

use {
    super::{Session, Trouble},
    crate::act::Failure,
    fallible_iterator::FallibleIterator,
    postgres_protocol::{
        authentication::{
            md5_hash,
            sasl::{ChannelBinding, SCRAM_SHA_256, ScramSha256},
        },
        message::{
            backend::{AuthenticationSaslBody, Message},
            frontend,
        },
    },
    std::io,
};

/// Answers the server's demands until it is content.
pub fn authenticate(
    session: &mut Session,
    user: &str,
    password: Option<&str>,
) -> Result<(), Trouble> {
    loop {
        match session.message()? {
            Message::AuthenticationOk => return Ok(()),
            Message::AuthenticationCleartextPassword => {
                send_password(session, needed(password)?.as_bytes())?;
            }
            Message::AuthenticationMd5Password(body) => {
                let needed = needed(password)?.as_bytes();
                let answer = md5_hash(user.as_bytes(), needed, body.salt());
                send_password(session, answer.as_bytes())?;
            }
            Message::AuthenticationSasl(body) => scram(session, &body, needed(password)?)?,
            Message::ErrorResponse(body) => return Err(session.refused("", &body)),
            _ => {
                return Err(unable(
                    "the server demands an authentication that is not known here; \
                     allow peer, scram-sha-256, md5 or password in its pg_hba.conf",
                ));
            }
        }
    }
}

fn needed(password: Option<&str>) -> Result<&str, Trouble> {
    password
        .ok_or_else(|| unable("fe_sendauth: no password supplied; give one with login_password"))
}

fn unable(reason: &str) -> Trouble {
    Failure::refused(format!("unable to connect to database: {reason}")).into()
}

fn send_password(session: &mut Session, answer: &[u8]) -> Result<(), Trouble> {
    session.send(|buffer| frontend::password_message(answer, buffer))
}

/// Both sides prove that they know the password.
fn scram(
    session: &mut Session,
    body: &AuthenticationSaslBody,
    password: &str,
) -> Result<(), Trouble> {
    let known = body.mechanisms().any(|name| Ok(name == SCRAM_SHA_256));
    if !known.unwrap_or(false) {
        return Err(unable(
            "the server knows no way of authentication that is known here",
        ));
    }
    let mut scram = ScramSha256::new(password.as_bytes(), ChannelBinding::unsupported());
    session
        .send(|buffer| frontend::sasl_initial_response(SCRAM_SHA_256, scram.message(), buffer))?;
    match session.message()? {
        Message::AuthenticationSaslContinue(body) => {
            scram.update(body.data()).map_err(unproven)?;
        }
        Message::ErrorResponse(body) => return Err(session.refused("", &body)),
        _ => return Err(unable("the server's authentication went wrong")),
    }
    session.send(|buffer| frontend::sasl_response(scram.message(), buffer))?;
    match session.message()? {
        Message::AuthenticationSaslFinal(body) => scram.finish(body.data()).map_err(unproven),
        Message::ErrorResponse(body) => Err(session.refused("", &body)),
        _ => Err(unable("the server's authentication went wrong")),
    }
}

fn unproven(error: io::Error) -> Trouble {
    unable(&format!(
        "the server does not prove that it knows the password: {error}"
    ))
}
