use {super::Target, std::process::Stdio, tokio::process::Command};

/// What the user's ssh configuration says about a host, as ssh itself reads it (`ssh -G`): lower-case names with their values.
/// Nothing where there is no ssh.
pub(super) async fn effective(target: &Target) -> Vec<(String, String)> {
    let mut ssh = Command::new("ssh");
    ssh.arg("-G").args(&target.common_args);
    if let Some(user) = &target.user {
        ssh.arg("-l").arg(user);
    }
    ssh.arg("--").arg(&target.address);
    ssh.stdin(Stdio::null()).kill_on_drop(true);
    let Ok(output) = ssh.output().await else {
        return Vec::new();
    };
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}
