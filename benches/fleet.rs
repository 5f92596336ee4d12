//! What a run over many hosts costs beside the same handshakes alone: the hosts are addresses of the loopback, in a network of
//! this program's own, which all lead to one real sshd. `cargo bench --bench fleet` needs root, as it makes that network.

use {
    futures::{StreamExt, stream},
    russh::{
        ChannelMsg,
        client::{self, Config, Handler},
        keys::{PrivateKey, PrivateKeyWithHashAlg, PublicKeyOrCertificate, load_secret_key},
    },
    std::{
        env,
        error::Error,
        fs,
        io::{BufRead, BufReader},
        net::Ipv4Addr,
        path::{Path, PathBuf},
        process::{Child, Command, ExitStatus, Stdio},
        sync::Arc,
        thread,
        time::{Duration, Instant},
    },
    tempfile::TempDir,
};

/// Hosts of each run; the last one is what the targets are about.
const SIZES: [usize; 4] = [125, 250, 500, 1000];
const STEPS: usize = 20;
/// For growth with steps: so many hosts, and so many steps.
const LONG: (usize, usize) = (100, 200);
/// As many handshakes at once as farcast allows itself.
const HANDSHAKES: usize = 32;
const PORT: u16 = 2222;
/// Says, in the environment, that this process is in a network of its own.
const INSIDE: &str = "FARCAST_BENCH_INSIDE";

type Outcome<T> = Result<T, Box<dyn Error>>;

/// How long something took and the most memory that it had, in KiB.
struct Cost {
    time: Duration,
    memory: u64,
}

fn main() -> Outcome<()> {
    if env::var_os(INSIDE).is_none() {
        let mut inside = Command::new("unshare");
        inside.args(["--net", "--"]).arg(env::current_exe()?);
        return succeed(inside.env(INSIDE, "yes").status()?);
    }
    succeed(
        Command::new("ip")
            .args(["link", "set", "lo", "up"])
            .status()?,
    )?;
    let ground = Ground::up()?;
    // The first run makes what the others find.
    ground.apply(1, LONG.1)?;
    println!("{:<34} {:>9} {:>12}", "", "seconds", "memory, MiB");
    let mut costs = Vec::new();
    for hosts in SIZES {
        let alone = ground.handshakes(hosts)?;
        let cost = ground.apply(hosts, STEPS)?;
        show(&format!("{hosts} handshakes alone"), alone, None);
        show(
            &format!("{hosts} hosts × {STEPS} steps"),
            cost.time,
            Some(&cost),
        );
        println!(
            "{:<34} {:>9.2} {:>12}   limits 1.3, 250 MiB",
            "  ratio",
            ratio(cost.time, alone),
            ""
        );
        costs.push((hosts as f64, ground.apply(hosts, 1)?.memory as f64));
    }
    println!(
        "{:<34} {:>22.0}   limit 150",
        "each idle host more, KiB",
        slope(&costs)
    );
    let (hosts, steps) = LONG;
    let short = ground.apply(hosts, STEPS)?;
    let long = ground.apply(hosts, steps)?;
    show(
        &format!("{hosts} hosts × {STEPS} steps"),
        short.time,
        Some(&short),
    );
    show(
        &format!("{hosts} hosts × {steps} steps"),
        long.time,
        Some(&long),
    );
    Ok(())
}

fn show(what: &str, time: Duration, cost: Option<&Cost>) {
    let memory = cost.map_or(String::new(), |cost| {
        format!("{:.1}", cost.memory as f64 / 1024.0)
    });
    println!("{what:<34} {:>9.2} {memory:>12}", time.as_secs_f64());
}

fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64()
}

/// The steepness of the straight line that fits these points best.
fn slope(points: &[(f64, f64)]) -> f64 {
    let count = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let rise: f64 = points
        .iter()
        .map(|point| (point.0 - x) * (point.1 - y))
        .sum();
    let run: f64 = points.iter().map(|point| (point.0 - x).powi(2)).sum();
    rise / run
}

fn succeed(status: ExitStatus) -> Outcome<()> {
    match status.success() {
        true => Ok(()),
        false => Err(format!("ended with {status}").into()),
    }
}

/// The address of a host by its number.
fn address(host: usize) -> Ipv4Addr {
    let [.., high, low] = host.to_be_bytes();
    Ipv4Addr::new(127, 1, high, low)
}

/// The sshd that all hosts are, and what farcast and a bare client need to reach it.
struct Ground {
    directory: TempDir,
    agents: PathBuf,
    sshd: Child,
}

impl Ground {
    fn up() -> Outcome<Self> {
        let agents = env::var_os("FARCAST_AGENT_DIR").map(PathBuf::from);
        let agents = agents.ok_or("FARCAST_AGENT_DIR must name the directory of farcast-agent")?;
        let directory = tempfile::Builder::new()
            .prefix("farcast-fleet-")
            .tempdir()?;
        let path = directory.path();
        for name in ["host", "user"] {
            let mut keygen = Command::new("ssh-keygen");
            keygen.args(["-q", "-t", "ed25519", "-N", "", "-f"]);
            succeed(keygen.arg(path.join(name)).status()?)?;
        }
        fs::create_dir_all("/run/sshd")?;
        Ok(Self {
            sshd: sshd(path)?,
            agents,
            directory,
        })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Applies a playbook of so many steps to so many hosts.
    fn apply(&self, hosts: usize, steps: usize) -> Outcome<Cost> {
        self.describe(hosts, steps)?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_farcast"));
        command.args(["apply", "--forks", "1000", "-i"]);
        command
            .arg(self.path("hosts.ini"))
            .arg(self.path("steps.yml"));
        command.env("FARCAST_AGENT_DIR", &self.agents);
        command
            .env("HOME", self.directory.path())
            .env_remove("SSH_AUTH_SOCK");
        let log = fs::File::create(self.path("log"))?;
        command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        let begun = Instant::now();
        let mut child = command.spawn()?;
        let mut memory = 0;
        let status = loop {
            memory = peak(child.id()).unwrap_or(memory);
            match child.try_wait()? {
                Some(status) => break status,
                None => thread::sleep(Duration::from_millis(10)),
            }
        };
        let time = begun.elapsed();
        succeed(status).map_err(|error| {
            let log = fs::read_to_string(self.path("log")).unwrap_or_default();
            let last: Vec<_> = log.lines().rev().take(20).collect();
            format!("farcast {error}: {}", last.join("\n"))
        })?;
        Ok(Cost { time, memory })
    }

    /// Writes the inventory, the known keys of its hosts, and the playbook.
    fn describe(&self, hosts: usize, steps: usize) -> Outcome<()> {
        let key = fs::read_to_string(self.path("host.pub"))?;
        let mut inventory = format!(
            "[all:vars]\nansible_connection=russh\nansible_user=root\nansible_port={PORT}\nansible_ssh_private_key_file={}\n[all]\n",
            self.path("user").display()
        );
        let mut known = String::new();
        for host in 1..=hosts {
            let address = address(host);
            inventory += &format!("host{host} ansible_host={address}\n");
            known += &format!("[{address}]:{PORT} {key}");
        }
        let mut playbook = "- hosts: all\n  gather_facts: false\n  tasks:\n".to_owned();
        for step in 0..steps {
            playbook += &format!(
                "    - copy: {{content: \"{step}\\n\", dest: {}, mode: \"0644\"}}\n",
                self.path(&format!("step{step}")).display()
            );
        }
        fs::create_dir_all(self.path(".ssh"))?;
        fs::write(self.path("hosts.ini"), inventory)?;
        fs::write(self.path(".ssh/known_hosts"), known)?;
        fs::write(self.path("steps.yml"), playbook)?;
        Ok(())
    }

    /// Connects to so many hosts, logs in and runs `true`, so many at once as farcast would; all stay connected to the end.
    fn handshakes(&self, hosts: usize) -> Outcome<Duration> {
        let key = Arc::new(load_secret_key(self.path("user"), None)?);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?;
        let begun = Instant::now();
        let handshakes = (1..=hosts).map(|host| handshake(address(host), Arc::clone(&key)));
        let ended: Vec<_> = runtime.block_on(async {
            let handshakes = handshakes.map(tokio::spawn);
            stream::iter(handshakes)
                .buffer_unordered(HANDSHAKES)
                .collect()
                .await
        });
        for handshake in ended {
            handshake??;
        }
        Ok(begun.elapsed())
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        // Where it has ended already, nothing is left to end.
        let _ = self.sshd.kill();
        let _ = self.sshd.wait();
    }
}

/// Starts an sshd that lets as many in at once as come. Its users have a home without files that their shells would run.
fn sshd(path: &Path) -> Outcome<Child> {
    let place = path.display();
    let config = format!(
        "Port {PORT}\nListenAddress 0.0.0.0\nHostKey {place}/host\nAuthorizedKeysFile {place}/user.pub\nStrictModes no\n\
         UsePAM no\nPidFile none\nUseDNS no\nMaxStartups 2000\nMaxSessions 100\n\
         SetEnv HOME={place}\n"
    );
    fs::write(path.join("config"), config)?;
    let mut process = Command::new("/usr/sbin/sshd")
        .args(["-D", "-e", "-f"])
        .arg(path.join("config"))
        .stderr(Stdio::piped())
        .spawn()?;
    let mut stderr = BufReader::new(process.stderr.take().ok_or("no pipe")?);
    let mut line = String::new();
    while stderr.read_line(&mut line)? > 0 {
        if line.contains("Server listening") {
            // What it says later is read and dropped, so that it never waits for a reader.
            thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::sink()));
            return Ok(process);
        }
    }
    process.wait()?;
    Err(format!("sshd did not start: {line}").into())
}

/// The most memory that a process had so far, in KiB; `None` where it is gone.
fn peak(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

/// A client that believes every key: what is measured is the handshake.
struct Trusting;

impl Handler for Trusting {
    type Error = russh::Error;

    async fn check_server_key(&mut self, _: &PublicKeyOrCertificate) -> Result<bool, russh::Error> {
        Ok(true)
    }
}

/// Connects, logs in and runs `true`; what it gives holds the connection.
async fn handshake(
    address: Ipv4Addr,
    key: Arc<PrivateKey>,
) -> Result<client::Handle<Trusting>, russh::Error> {
    let config = Config {
        nodelay: true,
        ..Config::default()
    };
    let mut handle = client::connect(Arc::new(config), (address, PORT), Trusting).await?;
    let key = PrivateKeyWithHashAlg::new(key, None);
    if !handle.authenticate_publickey("root", key).await?.success() {
        return Err(russh::Error::NotAuthenticated);
    }
    let mut channel = handle.channel_open_session().await?;
    channel.exec(false, "true").await?;
    while let Some(message) = channel.wait().await {
        if matches!(message, ChannelMsg::ExitStatus { .. }) {
            break;
        }
    }
    Ok(handle)
}
