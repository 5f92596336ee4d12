//! Making a run's hosts, step by step, each recorded before it is taken; and clearing them away from any step.

use std::{fs, path::PathBuf, time::Instant};

use super::{
    address::Subnet,
    error::SandboxError,
    host::{self, HostDirectory},
    identity::{self, Identity},
    inventory, network,
    process::Process,
    ready,
    run::{HostSpec, Sandbox},
    run_name,
    settings::Settings,
    state::HostState,
    tree,
};

impl Sandbox {
    /// Makes the hosts and waits until they answer.
    pub(super) fn make(
        &mut self,
        settings: &Settings,
        hosts: &[HostSpec],
        progress: &dyn Fn(&str),
    ) -> Result<(), SandboxError> {
        let images = hosts
            .iter()
            .map(|host| host.image.ensure(settings, progress))
            .collect::<Result<Vec<_>, _>>()?;
        fs::create_dir_all(&self.directory)
            .map_err(SandboxError::file("make directory", &self.directory))?;
        self.state.write(&self.directory)?;
        self.make_network()?;
        self.name_hosts(hosts, images)?;
        self.prepare_hosts()?;
        progress(&format!(
            "starting {}",
            hosts
                .iter()
                .map(|h| h.name.as_str())
                .collect::<Vec<_>>()
                .join(", ")
        ));
        self.start_hosts()?;
        let deadline = Instant::now() + ready::PATIENCE;
        for host in &self.state.hosts {
            ready::wait(
                host,
                &HostDirectory::new(&self.directory, &host.name),
                deadline,
            )?;
            progress(&format!(
                "{} is up at {} ({})",
                host.name, host.address, host.image
            ));
        }
        Ok(())
    }

    fn make_network(&mut self) -> Result<(), SandboxError> {
        let seed = run_name::number_of(self.directory.as_os_str().as_encoded_bytes());
        let (state, directory) = (&mut self.state, &self.directory);
        network::make(seed, &mut |bridge: &str, subnet: Subnet| {
            state.bridge = Some(bridge.to_owned());
            state.subnet = Some(subnet);
            state.write(directory)
        })
    }

    fn name_hosts(&mut self, hosts: &[HostSpec], images: Vec<PathBuf>) -> Result<(), SandboxError> {
        let Some(subnet) = self.state.subnet else {
            return Ok(());
        };
        let placed = hosts
            .iter()
            .zip(images)
            .enumerate()
            .map(|(place, (host, image_root))| HostState {
                name: host.name.clone(),
                image: host.image,
                image_root,
                address: subnet.host(place),
                nspawn: None,
            });
        self.state.hosts = placed.collect();
        self.state.write(&self.directory)
    }

    fn prepare_hosts(&self) -> Result<(), SandboxError> {
        let login_key = identity::make_key(&self.private_key(), &self.state.run)?;
        let mut known_hosts = String::new();
        for host in &self.state.hosts {
            let directory = HostDirectory::new(&self.directory, &host.name);
            directory.mount_over(&host.image_root)?;
            let identity = self.identity(host, &login_key);
            known_hosts.push_str(&inventory::known_host(
                host,
                &identity.write_into(&directory.root())?,
            ));
        }
        let inventory = inventory::ini(&self.state.hosts, &self.private_key(), &self.known_hosts());
        for (path, text) in [
            (self.known_hosts(), known_hosts),
            (self.inventory(), inventory),
        ] {
            fs::write(&path, text).map_err(SandboxError::file("write", &path))?;
        }
        Ok(())
    }

    fn identity<'a>(&'a self, host: &'a HostState, login_key: &'a str) -> Identity<'a> {
        let bits = self.state.subnet.map(Subnet::bits).unwrap_or_default();
        let gateway = self
            .state
            .subnet
            .map(|subnet| subnet.gateway().to_string())
            .unwrap_or_default();
        let address = format!("{}/{bits}", host.address);
        Identity {
            host,
            neighbours: &self.state.hosts,
            address,
            gateway,
            login_key,
        }
    }

    fn start_hosts(&mut self) -> Result<(), SandboxError> {
        let bridge = self.state.bridge.clone().unwrap_or_default();
        for place in 0..self.state.hosts.len() {
            let host = &mut self.state.hosts[place];
            let directory = HostDirectory::new(&self.directory, &host.name);
            let child = host::start(&directory, &host.name, &machine(&bridge, place), &bridge)?;
            host.nspawn = Process::of(child.id());
            self.children.push(child);
            self.state.write(&self.directory)?;
        }
        Ok(())
    }

    /// Removes whatever there is of the run, in whatever state it is.
    pub(super) fn clear(&mut self) -> Result<(), SandboxError> {
        for host in &self.state.hosts {
            HostDirectory::new(&self.directory, &host.name).end(&host.name, host.nspawn)?;
        }
        for child in &mut self.children {
            // It has ended; this only takes its status from the kernel.
            let _ = child.wait();
        }
        if let Some(bridge) = &self.state.bridge {
            (0..self.state.hosts.len())
                .try_for_each(|place| host::forget_machine(&machine(bridge, place)))?;
            network::remove(bridge)?;
        }
        tree::remove_all(&self.directory)?;
        self.state.hosts.clear();
        self.state.bridge = None;
        Ok(())
    }
}

/// The machine's name: short enough that its link's name, `vb-…`, stays within the kernel's 15 characters.
fn machine(bridge: &str, place: usize) -> String {
    format!("{bridge}{place}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::address::MOST_HOSTS;

    #[test]
    fn the_longest_link_name_fits_the_kernel() {
        assert!(format!("vb-{}", machine("fc012345", MOST_HOSTS - 1)).len() <= 15);
    }
}
